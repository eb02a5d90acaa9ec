"""The commands of the manual, typed as they stand there, do what it says."""

import pathlib
import shlex
import shutil
import sys

import click
import pytest
from click.testing import CliRunner

from remoteappmanager.cli.remoteappdb import docker
from remoteappmanager.cli.remoteappdb.__main__ import cli
from remoteappmanager.db import bulk_files, csv_format
from remoteappmanager.db.csv_db import CSVDatabase
from remoteappmanager.file_config import FileConfig
from tests.fixtures.manual import ADMINISTRATORS, blocks, compare, steps

REMOTEAPPDB = (ADMINISTRATORS / "remoteappdb.rst").read_text(encoding="utf-8")
ACCOUNTING = (ADMINISTRATORS / "accounting.rst").read_text(encoding="utf-8")


def test_the_examples_of_the_manual(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command of the page, in order, prints what the page says.

    Here in one process and without Docker; tests/integration types them in truth.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(docker, "image_exists", lambda name: False)
    (tmp_path / "accounting.yaml").write_text(blocks(REMOTEAPPDB, "yaml")[0])
    session = []
    for line, page in steps(REMOTEAPPDB):
        program, *arguments = shlex.split(line)
        assert program == "remoteappdb"
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == ("Error:" in page), line
        session.append((line, page, result.output))
    assert len(session) > 25
    compare(session)


def test_the_yaml_of_the_manual_is_whole() -> None:
    """The example shows every key that a grant may have."""
    text = blocks(REMOTEAPPDB, "yaml")[0]
    assert bulk_files.read(text.encode(), "yaml").grants
    for key in ("user", "users", "application", "app_license", "allow_home", "allow_view",
                "volume", "allow_startup_data"):  # fmt: skip
        assert f"{key}:" in text


def test_the_csv_of_the_manual(tmp_path: pathlib.Path) -> None:
    """The example is a file that ``CSVDatabase`` reads, with every column."""
    text = blocks(ACCOUNTING, "text")[0]
    path = tmp_path / "accounting.csv"
    path.write_text(text)
    database = CSVDatabase(path)
    assert [user.name for user in database.list_users()] == ["alice", "bob", "carol"]
    assert len(database.list_accounting()) == 2
    assert tuple(text.splitlines()[0].split(",")) == csv_format.HEADERS


@pytest.mark.parametrize("text", blocks(ACCOUNTING, "python"))
def test_the_configurations_of_the_manual(tmp_path: pathlib.Path, text: str) -> None:
    """Each example is accepted in a configuration file."""
    path = tmp_path / "config.py"
    path.write_text(text)
    assert "file" in str(FileConfig().parse_config(str(path)))


def test_every_command_and_option_is_in_the_manual() -> None:
    """A command or an option that the page does not have fails here."""
    missing = []

    def look(command: click.Command, *words: str) -> None:
        if isinstance(command, click.Group):
            for name, item in command.commands.items():
                look(item, *words, name)
            return
        if " ".join(words) not in REMOTEAPPDB:
            missing.append(" ".join(words))
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                missing.extend(
                    f"{' '.join(words)} {option}"
                    for option in parameter.opts[:1]
                    if option not in REMOTEAPPDB
                )

    look(cli)
    assert missing == []


def test_the_console_script_is_installed() -> None:
    """``remoteappdb`` is what is typed."""
    beside = pathlib.Path(sys.executable).parent / "remoteappdb"
    assert beside.exists() or shutil.which("remoteappdb")
