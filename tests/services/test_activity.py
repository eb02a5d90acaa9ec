"""Telling the Hub that its server is in use."""

from __future__ import annotations

import asyncio
import datetime

from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.services.activity import ActivityReporter


class Listener:
    def __init__(self) -> None:
        self.heard: list[datetime.datetime] = []
        self.away = False
        self.told = asyncio.Event()

    async def report_activity(self, when: datetime.datetime) -> None:
        if self.away:
            raise ServiceUnavailable("JupyterHub")
        self.heard.append(when)
        self.told.set()


async def test_only_what_is_new_is_reported() -> None:
    """No request, no report: an idle server may be culled."""
    hub = Listener()
    reporter = ActivityReporter(hub)
    await reporter.report()
    assert hub.heard == []
    reporter.note()
    await reporter.report()
    await reporter.report()
    assert len(hub.heard) == 1
    assert hub.heard[0].tzinfo is datetime.UTC


async def test_what_could_not_be_told_is_told_later() -> None:
    """The Hub away for a while costs nothing."""
    hub = Listener()
    reporter = ActivityReporter(hub)
    reporter.note()
    hub.away = True
    await reporter.report()
    hub.away = False
    await reporter.report()
    assert len(hub.heard) == 1


async def test_it_goes_on_by_itself() -> None:
    """Reports come at intervals."""
    hub = Listener()
    reporter = ActivityReporter(hub, interval=0.001)
    reporter.note()
    running = asyncio.create_task(reporter.run())
    async with asyncio.timeout(5):
        await hub.told.wait()
    running.cancel()
