"""Manners at a terminal: results on stdout, everything else on stderr, passwords unseen."""

from __future__ import annotations

import json
import shutil
import sys
from typing import Any

import click

from remoteappmanager.cli.remoteapprest.values import Progress
from remoteappmanager.exceptions import RemoteAppError

#: How many of an application's last lines are shown when it failed.
LOG_LINES = 20


class ProgressLine:
    """Shows progress on stderr: one line that changes on a terminal, else a line for each step."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._shown = 0
        self._last = ""

    def __call__(self, progress: Progress) -> None:
        """The ``OnProgress`` of the command line."""
        if progress.warning:
            self.clear()
            note(f"Note: {progress.message}")
            return
        if self._quiet:
            return
        percent = "" if progress.percent is None else f" {progress.percent}%"
        if sys.stderr.isatty():
            # A line that wraps could not be written over.
            line = f"{progress.message}{percent}"[: shutil.get_terminal_size().columns - 1]
            click.echo("\r" + line.ljust(self._shown), err=True, nl=False)
            self._shown = len(line)
            return
        # Into a file the passing seconds would make a line each.
        line = progress.message.rpartition(" (")[0] or progress.message
        if line != self._last:
            note(f"{line}{percent}")
            self._last = line

    def clear(self) -> None:
        """Take the changing line away."""
        if self._shown:
            click.echo("\r" + " " * self._shown + "\r", err=True, nl=False)
            self._shown = 0


def note(text: str) -> None:
    """Tell something that is no result."""
    click.echo(text, err=True)


def print_json(value: Any) -> None:
    """A result for machines."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def ask(what: str) -> str:
    """Ask for a text."""
    return str(click.prompt(what, err=True)) if sys.stdin.isatty() else _line(what)


def ask_secret(what: str) -> str:
    """Ask for a secret without showing it; from a pipe, read one line.

    It may be empty: some sites have no passwords.
    """
    if sys.stdin.isatty():
        return str(click.prompt(what, hide_input=True, default="", show_default=False, err=True))
    return _line(what)


def _line(what: str) -> str:
    """One line of stdin. Raises ``click.UsageError`` at its end."""
    line = sys.stdin.readline()
    if not line:
        raise click.UsageError(f"{what} is missing, and there is no terminal to ask at.")
    return line.rstrip("\r\n")


def last_words(exc: RemoteAppError) -> list[str]:
    """The lines that show an application's last output, where ``exc`` has it."""
    log = str(getattr(exc, "log", ""))
    if not log:
        return []
    lines = log.splitlines()[-LOG_LINES:]
    shown = ("".join(c if c.isprintable() else " " for c in line) for line in lines)
    return ["The application's last words:", *(f"  | {line}" for line in shown)]


def refusal(exc: RemoteAppError) -> click.ClickException:
    """The one translation from our errors to a message and an exit code (1)."""
    for line in last_words(exc):
        note(line)
    return click.ClickException(" ".join(str(exc).split()))
