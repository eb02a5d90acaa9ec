"""The steps of a start: their names, who is told of them, and the one deadline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from remoteappmanager.events import Dispatcher, StartWarned, StepEntered
from remoteappmanager.exceptions import (
    InvalidRequest,
    LaunchFailed,
    OperationInProgress,
    RemoteAppError,
    ServiceUnavailable,
)

STEPS = ("grant", "image", "environment", "start", "wait", "publish")


class Walk:
    """Where a start of ``mapping_id`` is, how long it has left, and who wants to know."""

    def __init__(self, timeout: float, mapping_id: str, events: Dispatcher) -> None:
        self._timeout = timeout
        self._mapping_id = mapping_id
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + timeout
        self._events = events
        self._now = STEPS[0]

    @property
    def seconds_left(self) -> float:
        """Until the deadline; not negative."""
        return max(0.0, self._deadline - self._loop.time())

    def warn_of_missing(self, source: str) -> None:
        """Tell that a volume's source does not exist."""
        message = f"{source} does not exist, and was not mounted."
        self._events.publish(
            StartWarned(mapping_id=self._mapping_id, step=self._now, message=message)
        )

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[None]:
        """One step: announced, held to the deadline, its failure turned into ``LaunchFailed``."""
        self._now = name
        self._events.publish(StepEntered(mapping_id=self._mapping_id, step=name))
        try:
            # "wait" keeps the deadline itself, so that it can still gather evidence.
            async with asyncio.timeout_at(None if name == "wait" else self._deadline):
                yield
        except TimeoutError as exc:
            raise LaunchFailed(
                name, f"The start took longer than {self._timeout:g} seconds."
            ) from exc
        except (InvalidRequest, OperationInProgress, LaunchFailed, ServiceUnavailable):
            raise
        except RemoteAppError as exc:
            raise LaunchFailed(name, str(exc)) from exc
