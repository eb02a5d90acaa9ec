"""``remoteapprest app``: what may be started, what runs, start, stop."""

from __future__ import annotations

import dataclasses

import click
from click.shell_completion import CompletionItem

from remoteappmanager.cli.remoteapprest.context import (
    RemoteAppRestContext,
    pass_context,
    site_options,
)
from remoteappmanager.cli.remoteapprest.terminal import note, print_json
from remoteappmanager.exceptions import RemoteAppError

#: Seconds that completing a word may take.
_COMPLETION_TIMEOUT = 3.0

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")


def complete_application(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The ids of applications, with their names; nothing where that takes an effort."""
    return [
        CompletionItem(identifier, help=name)
        for identifier, name in _known(context, parameter.name or "")
        if identifier.startswith(incomplete)
    ]


def _known(context: click.Context, what: str) -> list[tuple[str, str]]:
    """Ids and names for completion. It starts no server and shows no error."""
    from remoteappmanager.cli.remoteapprest.client import Client

    shared = context.ensure_object(RemoteAppRestContext)
    try:
        profile = shared.profile
        client = Client.from_file(
            profile.credentials_file,
            ca_file=profile.ca_file,
            insecure=shared.insecure,
            start_server=False,
            timeout=_COMPLETION_TIMEOUT,
        )
        with client:
            if what == "url_id":
                return [(each.url_id, each.image_name) for each in client.containers()]
            return [(each.mapping_id, each.name) for each in client.applications()]
    except RemoteAppError:
        return []


@click.group(
    epilog="""\b
Examples:
  $ remoteapprest app available
  $ remoteapprest app start Veusz
  $ remoteapprest app running
  $ remoteapprest app stop Veusz"""
)
@site_options
def app() -> None:
    """See, start and stop your applications."""


@app.command(
    epilog="""\b
Example:
  $ remoteapprest app available
  0f4b6c3a9d9e4c57a1d7e6f1b2c3d4e5 : Veusz"""
)
@json_option
@site_options
@pass_context
def available(shared: RemoteAppRestContext, as_json: bool) -> None:
    """List what you may start, as ID : NAME."""
    applications = shared.client().applications()
    shared.progress.clear()
    if as_json:
        print_json([dataclasses.asdict(each) for each in applications])
        return
    for each in applications:
        click.echo(f"{each.mapping_id} : {each.name}")
    if not applications:
        note("There is nothing that you may start: ask the administrator of the site.")


@app.command(
    epilog="""\b
Example:
  $ remoteapprest app running
  5ad2c0f7b1e84d4f9f4a3c2b1d0e9f8a : simphonyproject/veusz:latest"""
)
@json_option
@site_options
@pass_context
def running(shared: RemoteAppRestContext, as_json: bool) -> None:
    """List what runs, as URL_ID : IMAGE."""
    containers = shared.client().containers()
    shared.progress.clear()
    if as_json:
        print_json([dataclasses.asdict(each) for each in containers])
        return
    for each in containers:
        click.echo(f"{each.url_id} : {each.image_name}")
    if not containers:
        note("Nothing is running.")


@app.command(
    epilog="""\b
Examples:
  $ remoteapprest app start 0f4b6c3a9d9e4c57a1d7e6f1b2c3d4e5
  https://example.org/user/alice/containers/5ad2c0f7b1e84d4f9f4a3c2b1d0e9f8a/
  $ remoteapprest app start Veusz --resolution 1280x1024 --keep"""
)
@click.argument("identifier", metavar="ID", shell_complete=complete_application)
@click.option("--startupdata", metavar="PATH", help="Open this file, a path in the application.")
@click.option("--resolution", metavar="WxH", help="Size of the desktop, for example 1024x768.")
@click.option(
    "--wait/--no-wait",
    default=True,
    show_default=True,
    help="Come back when the address works, or as soon as the container runs.",
)
@click.option(
    "--replace/--keep",
    default=True,
    show_default=True,
    help="What to do when the application runs already: start it afresh, or leave it as it is.",
)
@json_option
@site_options
@pass_context
def start(
    shared: RemoteAppRestContext,
    identifier: str,
    startupdata: str | None,
    resolution: str | None,
    wait: bool,
    replace: bool,
    as_json: bool,
) -> None:
    """Start an application and print its address.

    ID is an id that 'app available' lists, or a name that only one application has. Who opens
    the address in a browser is asked to log in.

    With --no-wait the application may still be starting when its address is printed, and a
    failure after that is not told.
    """
    client = shared.client()
    application = client.application(identifier)
    try:
        container = client.start(
            application, resolution=resolution, startupdata=startupdata, wait=wait, replace=replace
        )
    except KeyboardInterrupt:
        shared.progress.clear()
        note(f"{application.name} goes on starting: 'remoteapprest app running' tells whether.")
        raise
    shared.progress.clear()
    if as_json:
        print_json(dataclasses.asdict(container))
    else:
        click.echo(container.address)


@app.command(
    epilog="""\b
Examples:
  $ remoteapprest app stop 5ad2c0f7b1e84d4f9f4a3c2b1d0e9f8a
  $ remoteapprest app stop Veusz"""
)
@click.argument("url_id", metavar="URL_ID", shell_complete=complete_application)
@site_options
@pass_context
def stop(shared: RemoteAppRestContext, url_id: str) -> None:
    """Stop a running application.

    URL_ID is what 'app running' lists, or the name of an application that runs once.
    """
    shared.client().stop(url_id)
