"""``remoteappdb DB user``: the users."""

from __future__ import annotations

import dataclasses
from typing import Any

import click

from remoteappmanager.cli.remoteappdb.context import RemoteAppDBContext
from remoteappmanager.cli.remoteappdb.manners import (
    examples,
    json_option,
    print_json,
    print_table,
)
from remoteappmanager.exceptions import NotFound

HEADERS = ("ID", "Name")
APP_HEADERS = (
    "App",
    "License",
    "Home",
    "View",
    "Common",
    "Vol. Source",
    "Vol. Target",
    "Vol. Mode",
    "Allow Startup Data",
)


@click.group(epilog=examples("remoteappdb /srv/remoteapp.db user list"))
def user() -> None:
    """Create, remove and list users."""


@user.command(epilog=examples("remoteappdb /srv/remoteapp.db user create alice"))
@click.argument("name")
@json_option
@click.pass_obj
def create(context: RemoteAppDBContext, name: str, as_json: bool) -> None:
    """Create the user NAME, a login name, and print the new id."""
    id = context.database.create_user(name)
    if as_json:
        print_json({"id": id, "name": name})
    else:
        click.echo(id)


@user.command(epilog=examples("remoteappdb /srv/remoteapp.db user remove alice"))
@click.argument("name")
@click.pass_obj
def remove(context: RemoteAppDBContext, name: str) -> None:
    """Remove the user NAME with all their grants."""
    database = context.database
    if database.get_user(user_name=name) is None:
        raise NotFound(f"There is no user {name!r}.")
    database.remove_user(user_name=name)


@user.command(
    "list",
    epilog=examples(
        "remoteappdb /srv/remoteapp.db user list",
        "remoteappdb /srv/remoteapp.db user list --show-apps",
        "remoteappdb /srv/remoteapp.db user list --no-decoration",
    ),
)
@click.option("--no-decoration", is_flag=True, help="The rows alone, without headers.")
@click.option("--show-apps", is_flag=True, help="A row for each of the user's grants.")
@json_option
@click.pass_obj
def list_(context: RemoteAppDBContext, no_decoration: bool, show_apps: bool, as_json: bool) -> None:
    """List the users, by name."""
    database = context.database
    users = database.list_users()
    if not show_apps:
        if as_json:
            print_json([dataclasses.asdict(item) for item in users])
        else:
            print_table(HEADERS, [(item.id, item.name) for item in users], not no_decoration)
        return
    grants: dict[int, list[Any]] = {item.id: [] for item in users}
    for accounting in database.list_accounting():
        grants.setdefault(accounting.user.id, []).append(accounting)
    if as_json:
        print_json(
            [
                {**dataclasses.asdict(item), "applications": [_json(a) for a in grants[item.id]]}
                for item in users
            ]
        )
        return
    rows: list[tuple[Any, ...]] = []
    for item in users:
        lines = [_cells(accounting) for accounting in grants[item.id]]
        rows += [(item.id, item.name, *cells) for cells in lines or [("",) * len(APP_HEADERS)]]
    print_table((*HEADERS, *APP_HEADERS), rows, not no_decoration)


def _cells(accounting: Any) -> tuple[Any, ...]:
    policy = accounting.application_policy
    return (
        accounting.application.image,
        policy.app_license,
        policy.allow_home,
        policy.allow_view,
        policy.allow_common,
        policy.volume_source,
        policy.volume_target,
        policy.volume_mode,
        policy.allow_startup_data,
    )


def _json(accounting: Any) -> dict[str, Any]:
    return {
        "mapping_id": accounting.id,
        "image": accounting.application.image,
        "policy": dict(vars(accounting.application_policy)),
    }
