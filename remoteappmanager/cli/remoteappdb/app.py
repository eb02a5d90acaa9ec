"""``remoteappdb DB app``: the applications, and who may run them."""

from __future__ import annotations

import dataclasses
from typing import Any

import click

from remoteappmanager.cli.remoteappdb import docker
from remoteappmanager.cli.remoteappdb.context import RemoteAppDBContext
from remoteappmanager.cli.remoteappdb.manners import (
    F,
    examples,
    json_option,
    print_json,
    print_table,
)
from remoteappmanager.exceptions import NotFound, ServiceUnavailable


@click.group(epilog=examples("remoteappdb /srv/remoteapp.db app list"))
def app() -> None:
    """Create, remove and list applications; grant and revoke them."""


@app.command(
    epilog=examples(
        "remoteappdb /srv/remoteapp.db app create remoteapp/tiny:latest",
        "remoteappdb /srv/remoteapp.db app create --no-verify remoteapp/tiny:latest",
    )
)
@click.argument("image")
@click.option(
    "--verify/--no-verify",
    default=True,
    show_default=True,
    help="Make sure that Docker has the image.",
)
@json_option
@click.pass_obj
def create(context: RemoteAppDBContext, image: str, verify: bool, as_json: bool) -> None:
    """Create the application of IMAGE, and print the new id."""
    database = context.database
    if verify:
        _verify(image)
    id = database.create_application(image)
    if as_json:
        print_json({"id": id, "image": image})
    else:
        click.echo(id)


def _verify(image: str) -> None:
    hint = "Use --no-verify to create the application all the same."
    try:
        found = docker.image_exists(image)
    except ServiceUnavailable as exc:
        raise ServiceUnavailable("Docker", f"{exc} {hint}") from exc
    if not found:
        raise NotFound(f"Docker has no image {image!r}. {hint}")


@app.command(epilog=examples("remoteappdb /srv/remoteapp.db app remove remoteapp/tiny:latest"))
@click.argument("image")
@click.pass_obj
def remove(context: RemoteAppDBContext, image: str) -> None:
    """Remove the application of IMAGE with all its grants."""
    database = context.database
    if all(item.image != image for item in database.find_applications(image)[0]):
        raise NotFound(f"There is no application {image!r}.")
    database.remove_application(app_name=image)


@app.command(
    "list",
    epilog=examples(
        "remoteappdb /srv/remoteapp.db app list",
        "remoteappdb /srv/remoteapp.db app list --no-decoration",
    ),
)
@click.option("--no-decoration", is_flag=True, help="The rows alone, without headers.")
@json_option
@click.pass_obj
def list_(context: RemoteAppDBContext, no_decoration: bool, as_json: bool) -> None:
    """List the applications, by image."""
    items = context.database.list_applications()
    if as_json:
        print_json([dataclasses.asdict(item) for item in items])
    else:
        rows = [(item.id, item.image) for item in items]
        print_table(("ID", "Image"), rows, not no_decoration)


def policy_options(function: F) -> F:
    """The options that describe a policy."""
    for option in (
        click.option("--allow-startup-data", is_flag=True, help="May start with a file."),
        click.option(
            "--volume",
            metavar="SOURCE:TARGET:MODE",
            help="A directory of the server in the application; MODE is ro or rw.",
        ),
        click.option("--allow-view", is_flag=True, help="May be shared with others."),
        click.option("--allow-home", is_flag=True, help="Has the user's workspace."),
        click.option("--license", "app_license", metavar="TEXT", help="A licence to run it."),
    ):
        function = option(function)
    return function


@app.command(
    epilog=examples(
        "remoteappdb /srv/remoteapp.db app grant remoteapp/tiny:latest alice --allow-home",
        "remoteappdb /srv/remoteapp.db app grant remoteapp/tiny:latest alice"
        " --volume /srv/data:/data:ro",
    )
)
@click.argument("image")
@click.argument("user")
@policy_options
@json_option
@click.pass_obj
def grant(context: RemoteAppDBContext, image: str, user: str, as_json: bool, **policy: Any) -> None:
    """Let USER run IMAGE, and print the grant's mapping id.

    A second grant with other options is one more entry in the user's list.
    """
    mapping_id = context.database.grant_access(image, user, **policy)
    if as_json:
        print_json({"mapping_id": mapping_id, "user": user, "image": image})
    else:
        click.echo(mapping_id)


@app.command(
    epilog=examples(
        "remoteappdb /srv/remoteapp.db app revoke remoteapp/tiny:latest alice --allow-home",
        "remoteappdb /srv/remoteapp.db app revoke remoteapp/tiny:latest alice --revoke-all",
    )
)
@click.argument("image")
@click.argument("user")
@click.option("--revoke-all", is_flag=True, help="Every grant of IMAGE to USER.")
@policy_options
@click.pass_obj
def revoke(
    context: RemoteAppDBContext, image: str, user: str, revoke_all: bool, **policy: Any
) -> None:
    """Take the grant of IMAGE with exactly these options away from USER.

    What runs already goes on until it is stopped.
    """
    if not revoke_all:
        context.database.revoke_access(image, user, **policy)
    elif any(policy.values()):
        raise click.UsageError("--revoke-all takes every grant: it goes with no other option.")
    else:
        context.database.revoke_all(image, user)
