"""``remoteappdb``: what is printed where, and with which exit code (spec: cli)."""

import json
import os
import pathlib
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner, Result

from remoteappmanager.cli.remoteappdb import __main__ as remoteappdb
from remoteappmanager.cli.remoteappdb import docker
from remoteappmanager.db import orm_engine
from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.version import __version__


class Shell:
    """Types commands, each on the same database."""

    def __init__(self, db: pathlib.Path) -> None:
        self.db = db

    def __call__(self, *words: str, input: str | None = None) -> Result:
        return CliRunner().invoke(remoteappdb.cli, [str(self.db), *words], input=input)

    def ok(self, *words: str, input: str | None = None) -> str:
        """Type a command that must succeed; what it printed to stdout."""
        result = self(*words, input=input)
        assert result.exit_code == 0, result.output
        return result.stdout

    def refused(self, *words: str, input: str | None = None) -> str:
        """Type a command that must be refused: one line on stderr, nothing on stdout."""
        result = self(*words, input=input)
        assert result.exit_code == 1, result.output
        assert result.stdout == ""
        assert result.stderr.startswith("Error: ")
        assert result.stderr.count("\n") == 1
        return result.stderr


@pytest.fixture
def new(tmp_path: pathlib.Path) -> Shell:
    return Shell(tmp_path / "accounting.db")


@pytest.fixture
def shell(new: Shell) -> Shell:
    """A shell on a database with a user and an application."""
    new.ok("init")
    new.ok("user", "create", "alice")
    new.ok("app", "create", "--no-verify", "image")
    return new


class TestInit:
    def test_creates_the_tables(self, new: Shell) -> None:
        """Then everything can be used."""
        new.ok("init")
        assert new.ok("user", "list", "--no-decoration") == ""

    def test_refuses_an_existing_file(self, shell: Shell) -> None:
        """It refuses to touch an existing SQLite file."""
        assert "exists already" in shell.refused("init")
        assert "alice" in shell.ok("user", "list")


class TestUpgrade:
    def test_nothing_pending(self, shell: Shell) -> None:
        """It says so, on stderr."""
        assert "up to date" in shell("upgrade").stderr
        assert json.loads(shell.ok("upgrade", "--json")) == {"applied": []}


class TestUsers:
    def test_create_prints_the_new_id(self, shell: Shell) -> None:
        """Nothing but the id on stdout."""
        id = shell.ok("user", "create", "bob")
        assert id.strip().isdigit()
        made = json.loads(shell.ok("user", "create", "carol", "--json"))
        assert made == {"id": int(id) + 1, "name": "carol"}

    def test_refusals(self, shell: Shell) -> None:
        """Existing and unknown names, with exit code 1."""
        assert "'alice' exists already" in shell.refused("user", "create", "alice")
        assert "'bob'" in shell.refused("user", "remove", "bob")
        assert "is empty" in shell.refused("user", "create", "")

    def test_remove(self, shell: Shell) -> None:
        """The user is gone."""
        shell.ok("user", "remove", "alice")
        assert json.loads(shell.ok("user", "list", "--json")) == []

    def test_list(self, shell: Shell) -> None:
        """A table ID Name; without decoration, the rows alone."""
        assert shell.ok("user", "list") == "ID  Name\n--  -----\n1   alice\n"
        assert shell.ok("user", "list", "--no-decoration") == "1  alice\n"
        assert json.loads(shell.ok("user", "list", "--json")) == [{"id": 1, "name": "alice"}]

    def test_list_with_applications(self, shell: Shell) -> None:
        """A row for each grant; a user without grants has one, too."""
        shell.ok("user", "create", "bob")
        shell.ok("app", "grant", "image", "alice", "--allow-home", "--volume", "/a:/b:ro")
        shell.ok("app", "grant", "image", "alice", "--license", "a key", "--allow-startup-data")
        header, _, *rows = shell.ok("user", "list", "--show-apps").splitlines()
        assert header.split("  ")[0] == "ID"
        for title in ("Name", "App", "License", "Home", "View", "Common", "Vol. Source",
                      "Vol. Target", "Vol. Mode", "Allow Startup Data"):  # fmt: skip
            assert title in header
        assert len(rows) == 3
        volume = next(row for row in rows if "/a" in row)
        assert volume.split() == ["1", "alice", "image", "yes", "yes", "/a", "/b", "ro"]
        assert rows[2].split() == ["2", "bob"]

    def test_list_with_applications_for_machines(self, shell: Shell) -> None:
        """The same as JSON, with mapping ids and policies."""
        mapping_id = shell.ok("app", "grant", "image", "alice", "--allow-view").strip()
        (alice,) = json.loads(shell.ok("user", "list", "--show-apps", "--json"))
        (grant,) = alice["applications"]
        assert grant["mapping_id"] == mapping_id
        assert grant["image"] == "image"
        assert grant["policy"]["allow_view"] is True

    def test_names_cannot_move_the_cursor(self, shell: Shell) -> None:
        """Control characters of old rows are spelled out in tables."""
        with remoteappdb.database(str(shell.db)).db.writing() as connection:
            connection.exec_driver_sql("INSERT INTO user (name) VALUES ('a\x1b[2J\nb')")
        assert "a\\x1b[2J\\nb" in shell.ok("user", "list")


class TestApplications:
    def test_create_verifies(self, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        """By default the image must exist in Docker; the refusal mentions --no-verify."""
        asked = []

        def exists(name: str) -> bool:
            asked.append(name)
            return name == "there"

        monkeypatch.setattr(docker, "image_exists", exists)
        assert "--no-verify" in shell.refused("app", "create", "missing")
        assert shell.ok("app", "create", "there").strip().isdigit()
        assert asked == ["missing", "there"]

    def test_create_without_docker(self, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        """An outage of Docker is told as such, and mentions --no-verify too."""

        def away(name: str) -> bool:
            raise ServiceUnavailable("Docker")

        monkeypatch.setattr(docker, "image_exists", away)
        message = shell.refused("app", "create", "missing")
        assert "Docker is not available" in message
        assert "--no-verify" in message

    def test_refusals(self, shell: Shell) -> None:
        """Existing and unknown images."""
        message = shell.refused("app", "create", "--no-verify", "image")
        assert "'image' exists already" in message
        assert "'ima'" in shell.refused("app", "remove", "ima")

    def test_remove_and_list(self, shell: Shell) -> None:
        """A table ID Image."""
        assert shell.ok("app", "list") == "ID  Image\n--  -----\n1   image\n"
        assert json.loads(shell.ok("app", "list", "--json")) == [{"id": 1, "image": "image"}]
        shell.ok("app", "remove", "image")
        assert shell.ok("app", "list", "--no-decoration") == ""


class TestGrants:
    def test_grant_twice(self, shell: Shell) -> None:
        """The mapping id, the same one again; other options are one more policy."""
        first = shell.ok("app", "grant", "image", "alice")
        assert shell.ok("app", "grant", "image", "alice") == first
        assert shell.ok("app", "grant", "image", "alice", "--allow-home") != first
        made = json.loads(shell.ok("app", "grant", "image", "alice", "--json"))
        assert made == {"mapping_id": first.strip(), "user": "alice", "image": "image"}

    @pytest.mark.parametrize("command", ["grant", "revoke"])
    def test_refusals(self, shell: Shell, command: str) -> None:
        """Unknown names and volumes that are none, naming what is wrong."""
        assert "'nothing'" in shell.refused("app", command, "nothing", "alice")
        assert "'nobody'" in shell.refused("app", command, "image", "nobody")
        message = shell.refused("app", command, "image", "alice", "--volume", "/a:b:ro")
        assert "target 'b'" in message

    def test_revoke(self, shell: Shell) -> None:
        """Exactly that policy."""
        shell.ok("app", "grant", "image", "alice", "--allow-home")
        assert "no grant" in shell.refused("app", "revoke", "image", "alice")
        shell.ok("app", "revoke", "image", "alice", "--allow-home")
        assert "no grant" in shell.refused("app", "revoke", "image", "alice", "--allow-home")

    def test_revoke_all(self, shell: Shell) -> None:
        """All of the pair's; it goes with no other option."""
        shell.ok("app", "grant", "image", "alice")
        shell.ok("app", "grant", "image", "alice", "--allow-home")
        assert shell("app", "revoke", "image", "alice", "--revoke-all", "--allow-home").exit_code
        shell.ok("app", "revoke", "image", "alice", "--revoke-all")
        assert "no grant" in shell.refused("app", "revoke", "image", "alice", "--revoke-all")


WANTED = """\
users: [bob]
grants:
  - application: new/image
    users: [alice, carol]
    allow_home: true
"""


class TestApply:
    @pytest.fixture
    def file(self, tmp_path: pathlib.Path) -> str:
        path = tmp_path / "wanted.yaml"
        path.write_text(WANTED)
        return str(path)

    def test_the_difference_is_printed(self, shell: Shell, file: str) -> None:
        """Line by line, then in sum."""
        assert shell.ok("apply", file).splitlines() == [
            "+ user bob",
            "+ user carol",
            "+ application new/image",
            "+ grant new/image to alice (allow_home)",
            "+ grant new/image to carol (allow_home)",
            "5 to add, 0 to remove. 1 in the database alone are kept (--prune removes them).",
        ]

    def test_again_changes_nothing_and_says_so(self, shell: Shell, file: str) -> None:
        """The second run has nothing to do."""
        shell.ok("apply", file)
        before = shell.ok("user", "list", "--show-apps", "--json")
        assert shell.ok("apply", file).startswith("Nothing to change.")
        assert shell.ok("user", "list", "--show-apps", "--json") == before

    def test_dry_run(self, shell: Shell, file: str) -> None:
        """The difference is printed, and nothing is done."""
        before = shell.ok("export")
        assert "+ user bob" in shell.ok("apply", file, "--dry-run")
        assert shell.ok("export") == before

    def test_prune_says_what_it_removes(self, shell: Shell, file: str) -> None:
        """Removals are lines of their own."""
        shell.ok("app", "grant", "image", "alice", "--allow-view")
        lines = shell.ok("apply", file, "--prune").splitlines()
        assert "- grant image to alice (allow_view)" in lines
        assert "- application image" in lines
        assert lines[-1] == "5 to add, 2 to remove."
        assert shell.ok("apply", file, "--prune") == "Nothing to change.\n"

    def test_json(self, shell: Shell, file: str) -> None:
        """The plan as JSON."""
        plan = json.loads(shell.ok("apply", file, "--dry-run", "--json"))
        assert plan["dry_run"] is True
        assert plan["create_users"] == ["bob", "carol"]
        assert plan["grant"][0]["policy"]["allow_home"] is True

    @pytest.mark.parametrize(
        ("name", "content", "line"),
        [
            ("bad.yaml", WANTED + "    volume: nonsense\n", 6),
            ("bad.csv", "user.name,application.image\nx,y\n", None),
            ("bad.yml", WANTED.replace("users: [bob]", "users: [''"), 2),
        ],
    )
    def test_one_bad_line_changes_nothing(
        self, shell: Shell, tmp_path: pathlib.Path, name: str, content: str, line: int | None
    ) -> None:
        """The refusal names file and line."""
        before = shell.ok("export")
        path = tmp_path / name
        path.write_text(content)
        message = shell.refused("apply", str(path))
        assert name in message
        assert line is None or f"line {line}:" in message
        assert shell.ok("export") == before

    def test_standard_input(self, shell: Shell) -> None:
        """``-``, with the format said."""
        assert "+ user bob" in shell.ok("apply", "-", "--format", "yaml", input=WANTED)
        assert shell("apply", "-", input=WANTED).exit_code == 2

    def test_a_missing_file(self, shell: Shell) -> None:
        """One readable line."""
        assert "nothing.yaml" in shell.refused("apply", "nothing.yaml")


class TestExport:
    @pytest.mark.parametrize("name", ["out.yaml", "out.csv"])
    def test_the_same_file_back(self, shell: Shell, tmp_path: pathlib.Path, name: str) -> None:
        """What is exported, applied elsewhere, makes the same accounting."""
        shell.ok("app", "grant", "image", "alice", "--license", "a key", "--volume", "/a:/b:rw")
        shell.ok("user", "create", "no")
        path = tmp_path / name
        shell.ok("export", str(path))
        assert path.stat().st_mode & 0o777 == 0o600, "licences may be in it"
        other = Shell(tmp_path / "other.db")
        other.ok("init")
        other.ok("apply", str(path))
        assert other.ok("export") == shell.ok("export")
        assert shell.ok("apply", str(path), "--prune") == "Nothing to change.\n"

    def test_nothing_is_overwritten(self, shell: Shell, tmp_path: pathlib.Path) -> None:
        """Unless --force says so."""
        path = tmp_path / "out.yaml"
        path.write_text("mine")
        assert "exists" in shell.refused("export", str(path))
        assert path.read_text() == "mine"
        shell.ok("export", str(path), "--force")
        assert "alice" in path.read_text()

    def test_csv_to_stdout(self, shell: Shell) -> None:
        """--format csv."""
        assert shell.ok("export", "--format", "csv").startswith("user.name,application.image,")


EVERY_COMMAND = [
    ["init"],
    ["upgrade"],
    ["user", "create", "x"],
    ["user", "remove", "x"],
    ["user", "list"],
    ["app", "create", "--no-verify", "x"],
    ["app", "create", "x"],
    ["app", "remove", "x"],
    ["app", "list"],
    ["app", "grant", "x", "y"],
    ["app", "revoke", "x", "y"],
    ["export"],
]


class TestTrouble:
    @pytest.mark.parametrize("words", EVERY_COMMAND[1:], ids=" ".join)
    def test_a_missing_file_is_refused_without_creating_it(
        self, new: Shell, words: list[str]
    ) -> None:
        """... by every command but init."""
        assert "does not exist" in new.refused(*words)
        assert list(new.db.parent.iterdir()) == []

    @pytest.mark.parametrize("words", EVERY_COMMAND, ids=" ".join)
    def test_a_file_that_is_no_database(self, new: Shell, words: list[str]) -> None:
        """One readable line with the path, exit code 1, the file as it was."""
        new.db.write_text("hello\n" * 1000)
        assert "accounting.db" in new.refused(*words)
        assert new.db.read_text() == "hello\n" * 1000
        assert len(list(new.db.parent.iterdir())) == 1

    def test_a_locked_file(self, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        """Who has to wait too long is told why."""
        monkeypatch.setattr(orm_engine, "BUSY_TIMEOUT", 0.05)
        with remoteappdb.database(str(shell.db)).db.writing():
            message = shell.refused("user", "create", "bob")
        assert "accounting.db: The database is locked by another process." in message

    def test_a_server_that_is_away(self) -> None:
        """The driver's first line is there; the password is not."""
        url = "postgresql://me:secret@/none?host=/nonexistent"
        result = CliRunner().invoke(remoteappdb.cli, [url, "user", "list"])
        assert result.exit_code == 1
        assert "is not available" in result.stderr
        assert "/nonexistent" in result.stderr
        assert "secret" not in result.output

    def test_the_database_comes_first(self) -> None:
        """Who forgets it is told so."""
        result = CliRunner().invoke(remoteappdb.cli, ["user", "list"])
        assert result.exit_code == 2
        assert "the database comes first" in result.stderr

    def test_a_reader_that_has_gone(self, shell: Shell) -> None:
        """``remoteappdb ... | head`` ends without a word."""
        reading, writing = os.pipe()
        os.close(reading)
        module = "remoteappmanager.cli.remoteappdb"
        command = [sys.executable, "-m", module, str(shell.db), "user", "list"]
        done = subprocess.run(
            command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False
        )
        os.close(writing)
        assert done.stderr == ""


def commands(command: click.Command, *names: str) -> list[tuple[str, ...]]:
    """Every command below this one, by the words that are typed."""
    if not isinstance(command, click.Group):
        return [names]
    below = [words for name, item in command.commands.items() for words in
             commands(item, *names, name)]  # fmt: skip
    return [names, *below]


class TestHelp:
    @pytest.mark.parametrize("words", commands(remoteappdb.cli), ids=" ".join)
    def test_every_command_has_help_with_an_example(self, words: tuple[str, ...]) -> None:
        """Exit code 0, and an example that begins with the program's name."""
        words = ("DB", *words) if words else ()
        result = CliRunner().invoke(remoteappdb.cli, [*words, "--help"])
        assert result.exit_code == 0
        assert "Examples:\n    remoteappdb " in result.stdout

    def test_version(self) -> None:
        """--version."""
        result = CliRunner().invoke(remoteappdb.cli, ["--version"])
        assert result.stdout.strip() == f"remoteappdb, version {__version__}"


class TestHelpers:
    @pytest.mark.parametrize(
        ("typed", "url"),
        [
            ("x.db", "sqlite:///x.db"),
            ("/srv/x.db", "sqlite:////srv/x.db"),
            ("sqlite:///x.db", "sqlite:///x.db"),
            ("postgresql+psycopg://h/x", "postgresql+psycopg://h/x"),
        ],
    )
    def test_normalise_to_url(self, typed: str, url: str) -> None:
        """A path without ``:`` is SQLite."""
        assert remoteappdb.normalise_to_url(typed) == url

    def test_sqlite_url_to_path(self, tmp_path: pathlib.Path) -> None:
        """The path of a URL is the one it was made of."""
        for name in ("x.db", "/srv/x.db", "a b%20?#.db"):
            url = remoteappdb.normalise_to_url(name)
            assert remoteappdb.sqlite_url_to_path(url) == name
        assert remoteappdb.sqlite_url_to_path("sqlite://") == ""
        with pytest.raises(ValueError):
            remoteappdb.sqlite_url_to_path("postgresql://h/x")

    def test_is_sqlitedb_url(self) -> None:
        """With a driver and without."""
        assert remoteappdb.is_sqlitedb_url("sqlite:///x.db")
        assert remoteappdb.is_sqlitedb_url("sqlite+pysqlite:///x.db")
        assert not remoteappdb.is_sqlitedb_url("postgresql://h/x")

    def test_sqlitedb_present(self, shell: Shell) -> None:
        """The file is looked at, never created."""
        assert remoteappdb.sqlitedb_present(f"sqlite:///{shell.db}")
        assert not remoteappdb.sqlitedb_present(f"sqlite:///{shell.db}.other")

    def test_print_error(self, capsys: pytest.CaptureFixture[str]) -> None:
        """To stderr."""
        remoteappdb.print_error("no")
        assert capsys.readouterr().err == "Error: no\n"
