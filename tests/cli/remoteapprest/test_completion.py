"""Completion at the shell: as processes, the way the shells ask for it."""

import os
import pathlib
import re
import subprocess
import sys

import pytest
from click.shell_completion import ShellComplete

from remoteappmanager.cli.remoteapprest.__main__ import cli
from remoteappmanager.cli.remoteapprest.credentials import Credentials
from tests.fakes.site import ALICE, MAPPING, FakeSite

ROOT = pathlib.Path(__file__).parents[3]
MANUAL = ROOT / "doc" / "source" / "users" / "remoteapprest.rst"
URL_ID = "f" * 32


class Shell:
    """A shell of somebody whose home is ``home``; ``remoteapprest`` is on its path."""

    def __init__(self, home: pathlib.Path) -> None:
        self.home = home
        program = home / "bin" / "remoteapprest"
        program.parent.mkdir()
        command = f"{sys.executable} -m remoteappmanager.cli.remoteapprest"
        # The name of the program is what the completion goes by.
        program.write_text(f'#!/bin/sh\ncd {ROOT} && exec {command} "$@"\n')
        program.chmod(0o755)
        path = f"{program.parent}:{os.environ['PATH']}"
        self.environment = {"HOME": str(home), "PATH": path, "NO_PROXY": "*"}

    def run(self, *words: str, **environment: str) -> str:
        """What a command prints; it says nothing on stderr, and ends well."""
        done = subprocess.run(
            words, env={**self.environment, **environment}, capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    def complete(self, shell: str, line: str, word: int) -> str:
        """What the shell's function is told for the words of a line."""
        told = {"COMP_WORDS": line, "COMP_CWORD": str(word)}
        if shell == "fish":  # hands over the word itself
            told["COMP_CWORD"] = line.split(" ")[word]
        return self.run("remoteapprest", _REMOTEAPPREST_COMPLETE=f"{shell}_complete", **told)


@pytest.fixture
def shell(site: FakeSite, tmp_path: pathlib.Path) -> Shell:
    """A shell of somebody who is logged in, and runs the application."""
    Credentials(site.url, ALICE, token=site.token()).write(tmp_path / ".remoteapprest")
    site.containers = {URL_ID: MAPPING}
    return Shell(tmp_path)


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_each_shells_script_is_made(shell: Shell, name: str) -> None:
    """The lines of the manual make a script that asks in the shell's own way."""
    assert f"_REMOTEAPPREST_COMPLETE={name}_source remoteapprest" in MANUAL.read_text()
    script = shell.run("remoteapprest", _REMOTEAPPREST_COMPLETE=f"{name}_source")
    assert f"_REMOTEAPPREST_COMPLETE={name}_complete" in script
    assert "_remoteapprest_completion" in script


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_each_shell_is_answered(shell: Shell, name: str) -> None:
    """Commands and ids; zsh and fish also show the applications' names beside."""
    words = re.split(r"[\s,]+", shell.complete(name, "remoteapprest app st", 2))
    assert {"start", "stop"} <= set(words)
    ids = shell.complete(name, "remoteapprest app start 01", 3)
    assert MAPPING in ids
    assert ("Tiny <b>page" in ids) is (name != "bash")
    assert URL_ID in shell.complete(name, "remoteapprest app stop f", 3)


def test_in_a_real_bash(shell: Shell) -> None:
    """The manual's line, typed in bash, completes what is typed next."""
    (line,) = re.findall(r"\$ (eval .*bash_source.*?)  +#", MANUAL.read_text())
    typed = (
        f"{line}\n"
        "complete -p remoteapprest\n"
        "COMP_WORDS=(remoteapprest app start 01); COMP_CWORD=3\n"
        "_remoteapprest_completion remoteapprest\n"
        'echo "${COMPREPLY[@]}"\n'
    )
    registered, completed = shell.run("bash", "--norc", "-c", typed).splitlines()
    assert "-F _remoteapprest_completion remoteapprest" in registered
    assert completed == MAPPING


def test_nothing_is_completed_where_that_takes_an_effort(shell: Shell, site: FakeSite) -> None:
    """Completion starts no server, asks for no login, and shows no error."""
    site.server = "stopped"
    assert shell.complete("bash", "remoteapprest app start 01", 3).strip() == ""
    assert site.server == "stopped"
    (shell.home / ".remoteapprest").unlink()
    assert shell.complete("bash", "remoteapprest app start 01", 3).strip() == ""


def test_the_options_before_count(site: FakeSite, tmp_path: pathlib.Path) -> None:
    """The ids are those of the site that the line names."""
    Credentials(site.url, ALICE, token=site.token()).write(tmp_path / "other")
    before = ["--credentials-file", str(tmp_path / "other"), "app", "start"]
    complete = ShellComplete(cli, {}, "remoteapprest", "_REMOTEAPPREST_COMPLETE")
    (item,) = complete.get_completions(before, "01")
    assert (item.value, item.help) == (MAPPING, "Tiny <b>page")
