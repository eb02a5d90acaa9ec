"""What all commands share: which site, which credentials, how to connect."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from remoteappmanager.cli.remoteapprest.credentials import (
    DEFAULT_FILE,
    Credentials,
    others_may_read,
)
from remoteappmanager.cli.remoteapprest.profiles import (
    DEFAULT_PROFILES,
    Profile,
    find_profile,
    login_command,
)
from remoteappmanager.cli.remoteapprest.terminal import ProgressLine, note

if TYPE_CHECKING:
    from remoteappmanager.cli.remoteapprest.client import Client

F = TypeVar("F", bound=Callable[..., Any])


@dataclasses.dataclass
class RemoteAppRestContext:
    """The options that every command takes, wherever they were written."""

    credentials_file: str = ""
    ca_file: str = ""
    insecure: bool = False
    server: str = ""
    profile_file: str = DEFAULT_PROFILES
    progress: ProgressLine = dataclasses.field(default_factory=ProgressLine)

    @property
    def profile(self) -> Profile:
        """The named site, or the one in the default credentials file.

        Raises ``NotFound`` for a name that the profile file does not have.
        """
        named = find_profile(self.server, self.profile_file) if self.server else Profile("")
        file = self.credentials_file or named.credentials_file or DEFAULT_FILE
        return dataclasses.replace(
            named, credentials_file=file, ca_file=self.ca_file or named.ca_file
        )

    @property
    def login_command(self) -> str:
        """What to type to log in at this site, without its address."""
        return login_command(self.server, self.profile_file, self.credentials_file)

    def credentials(self) -> Credentials:
        """Those of the file. Raises ``NotLoggedIn``."""
        file = self.profile.credentials_file
        address = self.profile.url or "URL"
        credentials = Credentials.from_file(file, f"{self.login_command} {address}")
        if others_may_read(file):
            note(f"Note: others may read your credentials: type 'chmod 600 {file}'.")
        return credentials

    def client(self) -> Client:
        """A client for the user who is logged in; closed with the command.

        Raises ``NotLoggedIn``.
        """
        # Imported here: requests takes a while, and help needs none of it.
        from remoteappmanager.cli.remoteapprest.client import Client

        if self.insecure:
            note("Note: the certificate is not verified (--insecure).")
        client = Client(
            self.credentials(),
            insecure=self.insecure,
            ca_file=self.profile.ca_file,
            on_progress=self.progress,
            login_command=self.login_command,
        )
        click.get_current_context().call_on_close(client.disconnect)
        click.get_current_context().call_on_close(self.progress.clear)
        return client


def _keep(context: click.Context, option: click.Parameter, value: Any) -> None:
    """Note an option's value, unless this place of the command line does not give one."""
    if value not in (None, False):
        setattr(context.ensure_object(RemoteAppRestContext), option.name or "", value)


_OPTIONS: dict[str, dict[str, Any]] = {
    "--profile-file": {"metavar": "FILE", "help": f"Names of sites. [{DEFAULT_PROFILES}]"},
    "--server": {"metavar": "NAME", "help": "A site by its name in the profile file."},
    "--insecure": {"is_flag": True, "help": "Do not verify certificates, this once."},
    "--ca-file": {"metavar": "FILE", "help": "Trust this certificate authority (PEM)."},
    "--credentials-file": {
        "metavar": "FILE",
        "help": f"Where the login is kept, for your eyes only. [{DEFAULT_FILE}]",
    },
}


def site_options(function: F) -> F:
    """The options of ``RemoteAppRestContext``: taken before and after the command's name."""
    for name, details in _OPTIONS.items():
        option = click.option(name, callback=_keep, expose_value=False, **details)
        function = option(function)
    return function


pass_context = click.make_pass_decorator(RemoteAppRestContext, ensure=True)
