"""Telling the Hub that its server is in use, so that it is not culled (facts: JupyterHub 1.4)."""

from __future__ import annotations

import asyncio
import datetime
import logging
import random
from typing import Protocol

from remoteappmanager.exceptions import ServiceUnavailable

log = logging.getLogger(__name__)

#: Seconds between two reports, give or take a fifth: a thousand servers must not speak at once.
INTERVAL = 300.0


class _Hub(Protocol):
    async def report_activity(self, when: datetime.datetime) -> None: ...


class ActivityReporter:
    """Remembers the last request of ours, and tells the Hub now and then."""

    def __init__(self, hub: _Hub, interval: float = INTERVAL) -> None:
        self._hub = hub
        self._interval = interval
        self._last: datetime.datetime | None = None
        self._reported: datetime.datetime | None = None

    def note(self) -> None:
        """Somebody who may has made a request."""
        self._last = datetime.datetime.now(datetime.UTC)

    async def report(self) -> None:
        """Tell the Hub, unless there is nothing new. A failure is tried again next time."""
        last = self._last
        if last is None or last == self._reported:
            return
        try:
            await self._hub.report_activity(last)
            self._reported = last
        except ServiceUnavailable as exc:
            log.warning("Activity is not reported: %s", exc)

    async def run(self) -> None:
        """Report for ever."""
        while True:
            # Chance spreads load here; nobody gains by guessing it.
            await asyncio.sleep(self._interval * random.uniform(0.8, 1.2))
            await self.report()
