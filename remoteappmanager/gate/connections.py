"""What is open through the gate, so that it can be cut."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.gate.access import Destination, Who, may_enter
from remoteappmanager.services.gate_hub import Credential

_log = logging.getLogger(__name__)

#: Questions to the Hub at the same time, in a recheck of everybody.
_AT_ONCE = 4


@dataclass(eq=False)
class Connection:
    """One exchange or tunnel: whose, on what ground, to where, and how to end it."""

    place: Destination
    actor: Who
    credential: Credential
    cut: Callable[[], None]


class Connections:
    """Everything that is open, and when each container was last used.

    Parameters
    ----------
    who_now:
        Asks the Hub whose credential it is, or raises ``ServiceUnavailable``.
    """

    def __init__(self, who_now: Callable[[Credential], Awaitable[Who | None]]) -> None:
        self._who_now = who_now
        self._open: set[Connection] = set()
        self._used: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def opened(self, connection: Connection) -> Iterator[None]:
        """Keep ``connection`` in the books for as long as the block lasts."""
        self._open.add(connection)
        self.used(connection.place.url_id)
        try:
            yield
        finally:
            self._open.discard(connection)

    def used(self, url_id: str) -> None:
        """Bytes have moved between somebody and this container."""
        self._used[url_id] = time.time()

    def last_used(self) -> dict[str, float]:
        """url_id -> seconds since the epoch of its last use that was seen here."""
        return dict(self._used)

    def keep_only(self, table: Mapping[str, Destination]) -> None:
        """Cut what leads to containers that are gone, or are not what they were."""
        for connection in list(self._open):
            if table.get(connection.place.url_id) != connection.place:
                connection.cut()
        self._used = {url_id: when for url_id, when in self._used.items() if url_id in table}

    async def recheck(self, user: str | None = None) -> None:
        """Ask the Hub again about everybody (or one user) with something open; cut who may not.

        While the Hub is away, what is open stays open.
        """
        credentials = {
            connection.credential
            for connection in self._open
            if user is None or connection.actor.name == user
        }
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(credential: Credential) -> None:
            async with gate:
                try:
                    actor = await self._who_now(credential)
                except ServiceUnavailable:
                    return
            self._apply(credential, actor)

        await asyncio.gather(*(one(credential) for credential in credentials))

    def _apply(self, credential: Credential, actor: Who | None) -> None:
        for connection in list(self._open):
            if connection.credential != credential:
                continue
            if actor is None or not may_enter(actor, connection.place):
                _log.info("Cutting a connection of %s: no longer allowed", connection.actor.name)
                connection.cut()
            else:
                connection.actor = actor
