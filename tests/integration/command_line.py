"""Somebody at a terminal, who types ``remoteapprest ...``: each command is a process."""

import json
import os
import pathlib
import subprocess
import sys
from typing import Any

TINY = "remoteapp/tiny:latest"
VEUSZ = "remoteapp/veusz:latest"
PASSWORD = "correct-hörse battery"


class Person:
    """Somebody with a home directory of their own."""

    def __init__(self, url: str, name: str, home: pathlib.Path) -> None:
        self.url = url
        self.name = name
        #: The id of their one grant.
        self.mapping = ""
        self.home = home
        home.mkdir(exist_ok=True)
        self.environment = {"HOME": str(home), "PATH": os.environ["PATH"], "NO_PROXY": "*"}

    def popen(self, *words: str) -> "subprocess.Popen[str]":
        """Type a command."""
        return subprocess.Popen(
            [sys.executable, "-m", "remoteappmanager.cli.remoteapprest", *words],
            env=self.environment,
            cwd=pathlib.Path(__file__).resolve().parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, input: str = "", expect: int = 0) -> Any:
        """Type a command, and wait for its end, which is ``expect``."""
        process = self.popen(*words)
        out, err = process.communicate(input, timeout=90)
        assert process.returncode == expect, f"{words}: {process.returncode}\n{out}\n{err}"
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def refused(self, *words: str, input: str = "") -> str:
        """The one line with which a command is refused."""
        done = self.run(*words, input=input, expect=1)
        assert done.stdout == ""
        (line,) = [each for each in done.stderr.splitlines() if not each.startswith("Note:")]
        assert line.startswith("Error: ")
        return str(line)

    def log_in(self, password: str = PASSWORD) -> Any:
        """Log in with a password from a pipe."""
        return self.run("login", self.url, "--username", self.name, input=password + "\n")

    def start(self, *words: str) -> str:
        """Start their application; its ``url_id``."""
        address = str(self.run("app", "start", *(words or (self.mapping,))).stdout.strip())
        return address.rstrip("/").rsplit("/", 1)[-1]

    def stop_all(self) -> None:
        """Stop what runs, where they are logged in."""
        if self.file.exists():
            for line in self.popen("app", "running").communicate()[0].splitlines():
                self.popen("app", "stop", line.split()[0]).communicate()

    @property
    def file(self) -> pathlib.Path:
        """The credentials file."""
        return self.home / ".remoteapprest"

    @property
    def token(self) -> str:
        """The secret in it."""
        return str(json.loads(self.file.read_text())["token"])
