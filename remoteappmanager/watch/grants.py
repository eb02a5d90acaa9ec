"""Tells when the owner is granted other applications, and ends what is not granted any more."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable

from remoteappmanager.db.interfaces import ABCDatabase, ChangeMark
from remoteappmanager.docker.container import Container
from remoteappmanager.events import Dispatcher, Ended, GrantRestored, GrantRevoked, GrantsChanged
from remoteappmanager.exceptions import NotFound, RemoteAppError
from remoteappmanager.launcher import Launcher
from remoteappmanager.logging.logging_mixin import LoggingMixin
from remoteappmanager.user import User
from remoteappmanager.watch.lists import DockerLists

#: Seconds between two looks at the database's change mark.
INTERVAL = 1.0
#: Seconds after which the grants are read in any case: a change may come on ways of which
#: the mark knows nothing.
LOOK = 60.0
#: Seconds until an end that did not work is tried again.
RETRY = 10.0
WITHDRAWN = "Your access to it was withdrawn."


@dataclasses.dataclass
class _Notice:
    event: GrantRevoked
    ending: asyncio.Task[None] | None


class GrantWatch(LoggingMixin):
    """Follows the accounting for one user.

    Parameters
    ----------
    database:
        The accounting, asked on threads.
    user:
        The owner.
    launcher:
        Ends what is to be ended.
    lists:
        What runs, and the applications' names.
    events:
        Where it is told.
    wanted:
        Whether anybody listens. When nobody does and nothing is to be ended, the
        database is left in peace.
    end_after:
        Seconds of notice after which a running application that is not granted any
        more is ended; None: it is only told.
    explain:
        Told the reason of an end before it happens: (url_id, reason).
    """

    def __init__(
        self,
        database: ABCDatabase,
        user: User,
        launcher: Launcher,
        lists: DockerLists,
        events: Dispatcher,
        *,
        wanted: Callable[[], bool],
        end_after: float | None,
        explain: Callable[[str, str], None],
    ) -> None:
        self._database = database
        self._user = user
        self._launcher = launcher
        self._lists = lists
        self._events = events
        self._wanted = wanted
        self._end_after = end_after
        self._explain = explain
        self._mark: ChangeMark | None = None
        self._granted: frozenset[str] | None = None
        self._next_look = 0.0
        #: url_id -> the notice that its application runs without a grant.
        self._notices: dict[str, _Notice] = {}
        events.subscribe(Ended, self._on_ended)

    async def run(self) -> None:
        """For ever; through times in which the database or Docker is away."""
        trouble = ""
        try:
            while True:
                try:
                    await self.look()
                    trouble = ""
                except RemoteAppError as exc:
                    if str(exc) != trouble:
                        self.log.warning("Changed grants are not noticed: %s", exc)
                    trouble = str(exc)
                    self._next_look = 0.0
                await asyncio.sleep(INTERVAL)
        finally:
            self._let_go()

    async def look(self) -> None:
        """Once: has anything changed? Raises ``ServiceUnavailable``."""
        if not self._wanted() and self._end_after is None:
            self._let_go()
            return
        if self._mark is None:
            self._mark = self._database.change_mark()
            self._next_look = 0.0
        changed = await asyncio.to_thread(self._mark.changed)
        if changed or time.monotonic() >= self._next_look:
            await self._compare()
            self._next_look = time.monotonic() + LOOK

    # --- within ------------------------------------------------------------------

    def _let_go(self) -> None:
        if self._mark is not None:
            self._mark.close()
            self._mark = None

    async def _grants(self) -> frozenset[str]:
        grants = await asyncio.to_thread(
            self._database.get_accounting_for_user_name, self._user.name
        )
        return frozenset(grant.id for grant in grants)

    async def _compare(self) -> None:
        granted, before = await self._grants(), self._granted
        if granted == before:
            return
        images, containers = await self._lists.get()
        self._granted = granted
        if before is not None:
            self._events.publish(GrantsChanged())
        for container in containers:
            noticed = container.url_id in self._notices
            if container.mapping_id in granted and noticed:
                self._restore(container)
            elif container.mapping_id not in granted and not noticed:
                image = images.find(container.image_name)
                self._give_notice(container, image.ui_name if image else container.image_name)

    def _give_notice(self, container: Container, name: str) -> None:
        ends_at, ending = None, None
        if self._end_after is not None:
            ends_at = time.time() + self._end_after
            ending = asyncio.create_task(self._end(container.url_id, self._end_after))
        event = GrantRevoked(
            mapping_id=container.mapping_id, url_id=container.url_id, name=name, ends_at=ends_at
        )
        self._notices[container.url_id] = _Notice(event, ending)
        self._events.publish(event)

    def _restore(self, container: Container) -> None:
        self._forget(container.url_id)
        self._events.publish(
            GrantRestored(mapping_id=container.mapping_id, url_id=container.url_id)
        )

    async def _end(self, url_id: str, wait: float) -> None:
        """End it after the notice, unless it is granted again at that moment."""
        await asyncio.sleep(wait)
        while True:
            try:
                if self._notices[url_id].event.mapping_id in await self._grants():
                    self._granted = None  # the next look tells that it is restored
                    self._next_look = 0.0
                    return
                self._explain(url_id, WITHDRAWN)
                await self._launcher.stop(self._user, url_id)
                return
            except NotFound:
                return
            except RemoteAppError as exc:
                self.log.warning("An application that is not granted any more runs on: %s", exc)
            await asyncio.sleep(RETRY)

    def _on_ended(self, event: Ended) -> None:
        self._forget(event.url_id)

    def _forget(self, url_id: str) -> None:
        notice = self._notices.pop(url_id, None)
        if notice is not None and notice.ending is not None:
            notice.ending.cancel()
