"""``remoteappdb DB COMMAND``: manners on top of the accounting library.

No queries here and no rules: what a command does is one call of
``ORMDatabase``. This package asks, prints, and turns errors into exit codes.
"""

from __future__ import annotations

import click

from remoteappmanager.cli.remoteappdb.app import app
from remoteappmanager.cli.remoteappdb.context import (
    RemoteAppDBContext,
    database,
    is_sqlitedb_url,
    normalise_to_url,
    sqlite_url_to_path,
    sqlitedb_present,
)
from remoteappmanager.cli.remoteappdb.declare import apply, export
from remoteappmanager.cli.remoteappdb.docker import get_docker_client
from remoteappmanager.cli.remoteappdb.manners import RemoteAppDBGroup, examples, print_error
from remoteappmanager.cli.remoteappdb.schema import init, upgrade
from remoteappmanager.cli.remoteappdb.user import user
from remoteappmanager.version import __version__

__all__ = [
    "RemoteAppDBContext",
    "cli",
    "database",
    "get_docker_client",
    "is_sqlitedb_url",
    "main",
    "normalise_to_url",
    "print_error",
    "sqlite_url_to_path",
    "sqlitedb_present",
]


@click.group(
    cls=RemoteAppDBGroup,
    epilog=examples(
        "remoteappdb /srv/remoteapp.db init",
        "remoteappdb /srv/remoteapp.db user create alice",
        "remoteappdb postgresql+psycopg://remoteapp@db/accounting user list",
    ),
)
@click.argument("db")
@click.version_option(__version__, prog_name="remoteappdb")
@click.pass_context
def cli(context: click.Context, db: str) -> None:
    """Look after the accounting database: who may run what.

    DB is the path of an SQLite file, or an SQLAlchemy URL.
    """
    context.obj = RemoteAppDBContext(db)


for command in (init, upgrade, user, app, apply, export):
    cli.add_command(command)


def main() -> None:
    """The console script."""
    cli(prog_name="remoteappdb")


if __name__ == "__main__":
    main()
