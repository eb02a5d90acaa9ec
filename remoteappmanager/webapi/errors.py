"""The one table from errors to HTTP (spec: rest). ``webapi.base`` and the pages use it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tornado.web import HTTPError, MissingArgumentError

from remoteappmanager.exceptions import (
    Exists,
    InvalidRequest,
    LaunchFailed,
    MultipleResultsFound,
    NotFound,
    OperationInProgress,
    RemoteAppError,
    ServiceUnavailable,
    UnsupportedOperation,
)


class BadQueryArguments(InvalidRequest):
    """A query argument is wrong."""


@dataclass(frozen=True)
class Fault:
    """How an error looks from outside."""

    status: int
    type: str
    message: str
    details: dict[str, Any] = field(default_factory=dict)


#: Error -> status, wire type. The most derived class wins.
TABLE: dict[type[RemoteAppError], tuple[int, str]] = {
    NotFound: (404, "NotFound"),
    Exists: (409, "Exists"),
    OperationInProgress: (409, "Exists"),
    BadQueryArguments: (400, "BadQueryArguments"),
    InvalidRequest: (400, "BadRepresentation"),
    UnsupportedOperation: (500, "Unable"),
    MultipleResultsFound: (500, "Unable"),
    LaunchFailed: (500, "Unable"),
    ServiceUnavailable: (503, "Unable"),
    # What adapters derive from the root: Docker's refusals, in Docker's words.
    RemoteAppError: (500, "Unable"),
}

#: The same for the refusals that Tornado and we express as plain HTTP.
STATUSES: dict[int, tuple[str, str]] = {
    400: ("BadQueryArguments", "The request is not well formed."),
    403: ("Unable", "You are not logged in, or may not do this."),
    404: ("NotFound", "There is nothing at this address."),
    405: ("Unable", "This address does not support that method."),
}

_BUG = "Something went wrong on our side."


def fault_of(error: BaseException | None) -> Fault:
    """Translate ``error``. What is no member of our tree is a bug: none of its text is shown."""
    if isinstance(error, RemoteAppError):
        for kind in type(error).__mro__:
            if kind in TABLE:
                status, name = TABLE[kind]
                return Fault(status, name, str(error), _details(error))
    if isinstance(error, MissingArgumentError):
        return Fault(400, "BadQueryArguments", f"The argument {error.arg_name!r} is missing.")
    if isinstance(error, HTTPError) and error.status_code < 500:
        name, message = STATUSES.get(error.status_code, STATUSES[400])
        return Fault(error.status_code, name, message)
    return Fault(500, "Unable", _BUG)


def _details(error: RemoteAppError) -> dict[str, Any]:
    """The additional keys of an error."""
    if isinstance(error, LaunchFailed):
        return {
            "step": error.step,
            "exit_code": error.exit_code,
            "out_of_memory": error.out_of_memory,
            "log": error.log,
        }
    if isinstance(error, ServiceUnavailable):
        return {"service": error.service}
    return {}
