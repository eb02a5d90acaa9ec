"""``remoteappdb DB init`` and ``upgrade``: the tables."""

from __future__ import annotations

import click

from remoteappmanager.cli.remoteappdb.context import RemoteAppDBContext
from remoteappmanager.cli.remoteappdb.manners import examples, json_option, print_json


@click.command(
    epilog=examples(
        "remoteappdb /srv/remoteapp.db init",
        "remoteappdb postgresql+psycopg://remoteapp@db/accounting init",
    )
)
@click.pass_obj
def init(context: RemoteAppDBContext) -> None:
    """Create the tables.

    An SQLite file is created with them; a file that exists already is never
    touched.
    """
    context.unchecked.db.initialise()
    click.echo(f"Created the tables in {context.unchecked.db.display_name}.", err=True)


@click.command(epilog=examples("remoteappdb /srv/remoteapp.db upgrade"))
@json_option
@click.pass_obj
def upgrade(context: RemoteAppDBContext, as_json: bool) -> None:
    """Bring the tables of an older release up to date.

    Nothing is lost, and all of it happens or none. A database of the 1.x and
    2.x releases is recognised. Make a copy first all the same.
    """
    applied = context.unchecked.db.upgrade()
    if as_json:
        print_json({"applied": list(applied)})
    elif applied:
        click.echo("\n".join(applied))
    else:
        click.echo("The tables are up to date.", err=True)
