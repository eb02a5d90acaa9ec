"""The command line."""

import json
import pathlib
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner, Result

from remoteappmanager.cli.remoteapprest.__main__ import cli
from remoteappmanager.cli.remoteapprest.credentials import Credentials
from remoteappmanager.version import __version__
from tests.fakes.site import ALICE, MAPPING, PASSWORD, FakeSite, as_json

URL_ID = "f" * 32
DOC = pathlib.Path(__file__).parents[3] / "doc" / "source" / "users" / "remoteapprest.rst"


class Terminal:
    """Types commands for somebody whose credentials file is ``file``."""

    def __init__(self, site: FakeSite, directory: pathlib.Path) -> None:
        self.site = site
        self.file = directory / "credentials"

    def __call__(self, *words: str, input: str | None = None) -> Result:
        line = ["--credentials-file", str(self.file), *words]
        return CliRunner().invoke(cli, line, input=input)

    def log_in(self) -> None:
        Credentials(self.site.url, ALICE, token=self.site.token()).write(self.file)


@pytest.fixture
def terminal(site: FakeSite, tmp_path: pathlib.Path) -> Terminal:
    """A terminal at which nobody is logged in."""
    return Terminal(site, tmp_path)


@pytest.mark.parametrize(
    ("words", "input"),
    [
        (("--username", ALICE), PASSWORD + "\n"),
        (("--username", ALICE, "--password", "-"), PASSWORD + "\n"),
        (("--username", ALICE, "--password", PASSWORD), None),
        ((), f"{ALICE}\n{PASSWORD}\n"),
    ],
)
def test_login_asks_for_what_is_missing(
    terminal: Terminal, words: tuple[str, ...], input: str | None
) -> None:
    """Name and password come from options, a terminal or a pipe; only a token is kept."""
    done = terminal("login", terminal.site.url, *words, input=input)
    assert done.exit_code == 0, done.output
    assert done.stdout == ""
    assert PASSWORD not in terminal.file.read_text() + done.stderr
    assert Credentials.from_file(terminal.file).token in terminal.site.tokens


def test_a_password_on_the_command_line_is_warned_of(terminal: Terminal) -> None:
    """Others on the machine can read it there."""
    done = terminal("login", terminal.site.url, "--username", ALICE, "--password", PASSWORD)
    assert "others on this machine can read the command line" in done.stderr


def test_login_with_a_token(terminal: Terminal) -> None:
    """--token without a value asks for one."""
    token = terminal.site.token()
    done = terminal("login", terminal.site.url, "--token", input=token + "\n")
    assert done.exit_code == 0, done.output
    assert "as alice" in done.stderr
    assert token not in done.output


@pytest.mark.parametrize(
    ("words", "input", "message"),
    [
        (("login", "URL", "--username", ALICE), "wrong\n", "name or password"),
        (("login", "URL", "--token", "-"), "bogus\n", "hub/token"),
        (("login", "x.org", "--username", ALICE), "", "https://HOST"),
        (("login", "--token", "https://x.org"), "", "before --token"),
        (("app", "available"), "", "credentials login URL'"),
        (("logout",), "", "credentials login URL'"),
        (("--ca-file", "/none", "login", "URL", "--username", "a"), "b\n", "--ca-file"),
        (("--server", "none", "app", "running"), "", "no server 'none'"),
    ],
)
def test_a_refusal_is_one_line_and_an_exit_code(
    terminal: Terminal, words: tuple[str, ...], input: str, message: str
) -> None:
    """Exit code 1, one line on stderr that says what to do next, nothing on stdout."""
    done = terminal(*[w.replace("URL", terminal.site.url) for w in words], input=input)
    assert done.exit_code == 1
    assert done.stdout == ""
    errors = [line for line in done.stderr.splitlines() if not line.startswith("Note:")]
    assert len(errors) == 1, done.stderr
    assert errors[0].startswith("Error: ")
    assert message in errors[0]
    assert not terminal.file.exists()


def test_available(terminal: Terminal) -> None:
    """``ID : NAME`` per line, or JSON."""
    terminal.log_in()
    assert terminal("app", "available").stdout == f"{MAPPING} : Tiny <b>page\n"
    (item,) = json.loads(terminal("app", "available", "--json").stdout)
    assert (item["mapping_id"], item["container"]) == (MAPPING, None)


def test_running(terminal: Terminal) -> None:
    """``URL_ID : IMAGE`` per line, or JSON."""
    terminal.log_in()
    terminal.site.containers = {URL_ID: MAPPING}
    assert terminal("app", "running").stdout == f"{URL_ID} : site/tiny:1\n"
    (item,) = json.loads(terminal("app", "running", "--json").stdout)
    assert item["address"].endswith(f"/lab/user/alice/containers/{URL_ID}/")


def test_start_and_stop(terminal: Terminal) -> None:
    """Start prints the address alone on stdout; stop prints nothing."""
    terminal.log_in()
    started = terminal("app", "start", MAPPING, "--resolution", "800x600")
    (url_id,) = terminal.site.containers
    assert started.stdout == f"{terminal.site.url}/user/alice/containers/{url_id}/\n"
    assert terminal("app", "start", MAPPING, "--keep").stdout == started.stdout
    stopped = terminal("app", "stop", url_id)
    assert (stopped.exit_code, stopped.output) == (0, "")
    assert terminal("app", "stop", url_id).exit_code == 1


def test_a_failed_start_shows_the_last_words(terminal: Terminal) -> None:
    """The log comes before the one line of the refusal, without control characters."""
    terminal.log_in()
    body = {"type": "Unable", "message": "It ended.", "step": "wait", "log": "a\n\x1b[2Jb"}
    terminal.site.overrides["POST containers/"] = as_json(500, body)
    done = terminal("app", "start", MAPPING)
    assert done.exit_code == 1
    assert done.stderr.endswith("  | a\n  |  [2Jb\nError: It ended.\n")


def test_a_stopped_server_is_started_with_progress_on_stderr(terminal: Terminal) -> None:
    """Results stay alone on stdout."""
    terminal.log_in()
    terminal.site.server = "stopped"
    done = terminal("app", "available")
    assert done.stdout == f"{MAPPING} : Tiny <b>page\n"
    assert "Half way 50%" in done.stderr


def test_logout_forgets(terminal: Terminal) -> None:
    """The file is gone, and where the token could not be revoked, the message says where to."""
    terminal.log_in()
    done = terminal("logout")
    assert done.exit_code == 0
    assert "/lab/hub/token" in done.stderr
    assert not terminal.file.exists()


def test_a_file_that_others_may_read_is_noted(terminal: Terminal) -> None:
    """Who widened the mode is told how to narrow it."""
    terminal.log_in()
    terminal.file.chmod(0o644)
    assert "chmod 600" in terminal("app", "running").stderr


def test_a_site_is_looked_up_by_name(terminal: Terminal, tmp_path: pathlib.Path) -> None:
    """A profile file names several servers; each has its own credentials file."""
    ini = tmp_path / "profiles.ini"
    ini.write_text(
        f"[lab]\nurl = {terminal.site.url}\nusername = {ALICE}\n"
        f"credentials_file = {tmp_path / 'lab'}\n"
    )
    words = ["--profile-file", str(ini), "--server", "lab"]
    # What to type next is for this site, not for the default one.
    next_line = f"type 'remoteapprest --profile-file {ini} --server lab login {terminal.site.url}'"
    assert next_line in CliRunner().invoke(cli, [*words, "app", "running"]).stderr
    done = CliRunner().invoke(cli, ["login", *words], input=PASSWORD + "\n")
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(cli, [*words, "app", "available"])
    assert done.stdout == f"{MAPPING} : Tiny <b>page\n"
    terminal.site.tokens.clear()
    done = CliRunner().invoke(cli, [*words, "app", "available"])
    assert "expired" in done.stderr
    assert next_line in done.stderr


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command, as it is typed."""
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        here = (*path, name)
        found += commands(command, here) if isinstance(command, click.Group) else [here]
    return found


@pytest.mark.parametrize("words", commands(cli), ids=" ".join)
def test_every_command_has_help_with_an_example_and_is_documented(words: tuple[str, ...]) -> None:
    """Help shows how it is typed; the manual has the command and each of its own options."""
    text = CliRunner().invoke(cli, [*words, "--help"]).stdout
    assert "Example" in text
    assert f"$ remoteapprest {' '.join(words)}" in text
    manual = DOC.read_text()
    assert f"remoteapprest {' '.join(words)}" in manual
    command: click.Command = cli
    for word in words:
        assert isinstance(command, click.Group)
        command = command.commands[word]
    for option in command.params:
        if isinstance(option, click.Option):
            for name in (*option.opts, *option.secondary_opts):
                assert name in manual, name


def test_version() -> None:
    """--version names program and version."""
    assert (
        CliRunner().invoke(cli, ["--version"]).stdout == f"remoteapprest, version {__version__}\n"
    )


def test_help_imports_little() -> None:
    """Help and completion are asked for often: no Hub, database, Docker or HTTP library."""
    script = (
        "import sys\n"
        "from remoteappmanager.cli.remoteapprest.__main__ import cli\n"
        "cli(['--help'], standalone_mode=False)\n"
        "heavy = {'jupyterhub', 'sqlalchemy', 'docker', 'tornado', 'requests', 'traitlets',"
        " 'pydantic', 'IPython'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stderr == "[]\n"
