"""``remoteappdb DB apply`` and ``export``: the whole database as one file."""

from __future__ import annotations

import click

from remoteappmanager.cli.remoteappdb.context import RemoteAppDBContext


@click.command()
@click.pass_obj
def apply(context: RemoteAppDBContext) -> None:
    """To come."""
    raise click.ClickException("not there yet")


@click.command()
@click.pass_obj
def export(context: RemoteAppDBContext) -> None:
    """To come."""
    raise click.ClickException("not there yet")
