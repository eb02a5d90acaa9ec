"""The one tree of errors.

::

    RemoteAppError
    ├── NotFound                what was asked for does not exist
    ├── Exists                  what was to be made is there already
    ├── UnsupportedOperation    this backend cannot do that, whatever the input
    ├── InvalidRequest          the input is wrong, and the message names what
    ├── OperationInProgress     the same act is under way; wait for it
    ├── MultipleResultsFound    one was expected, several were found
    ├── LaunchFailed            a start failed at a named step
    ├── ServiceUnavailable      Docker, the database, the Hub or the gate is away
    └── ConfigurationError      an option, a variable or the file is wrong; ends the start

The message of each of these is written for the person who reads it and may be
shown to them. Anything that is not in this tree is a bug of ours: users see a
reference id, the log has the trace.

Adapters translate foreign exceptions at their border with ``raise ... from``.
``webapi.base`` owns the only table from these classes to HTTP; the command
lines own the only translation to exit codes.
"""


class RemoteAppError(Exception):
    """The root: everything this package raises on purpose."""


class NotFound(RemoteAppError):
    """What was asked for does not exist."""


class Exists(RemoteAppError):
    """What was to be created exists already."""


class UnsupportedOperation(RemoteAppError):
    """The backend cannot do this at all, for example write to a CSV file."""


class InvalidRequest(RemoteAppError):
    """The input is wrong. The message names the field and what is expected."""


class OperationInProgress(RemoteAppError):
    """The same operation is in flight already."""


class MultipleResultsFound(RemoteAppError):
    """One result was expected, and there are several."""


class ConfigurationError(RemoteAppError):
    """The configuration is wrong. The message is one readable line that names the place."""


class ServiceUnavailable(RemoteAppError):
    """Something we depend on does not answer.

    Parameters
    ----------
    service:
        Its name as users know it: "Docker", "The database", "The gate",
        "JupyterHub".
    message:
        What to tell them; by default that it does not answer.
    """

    def __init__(self, service: str, message: str | None = None) -> None:
        self.service = service
        super().__init__(message or f"{service} is not available at the moment.")


class LaunchFailed(RemoteAppError):
    """A start failed. Nothing of it is left behind.

    Parameters
    ----------
    step:
        The step that failed, one of the names in ``launcher.STEPS``.
    reason:
        Why, in words for the user.
    exit_code:
        The container's exit code, where it died.
    out_of_memory:
        Whether the kernel killed it for its memory limit.
    log:
        The container's last lines of output, bounded.
    """

    def __init__(
        self,
        step: str,
        reason: str,
        *,
        exit_code: int | None = None,
        out_of_memory: bool = False,
        log: str = "",
    ) -> None:
        self.step = step
        self.reason = reason
        self.exit_code = exit_code
        self.out_of_memory = out_of_memory
        self.log = log
        super().__init__(reason)
