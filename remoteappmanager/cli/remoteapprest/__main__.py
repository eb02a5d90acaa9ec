"""``remoteapprest``: start and stop applications from a script or a terminal.

Manners on top of ``client.Client``; nothing is known here that is not known
there. The imports are kept few: help and completion are asked for often.
"""

from __future__ import annotations

from typing import Any

import click

from remoteappmanager.cli.remoteapprest.app import app
from remoteappmanager.cli.remoteapprest.context import (
    RemoteAppRestContext,
    pass_context,
    site_options,
)
from remoteappmanager.cli.remoteapprest.credentials import Credentials
from remoteappmanager.cli.remoteapprest.errors import NotLoggedIn
from remoteappmanager.cli.remoteapprest.terminal import ask, ask_secret, note, refusal
from remoteappmanager.exceptions import InvalidRequest, RemoteAppError
from remoteappmanager.version import __version__

__all__ = ["Credentials", "RemoteAppRestContext", "cli", "main"]

#: The value of ``--password`` and ``--token`` that means: ask, or read a line of stdin.
_ASK = "-"


class _Border(click.Group):
    """The group at which our errors become messages and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        """As click; what our tree raises is told in one line."""
        try:
            return super().invoke(ctx)
        except RemoteAppError as exc:
            shared = ctx.find_object(RemoteAppRestContext)
            if shared is not None:
                shared.progress.clear()
            raise refusal(exc) from exc


@click.group(
    cls=_Border,
    epilog="""\b
Examples:
  $ remoteapprest login https://example.org
  $ remoteapprest app available
  $ remoteapprest app start ID
  $ remoteapprest --server lab app running --json""",
)
@click.version_option(__version__, prog_name="remoteapprest")
@site_options
def cli() -> None:
    """Start and stop your applications from a script or a terminal.

    The options stand before or after the command.
    """


cli.add_command(app)


@cli.command(
    short_help="Log in, and keep a token for your own server.",
    epilog="""\b
Examples:
  $ remoteapprest login https://example.org --username alice
  $ remoteapprest login https://example.org/prefix --token
  $ remoteapprest login https://example.org --username alice --password - < file""",
)
@click.argument("url", required=False)
@click.option("--username", metavar="NAME", help="Your name at the site; asked for if missing.")
@click.option(
    "--password",
    is_flag=False,
    flag_value=_ASK,
    metavar="[TEXT]",
    help="Your password; asked for if missing. '-' reads a line of stdin. Anybody on this machine "
    "can read what is written here.",
)
@click.option(
    "--token",
    is_flag=False,
    flag_value=_ASK,
    metavar="[TEXT]",
    help="Log in with a token from the site's token page (for single sign-on); without TEXT it is "
    "asked for.",
)
@site_options
@pass_context
def login(
    shared: RemoteAppRestContext,
    url: str | None,
    username: str | None,
    password: str | None,
    token: str | None,
) -> None:
    """Log in at URL, and keep a token that may use your server and nothing else.

    The password is not kept. The token lasts 30 days, unless the site has it otherwise.
    """
    from remoteappmanager.cli.remoteapprest.login import log_in, log_in_with_token
    from remoteappmanager.cli.remoteapprest.wire import site_url

    profile = shared.profile
    if token and "://" in token and not url:
        raise InvalidRequest("Write the address before --token: login URL --token.")
    site = site_url(url or profile.url or ask("Address of the site"))
    _warn(site, shared.insecure, password, token)
    username = username or profile.username
    options: dict[str, Any] = {
        "ca_file": profile.ca_file,
        "insecure": shared.insecure,
        "login_command": shared.login_command,
    }
    if token is not None:
        secret = ask_secret("Token").strip() if token == _ASK else token
        credentials = log_in_with_token(site, secret, username=username, **options)
    else:
        username = username or ask("Username")
        if password is None or password == _ASK:
            password = ask_secret("Password")
        credentials = log_in(site, username, password, **options)
    credentials.write(profile.credentials_file)
    until = f" until {credentials.expires_at[:10]}" if credentials.expires_at else ""
    note(f"Logged in at {credentials.url} as {credentials.username}{until}.")


def _warn(site: str, insecure: bool, *secrets: str | None) -> None:
    """Say what others could see."""
    from urllib.parse import urlsplit

    host = urlsplit(site).hostname or ""
    if site.startswith("http:") and host not in ("localhost", "::1") and host[:4] != "127.":
        note("Note: this address is not encrypted (http): others on the way can read along.")
    if insecure:
        note("Note: the certificate is not verified (--insecure).")
    if any(secret not in (None, _ASK) for secret in secrets):
        note("Note: others on this machine can read the command line: leave the secret out of it.")


@cli.command(
    short_help="Forget the login.",
    epilog="""\b
Examples:
  $ remoteapprest logout
  $ remoteapprest logout --revoke""",
)
@click.option(
    "--revoke",
    is_flag=True,
    help="Ask for the password, to revoke the token where it may not revoke itself.",
)
@site_options
@pass_context
def logout(shared: RemoteAppRestContext, revoke: bool) -> None:
    """Forget the login, and revoke its token where that is allowed."""
    import pathlib

    from remoteappmanager.cli.remoteapprest.login import revoke_with_password

    file = pathlib.Path(shared.profile.credentials_file).expanduser()
    try:
        client = shared.client()
        revoked = client.log_out()
        if not revoked and revoke:
            revoked = revoke_with_password(
                client.credentials, ask_secret("Password"), insecure=shared.insecure
            )
    except NotLoggedIn:
        file.unlink(missing_ok=True)
        raise
    file.unlink(missing_ok=True)
    if revoked:
        note("Logged out: the token is revoked.")
        return
    until = (
        f" (until {client.credentials.expires_at[:10]})" if client.credentials.expires_at else ""
    )
    note(
        f"Logged out here. The token itself stays valid{until}: revoke it at "
        f"{client.credentials.url}/hub/token, or next time with --revoke."
    )


def main() -> None:
    """The console script."""
    cli(prog_name="remoteapprest")


if __name__ == "__main__":
    main()
