"""What can be made to go wrong in the simulated engine.

Two kinds: an *operation* of the engine fails (``Failures``), or the *program in
a container* does (``BEHAVIOURS``).
"""

from __future__ import annotations

import asyncio
import collections
import dataclasses

from aiohttp import web

#: How the program in a container of an image may behave.
BEHAVIOURS = (
    "normal",
    "dies_during_start",  # ends with code 3 and a line in its log
    "dies_after_ready",  # answers once, then ends with code 1
    "never_ready",  # answers 503 for ever
    "never_listens",  # runs, and listens nowhere
    "slow_ready",  # listens after some seconds
    "ignores_stop",  # does not end on SIGTERM
)

#: The names by which operations are failed and counted.
OPERATIONS = (
    "ping",
    "version",
    "info",
    "events",
    "create",
    "start",
    "stop",
    "kill",
    "remove",
    "list",
    "inspect",
    "logs",
    "wait",
    "images",
    "inspect_image",
    "create_network",
    "networks",
    "inspect_network",
    "remove_network",
)


@dataclasses.dataclass
class Failure:
    """One injected failure. ``times`` None means until healed."""

    status: int | None = None
    message: str = "injected failure"
    delay: float = 0.0
    hang: bool = False
    times: int | None = None


class Failures:
    """Which operations fail, and how often each operation was asked for."""

    def __init__(self) -> None:
        self._failures: dict[str, Failure] = {}
        #: Operation -> number of calls since the last ``calls.clear()``.
        self.calls: collections.Counter[str] = collections.Counter()

    def add(self, operation: str, failure: Failure) -> None:
        """Let ``operation`` fail from now on. Raises ``ValueError`` for an unknown one."""
        if operation not in OPERATIONS:
            raise ValueError(f"{operation!r} is not one of {', '.join(OPERATIONS)}")
        self._failures[operation] = failure

    def heal(self) -> None:
        """Everything works again."""
        self._failures.clear()

    async def meet(self, operation: str) -> web.Response | None:
        """Count a call; wait or answer with an error where that was asked for."""
        self.calls[operation] += 1
        failure = self._failures.get(operation)
        if failure is None:
            return None
        if failure.times is not None:
            failure.times -= 1
            if failure.times <= 0:
                self._failures.pop(operation, None)
        if failure.hang:
            await asyncio.get_running_loop().create_future()
        await asyncio.sleep(failure.delay)
        if failure.status is None:
            return None
        return web.json_response({"message": failure.message}, status=failure.status)
