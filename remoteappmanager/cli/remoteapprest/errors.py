"""What can go wrong for a client, as one subtree of the package's errors.

::

    RemoteAppError
    ├── NotFound, InvalidRequest, OperationInProgress, MultipleResultsFound,
    │   LaunchFailed        as everywhere; the server's own words
    ├── NotLoggedIn         there are no credentials, or they cannot be read
    │   └── LoginRefused    the site does not accept them (wrong, expired, revoked, too narrow)
    ├── ServerNotStarted    the user's server could not be started
    ├── OtherSession        it runs, as an administrator's session
    ├── Unable              the server tried and could not; its own words, with a reference
    ├── UnexpectedAnswer    whoever answered does not speak our protocol
    └── ServiceUnavailable
        └── Unreachable     nobody answers at the address
            └── Untrusted   somebody answers, but TLS does not vouch for them

Every message is one line that ends with what to do next.
"""

from __future__ import annotations

from remoteappmanager.exceptions import RemoteAppError, ServiceUnavailable


class NotLoggedIn(RemoteAppError):
    """There are no usable credentials: log in."""


class LoginRefused(NotLoggedIn):
    """The site was asked, and does not accept the credentials."""


class ServerNotStarted(RemoteAppError):
    """The user's server did not come up."""


class OtherSession(RemoteAppError):
    """The user's server is one for administration, where nobody starts applications."""


class Unable(RemoteAppError):
    """The server understood, and could not do it."""


class UnexpectedAnswer(RemoteAppError):
    """The answer is none that a JupyterHub with remoteappmanager gives."""


class Unreachable(ServiceUnavailable):
    """No connection, or it broke, or the answer took too long."""

    def __init__(self, message: str) -> None:
        super().__init__("The site", message)


class Untrusted(Unreachable):
    """The TLS certificate could not be verified."""
