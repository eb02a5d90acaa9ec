"""Keeps the proxy's routes equal to what runs.

The truth is in Docker's labels: nothing is remembered that could not be read
again there. While Docker is away, routes stay as they are: the containers
may well run on.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Protocol
from urllib.parse import quote, unquote

from remoteappmanager.docker.container import Container
from remoteappmanager.exceptions import NotFound, RemoteAppError, ServiceUnavailable
from remoteappmanager.gate.access import Destination, destination

_log = logging.getLogger(__name__)

#: Seconds for which a death that we were told of outweighs a list that shows the container.
_BELIEVED_DEAD = 60.0

Table = Mapping[str, Destination]


class _Event(Protocol):
    @property
    def action(self) -> str: ...
    @property
    def docker_id(self) -> str: ...
    @property
    def url_id(self) -> str: ...


class _Containers(Protocol):
    async def find_containers(self, *, url_id: str | None = None) -> list[Container]: ...
    def events(self) -> AsyncIterator[_Event]: ...


class _Proxy(Protocol):
    async def register(self, urlpath: str, target_host_url: str) -> None: ...
    async def unregister(self, urlpath: str) -> None: ...
    async def target(self, urlpath: str) -> str | None: ...
    async def routes(self) -> dict[str, str]: ...


class Registrar:
    """Reads labels, writes routes, and tells the forwarders who is there.

    Parameters
    ----------
    containers:
        The realm's containers and their events.
    proxy:
        The routes of the realm.
    target:
        Where the proxy sends a container's requests: ``http://HOST:PORT``.
    spread:
        Called with the whole table whenever it changes; when it returns,
        the forwarders know it.
    base_url:
        The Hub's base URL.
    interval:
        Seconds between two full comparisons, if nothing happens.
    pulse:
        Seconds between two looks whether the proxy has lost its memory.
    hold:
        Seconds for which a withdrawn address stays away, though its container
        still runs: a stop takes a while, and Docker may refuse it.
    patience:
        Seconds that ``publish`` waits for a proxy that is being restarted.
    """

    def __init__(
        self,
        containers: _Containers,
        proxy: _Proxy,
        *,
        target: Callable[[Destination], str],
        spread: Callable[[Table], Awaitable[None]],
        base_url: str = "/",
        interval: float = 30.0,
        pulse: float = 1.0,
        hold: float = 30.0,
        patience: float = 8.0,
    ) -> None:
        self._containers = containers
        self._proxy = proxy
        self._target = target
        self._spread = spread
        self._base_url = base_url
        self._interval = interval
        self._pulse = pulse
        self._hold = hold
        self._patience = patience
        self.table: dict[str, Destination] = {}
        self.docker_is_there = False
        self.proxy_is_there = False
        self._docker_was_there = False
        self._held: dict[str, float] = {}
        #: When a container was published or died, for lists that are older than that.
        self._published: dict[str, float] = {}
        self._died: dict[str, float] = {}
        self._dirty = asyncio.Event()
        self._routing = asyncio.Lock()

    async def run(self) -> None:
        """For ever: follow Docker, the proxy and the clock."""
        await asyncio.gather(self._follow_docker(), self._follow_proxy(), self._follow_changes())

    # --- what the API asks for ------------------------------------------------

    async def publish(self, url_id: str) -> None:
        """Make the container's address work now. Lifts a hold.

        Raises ``NotFound`` when it does not run, ``ServiceUnavailable`` when
        Docker or the proxy is away.
        """
        self._held.pop(url_id, None)
        place = await self.look_up(url_id)
        if place is None:
            raise NotFound("There is no such running container.")
        self._published[url_id] = time.monotonic()
        await self._set({**self.table, url_id: place})
        deadline = time.monotonic() + self._patience
        while True:
            try:
                async with self._routing:
                    await self._proxy.register(place.urlpath, self._target(place))
                return
            except ServiceUnavailable:
                self._dirty.set()
                if time.monotonic() >= deadline:
                    raise
                await asyncio.sleep(self._pulse / 2)

    async def withdraw(self, url_id: str) -> None:
        """Take the container's address away now, cut what is open, and hold it off for a while.

        When the proxy is away, the route goes as soon as it is back.
        """
        place = self.table.get(url_id) or await self.look_up(url_id)
        if place is None:
            return
        self._held[url_id] = time.monotonic() + self._hold
        await self._remove(url_id, place)
        self._dirty.set()

    async def look_up(self, url_id: str) -> Destination | None:
        """The running container with this id, asked of Docker. Raises ``ServiceUnavailable``."""
        found = await self._containers.find_containers(url_id=url_id)
        return self._destinations(found).get(url_id)

    async def reconcile(self) -> None:
        """Compare everything, once.

        Raises ``ServiceUnavailable`` when Docker or the proxy is away; nothing
        has changed then, but what Docker said is known.
        """
        asked = time.monotonic()
        try:
            found = self._destinations(await self._containers.find_containers())
        except RemoteAppError:
            self.docker_is_there = False
            if self._docker_was_there:
                await self._route()  # the proxy may have been restarted meanwhile
            raise
        self.docker_is_there = self._docker_was_there = True
        await self._set(self._up_to_date(found, asked))
        await self._route()

    # --- the parts of a comparison ----------------------------------------------

    def _destinations(self, containers: list[Container]) -> dict[str, Destination]:
        found: dict[str, Destination] = {}
        # The oldest has the right to an id, if two should claim it.
        for container in sorted(containers, key=lambda c: c.created):
            place = destination(container, self._base_url)
            if not container.host_url:
                continue  # it has no address yet, or none any more
            if place is None:
                _log.warning("Container %s has labels that are not ours", container.docker_id[:12])
            else:
                found.setdefault(place.url_id, place)
        return found

    def _up_to_date(self, found: Table, asked: float) -> dict[str, Destination]:
        """What a list says, corrected by what happened since it was ordered."""
        now = time.monotonic()
        self._held = {url_id: until for url_id, until in self._held.items() if until > now}
        table = {
            url_id: place
            for url_id, place in found.items()
            if url_id not in self._held and place.docker_id not in self._died
        }
        for url_id, when in list(self._published.items()):
            if when < asked:
                del self._published[url_id]
            elif url_id in self.table:
                table.setdefault(url_id, self.table[url_id])
        # Docker sends "die" before its own lists know of it: a list that was ordered
        # later may still show the container as running.
        self._died = {
            docker_id: when
            for docker_id, when in self._died.items()
            if when >= asked - _BELIEVED_DEAD
        }
        return table

    async def _route(self) -> None:
        """Make the proxy's routes those of the table."""
        try:
            async with self._routing:
                await self._compare_routes()
        except ServiceUnavailable:
            self.proxy_is_there = False
            raise
        self.proxy_is_there = True

    async def _compare_routes(self) -> None:
        existing = await self._proxy.routes()
        wanted = {_plain(place.urlpath): place for place in self.table.values()}
        for path, place in wanted.items():
            if existing.get(path) != self._target(place) and self._is_current(place):
                await self._proxy.register(place.urlpath, self._target(place))
        for path in existing.keys() - wanted.keys():
            if path not in {_plain(place.urlpath) for place in self.table.values()}:
                await self._proxy.unregister(_quoted(path))

    def _is_current(self, place: Destination) -> bool:
        return self.table.get(place.url_id) == place

    async def _set(self, table: dict[str, Destination]) -> None:
        if table != self.table:
            self.table = table
            await self._spread(table)

    async def _remove(self, url_id: str, place: Destination) -> None:
        await self._set({key: value for key, value in self.table.items() if key != url_id})
        try:
            async with self._routing:
                if url_id not in self.table:
                    await self._proxy.unregister(place.urlpath)
        except ServiceUnavailable as exc:
            _log.warning("The route of %s stays until the proxy is back: %s", url_id, exc)
            self._dirty.set()

    # --- what makes us look -------------------------------------------------------

    async def _follow_docker(self) -> None:
        while True:
            # Whatever happened while nobody followed: what was dead may run again.
            self._died.clear()
            self._dirty.set()
            try:
                async for event in self._containers.events():
                    self.docker_is_there = True
                    await self._on_event(event)
            except RemoteAppError:
                self.docker_is_there = False
            await asyncio.sleep(self._pulse)

    async def _on_event(self, event: _Event) -> None:
        place = self.table.get(event.url_id)
        if event.action == "die":
            self._died[event.docker_id] = time.monotonic()
            self._held.pop(event.url_id, None)
            if place is not None and place.docker_id == event.docker_id:
                await self._remove(event.url_id, place)
        else:
            self._died.pop(event.docker_id, None)
        self._dirty.set()

    async def _follow_proxy(self) -> None:
        """One small question a second: does the proxy still know a route that we gave it?"""
        while True:
            await asyncio.sleep(self._pulse)
            place = next(iter(self.table.values()), None)
            if place is None and self.proxy_is_there:
                continue
            try:
                known = None if place is None else await self._proxy.target(place.urlpath)
            except ServiceUnavailable:
                self.proxy_is_there = False
                continue
            if place is None or (self._is_current(place) and known != self._target(place)):
                self._dirty.set()

    async def _follow_changes(self) -> None:
        trouble = ""
        while True:
            try:
                async with asyncio.timeout(self._next_look()):
                    await self._dirty.wait()
            except TimeoutError:
                pass
            self._dirty.clear()
            try:
                await self.reconcile()
                if trouble:
                    _log.warning("Routes are kept up to date again")
                trouble = ""
            except RemoteAppError as exc:
                if str(exc) != trouble:
                    _log.warning("Routes stay as they are: %s", exc)
                trouble = str(exc)
                await asyncio.sleep(self._pulse)
                self._dirty.set()

    def _next_look(self) -> float:
        """Seconds until the next comparison: the regular one, or when a hold ends."""
        now = time.monotonic()
        ends = [until - now + 0.01 for until in self._held.values()]
        return max(0.0, min([self._interval, *ends]))


def _plain(urlpath: str) -> str:
    return "/" + unquote(urlpath).strip("/")


def _quoted(path: str) -> str:
    return quote(path, safe="/")
