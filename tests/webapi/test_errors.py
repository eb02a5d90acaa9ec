"""The one table from errors to HTTP."""

from __future__ import annotations

import pytest
from tornado.web import HTTPError, MissingArgumentError

from remoteappmanager import exceptions
from remoteappmanager.webapi.errors import TABLE, BadQueryArguments, fault_of

ERRORS = [
    (exceptions.NotFound("x"), 404, "NotFound", "x"),
    (exceptions.Exists("x"), 409, "Exists", "x"),
    (exceptions.OperationInProgress("x"), 409, "Exists", "x"),
    (exceptions.InvalidRequest("x"), 400, "BadRepresentation", "x"),
    (BadQueryArguments("x"), 400, "BadQueryArguments", "x"),
    (exceptions.LaunchFailed("wait", "x"), 500, "Unable", "x"),
    (exceptions.UnsupportedOperation("x"), 500, "Unable", "x"),
    (exceptions.MultipleResultsFound("x"), 500, "Unable", "x"),
    (exceptions.ServiceUnavailable("Docker", "x"), 503, "Unable", "x"),
    (HTTPError(403, "secret"), 403, "Unable", None),
    (HTTPError(404, "secret"), 404, "NotFound", None),
    (HTTPError(405, "secret"), 405, "Unable", None),
    (HTTPError(400, "secret"), 400, "BadQueryArguments", None),
    (MissingArgumentError("code"), 400, "BadQueryArguments", None),
    (HTTPError(502, "secret"), 500, "Unable", None),
    (RuntimeError("secret"), 500, "Unable", None),
    (ValueError("secret"), 500, "Unable", None),
    (None, 500, "Unable", None),
]


@pytest.mark.parametrize(("error", "status", "name", "message"), ERRORS, ids=repr)
def test_error_becomes_status_and_wire_type(
    error: BaseException | None, status: int, name: str, message: str | None
) -> None:
    """Each error has its status and type; what is not ours shows none of its text."""
    fault = fault_of(error)
    assert (fault.status, fault.type) == (status, name)
    assert "secret" not in fault.message
    assert fault.message
    if message is not None:
        assert fault.message == message


def test_every_error_of_the_tree_has_an_answer() -> None:
    """No member of the tree is forgotten."""
    ours = [
        kind
        for kind in vars(exceptions).values()
        if isinstance(kind, type) and issubclass(kind, exceptions.RemoteAppError)
    ]
    shown = set(TABLE) | {exceptions.ConfigurationError}
    assert set(ours) <= shown


def test_a_failed_launch_says_all_that_is_known() -> None:
    """Step, exit code, memory and log stand beside the message."""
    error = exceptions.LaunchFailed("wait", "It died.", exit_code=137, out_of_memory=True, log="l")
    assert fault_of(error).details == {
        "step": "wait",
        "exit_code": 137,
        "out_of_memory": True,
        "log": "l",
    }
