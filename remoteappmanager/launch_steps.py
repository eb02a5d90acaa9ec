"""The steps of a start: their names, who is told of them, and the one deadline."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from remoteappmanager.exceptions import (
    InvalidRequest,
    LaunchFailed,
    OperationInProgress,
    RemoteAppError,
    ServiceUnavailable,
)

STEPS = ("grant", "image", "environment", "start", "wait", "publish")


@dataclasses.dataclass(frozen=True)
class StepEvent:
    """A start entered ``step``; or, with ``warning``, has something to tell the user there."""

    step: str
    warning: str | None = None


class Walk:
    """Where a start is, how long it has left, and who wants to know."""

    def __init__(self, timeout: float, on_step: Callable[[StepEvent], None]) -> None:
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + timeout
        self._on_step = on_step
        self._now = STEPS[0]

    @property
    def seconds_left(self) -> float:
        """Until the deadline; not negative."""
        return max(0.0, self._deadline - self._loop.time())

    def warn_of_missing(self, source: str) -> None:
        """Tell that a volume's source does not exist."""
        self._on_step(StepEvent(self._now, f"{source} does not exist, and was not mounted."))

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[None]:
        """One step: announced, held to the deadline, its failure turned into ``LaunchFailed``."""
        self._now = name
        self._on_step(StepEvent(name))
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
