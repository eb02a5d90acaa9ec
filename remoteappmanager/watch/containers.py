"""Tells what happens to the owner's containers, whoever does it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
import time
from collections.abc import Callable
from typing import Any

from remoteappmanager.docker.container_manager import ContainerEvent, Evidence, ImageEvent
from remoteappmanager.docker.evidence import OUT_OF_MEMORY
from remoteappmanager.events import (
    Dispatcher,
    DockerChanged,
    Ended,
    ImagesChanged,
    Started,
    StartOver,
)
from remoteappmanager.exceptions import RemoteAppError
from remoteappmanager.logging.logging_mixin import LoggingMixin
from remoteappmanager.watch.lists import DockerLists

#: Seconds between attempts to hear of Docker's events again.
RETRY = 3.0
#: Seconds after a death in which Docker says whether somebody asked for it.
WAIT_FOR_STOP = 0.5
STOPPED = "It was stopped: in another page, by a script, by an administrator or with Docker."
DOCKER_LEFT = "It ended when Docker went away."


class ContainerWatch(LoggingMixin):
    """Follows Docker's events for one user.

    Of a container that ended by itself, or was killed, the evidence is read
    and told; then the container is removed.

    Parameters
    ----------
    manager:
        A ``docker.container_manager.ContainerManager``.
    user_name:
        The owner.
    lists:
        Told to forget whatever has changed.
    events:
        Where it is told.
    is_starting:
        Whether a start of that mapping is under way here: it is told as such.
    """

    def __init__(
        self,
        manager: Any,
        user_name: str,
        lists: DockerLists,
        events: Dispatcher,
        is_starting: Callable[[str], bool],
    ) -> None:
        self._manager = manager
        self._user_name = user_name
        self._lists = lists
        self._events = events
        self._is_starting = is_starting
        #: url_id -> what is known of a container, from its start or from a list.
        self._known: dict[str, ContainerEvent] = {}
        #: url_ids of applications that ran: only their end is news. A start that
        #: fails is told by the start.
        self._running: set[str] = set()
        #: docker_id -> the task that finds out why it died, and what tells it that it was asked.
        self._dying: dict[str, tuple[asyncio.Task[None], asyncio.Event]] = {}
        self._reasons: dict[str, str] = {}
        events.subscribe(StartOver, self._on_start_over)

    async def run(self) -> None:
        """For ever; through times in which Docker is away."""
        away = False
        while True:
            since = time.time()
            with contextlib.suppress(RemoteAppError):
                await self._compare()
                if away:
                    away = False
                    self._events.publish(DockerChanged(away=False))
                await self._follow(since)
            self._lists.followed = False
            self._lists.forget()
            if not away:
                away = True
                self._events.publish(DockerChanged(away=True))
            await asyncio.sleep(RETRY)

    def explain(self, url_id: str, reason: str) -> None:
        """When this one is stopped, say why."""
        self._reasons[url_id] = reason

    # --- within ------------------------------------------------------------------

    async def _compare(self) -> None:
        """See what runs, and find out about what does not run any more."""
        _, containers = await self._lists.get()
        listed = {
            container.url_id: ContainerEvent(
                action="start",
                docker_id=container.docker_id,
                url_id=container.url_id,
                user=container.user,
                mapping_id=container.mapping_id,
                time=container.created,
                image=container.image_name,
            )
            for container in containers
            if not self._is_starting(container.mapping_id)
        }
        self._known.update(listed)
        gone = [url_id for url_id in self._running if url_id not in listed]
        self._running |= listed.keys()
        for url_id in gone:
            self._on_death(url_id)

    async def _follow(self, since: float) -> None:
        async with contextlib.aclosing(
            self._manager.owner_events(self._user_name, since)
        ) as stream:
            self._lists.followed = True
            async for event in stream:
                self._lists.forget()
                if isinstance(event, ImageEvent):
                    self._events.publish(ImagesChanged())
                else:
                    self._on_event(event)

    def _on_event(self, event: ContainerEvent) -> None:
        if event.action == "die":
            self._on_death(event.url_id)
        elif event.action == "stop":
            if event.docker_id in self._dying:
                self._dying[event.docker_id][1].set()
        else:
            self._on_start(event)

    def _on_start(self, event: ContainerEvent) -> None:
        self._known[event.url_id] = event
        if event.docker_id in self._dying:  # it was restarted
            self._dying.pop(event.docker_id)[0].cancel()
        if not self._is_starting(event.mapping_id):
            self._running.add(event.url_id)
            self._events.publish(Started(mapping_id=event.mapping_id, url_id=event.url_id))

    def _on_start_over(self, event: StartOver) -> None:
        self._lists.forget()
        if event.url_id is not None:
            self._running.add(event.url_id)

    def _on_death(self, url_id: str) -> None:
        known = self._known.pop(url_id, None)
        if url_id in self._running and known is not None:
            self._running.discard(url_id)
            stopped = asyncio.Event()
            task = asyncio.create_task(self._find_out(known, stopped))
            self._dying[known.docker_id] = (task, stopped)

    async def _find_out(self, event: ContainerEvent, stopped: asyncio.Event) -> None:
        """Why a container died. Who asked for it removes it; else it is removed here."""
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WAIT_FOR_STOP):
                    await stopped.wait()
            # Docker tells of a death before its lists know of it: one that was asked for in
            # that moment shows the container as running.
            self._lists.forget()
            if stopped.is_set():
                await self._tell_stopped(event, STOPPED)
                return
            try:
                evidence: Evidence = await self._manager.evidence(event.docker_id)
            except RemoteAppError:
                await self._tell_stopped(event, DOCKER_LEFT)
                return
            if evidence.exit_code is None:  # gone: "docker rm -f"
                await self._tell_stopped(event, STOPPED)
                return
            await self._tell_ended(event, evidence)
            await self._manager.bury(event.docker_id)
        finally:
            self._dying.pop(event.docker_id, None)

    async def _name_of(self, image_name: str) -> str:
        """The application's name as users know it, or its image's where Docker cannot be asked."""
        try:
            images, _ = await self._lists.get()
        except RemoteAppError:
            return image_name
        image = images.find(image_name)
        return image.ui_name if image is not None else image_name

    async def _tell_stopped(self, event: ContainerEvent, reason: str) -> None:
        self._events.publish(
            Ended(
                mapping_id=event.mapping_id,
                url_id=event.url_id,
                name=await self._name_of(event.image),
                asked=True,
                reason=self._reasons.pop(event.url_id, reason),
            )
        )

    async def _tell_ended(self, event: ContainerEvent, evidence: Evidence) -> None:
        self._events.publish(
            Ended(
                mapping_id=event.mapping_id,
                url_id=event.url_id,
                name=await self._name_of(event.image),
                asked=False,
                reason=reason_of(evidence),
                exit_code=evidence.exit_code,
                out_of_memory=evidence.out_of_memory,
                log=evidence.log,
                ref=secrets.token_hex(6),
            )
        )


def reason_of(evidence: Evidence) -> str:
    """Why a container ended, in a sentence for its user."""
    code = evidence.exit_code or 0
    if evidence.out_of_memory:
        return OUT_OF_MEMORY
    if code == 0:
        return "The application ended by itself."
    try:
        return f"The application was ended by {signal.Signals(code - 128).name}."
    except ValueError:
        return f"The application ended with exit code {code}."
