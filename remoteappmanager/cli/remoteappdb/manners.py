"""How every command speaks: examples, errors, tables, JSON."""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from remoteappmanager.exceptions import RemoteAppError, ServiceUnavailable, UnsupportedOperation

F = TypeVar("F", bound=Callable[..., Any])

#: Control characters, which could move a terminal's cursor or end a line.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def examples(*lines: str) -> str:
    """The foot of a command's help."""
    # \b keeps click from filling the lines.
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


class RemoteAppDBGroup(click.Group):
    """The border: errors of the library become one line on stderr and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (RemoteAppError, ValueError, OSError) as exc:
            if isinstance(exc, OSError) and exc.errno == errno.EPIPE:
                raise  # the reader has gone (head, say): click ends quietly
            raise click.ClickException(_with_database(ctx, exc)) from exc

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; who forgot the database is told so."""
        typed = ctx.params.get("db")
        if typed in self.commands and self.get_command(ctx, args[0]) is None:
            ctx.fail(f"the database comes first: remoteappdb DB {typed} ...")
        return super().resolve_command(ctx, args)


def _with_database(ctx: click.Context, exc: Exception) -> str:
    """The error; where the database is to blame, with its name and the driver's own first line."""
    blamed = isinstance(exc, UnsupportedOperation) or (
        isinstance(exc, ServiceUnavailable) and exc.service == "The database"
    )
    if not (blamed and ctx.obj):
        return readable(exc)
    cause = exc.__cause__
    driver = str(getattr(cause, "orig", None) or cause or "").partition("\n")[0]
    detail = f" ({driver})" if driver and "at the moment" in str(exc) else ""
    return printable(f"{ctx.obj.unchecked.db.display_name}: {exc}{detail}")


def readable(exc: Exception) -> str:
    """An error as one line of text."""
    text = str(exc)
    if isinstance(exc, OSError) and exc.strerror:
        text = f"{exc.strerror}: {exc.filename}" if exc.filename else exc.strerror
    return printable(text)


def print_error(error: str) -> None:
    """Print one line to stderr."""
    click.echo(f"Error: {error}", err=True)


def printable(value: Any) -> str:
    """A value as it is shown: nothing for None, a mark for yes, control characters spelled out."""
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), str(value))


def json_option(function: F) -> F:
    """The option ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")(
        function
    )


def print_json(value: Any) -> None:
    """Print JSON to stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(
    headers: Sequence[str], rows: Sequence[Sequence[Any]], decoration: bool = True
) -> None:
    """Print a table with its headers; without decoration, the rows alone."""
    cells = [[printable(value) for value in row] for row in rows]
    if decoration:
        cells = [list(headers), *cells]
    if not cells:
        return
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    if decoration:
        cells.insert(1, ["-" * width for width in widths])
    layout = "  ".join(f"{{:<{width}}}" for width in widths[:-1])
    layout = f"{layout}  {{}}" if layout else "{}"
    click.echo("\n".join(layout.format(*row).rstrip() for row in cells))
