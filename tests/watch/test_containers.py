"""remoteappmanager.watch.containers: what happens to containers is told, with its reason."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from remoteappmanager.docker.container import Container
from remoteappmanager.docker.events import ContainerEvent, ImageEvent
from remoteappmanager.docker.evidence import Evidence
from remoteappmanager.events import (
    Dispatcher,
    DockerChanged,
    Ended,
    Event,
    ImagesChanged,
    Started,
    StartOver,
)
from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.watch import containers
from remoteappmanager.watch.containers import (
    DOCKER_LEFT,
    STOPPED,
    ContainerWatch,
    reason_of,
)
from remoteappmanager.watch.lists import DockerLists
from tests.fakes.launcher import StubContainerManager

MAPPING = "a" * 32


class House:
    """A watch over one user's containers, and what it told."""

    def __init__(self) -> None:
        self.manager = StubContainerManager()
        self.manager.add_image("app/tiny:latest", ui_name="Tiny")
        self.dispatcher = Dispatcher()
        self.told: asyncio.Queue[Event] = asyncio.Queue()
        self.dispatcher.subscribe(Event, self.told.put_nowait)
        self.lists = DockerLists(self.manager, "alice")
        self.starting: set[str] = set()
        self.watch = ContainerWatch(
            self.manager,
            "alice",
            self.lists,
            self.dispatcher,
            is_starting=lambda mapping_id: mapping_id in self.starting,
        )

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.watch.run())
        while not self.manager.watching:  # noqa: ASYNC110 - a few turns of the loop
            await asyncio.sleep(0)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def happens(self, action: str, container: Container) -> None:
        self.manager.happening.put_nowait(
            ContainerEvent(
                action,
                container.docker_id,
                container.url_id,
                container.user,
                container.mapping_id,
                1.0,
                container.image_name,
            )
        )

    async def next(self) -> Event:
        async with asyncio.timeout(5):
            return await self.told.get()

    async def quiet(self) -> bool:
        """Whether nothing is told, after everything that happened was taken in."""
        while not self.manager.happening.empty():  # noqa: ASYNC110
            await asyncio.sleep(0)
        for _ in range(20):
            await asyncio.sleep(0)
        return self.told.empty()


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(containers, "WAIT_FOR_STOP", 0.01)
    monkeypatch.setattr(containers, "RETRY", 0.001)
    return House()


async def test_one_that_was_killed(house: House) -> None:
    """Its evidence is read and told, and then it is removed."""
    running = house.manager.add_container("alice", MAPPING)
    house.manager.evidences[running.docker_id] = Evidence(137, False, "last words")
    async with house.watching():
        house.happens("die", running)
        event = await house.next()
        assert isinstance(event, Ended)
        assert (event.url_id, event.mapping_id) == (running.url_id, MAPPING)
        assert (event.name, event.asked) == ("Tiny", False)
        assert (event.exit_code, event.out_of_memory, event.log) == (137, False, "last words")
        assert "SIGKILL" in event.reason
        assert len(event.ref) == 12
        assert await house.quiet()
    assert house.manager.buried == [running.docker_id]


async def test_a_list_of_the_moment_of_death_is_not_kept(house: House) -> None:
    """Docker tells of a death before its own lists know of it."""
    running = house.manager.add_container("alice", MAPPING)
    async with house.watching():
        house.happens("die", running)
        assert await house.quiet()
        _, old = await house.lists.get()
        assert [container.url_id for container in old] == [running.url_id]
        house.manager.containers.remove(running)
        assert isinstance(await house.next(), Ended)
        _, new = await house.lists.get()
    assert new == []


async def test_one_that_was_stopped(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops a container removes it; there is nothing to find out."""
    monkeypatch.setattr(containers, "WAIT_FOR_STOP", 5.0)
    running = house.manager.add_container("alice", MAPPING)
    async with house.watching():
        house.happens("die", running)
        house.happens("stop", running)
        event = await house.next()
    assert isinstance(event, Ended)
    assert (event.asked, event.reason, event.exit_code) == (True, STOPPED, None)
    assert house.manager.buried == []
    assert "evidence" not in house.manager.calls


async def test_one_that_was_removed_by_force(house: House) -> None:
    """Where nothing is left to look at, somebody wanted it so."""
    running = house.manager.add_container("alice", MAPPING)
    async with house.watching():
        house.happens("die", running)
        event = await house.next()
    assert isinstance(event, Ended) and event.asked


async def test_one_whose_docker_went_with_it(house: House) -> None:
    """Nobody stopped it, and nothing can be read: that is said."""
    running = house.manager.add_container("alice", MAPPING)
    async with house.watching():
        house.manager.failure = ServiceUnavailable("Docker")
        house.happens("die", running)
        event = await house.next()
    assert isinstance(event, Ended)
    assert (event.reason, event.name) == (DOCKER_LEFT, "app/tiny:latest")
    assert house.manager.buried == []


async def test_a_reason_that_was_given_before(house: House) -> None:
    """Who ends an application for a reason of its own has it told."""
    running = house.manager.add_container("alice", MAPPING)
    async with house.watching():
        house.watch.explain(running.url_id, "Because.")
        house.happens("die", running)
        house.happens("stop", running)
        event = await house.next()
    assert isinstance(event, Ended) and event.reason == "Because."


async def test_one_that_was_restarted_has_not_ended(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`docker restart`: it runs, and is not touched."""
    monkeypatch.setattr(containers, "WAIT_FOR_STOP", 0.1)
    running = house.manager.add_container("alice", MAPPING)
    async with house.watching():
        house.happens("die", running)
        house.happens("start", running)
        event = await house.next()
        assert event == Started(mapping_id=MAPPING, url_id=running.url_id, at=event.at)
        await asyncio.sleep(0.15)
        assert await house.quiet()
    assert house.manager.buried == []


async def test_a_start_of_ours_is_told_by_the_start(house: House) -> None:
    """Neither its container's start nor its death while it is waited for is news."""
    async with house.watching():
        house.starting.add(MAPPING)
        begun = house.manager.add_container("alice", MAPPING)
        house.happens("start", begun)
        house.happens("die", begun)
        assert await house.quiet()
        again = house.manager.add_container("alice", MAPPING)
        house.happens("start", again)
        assert await house.quiet()
        house.dispatcher.publish(StartOver(mapping_id=MAPPING, url_id=again.url_id))
        await house.next()
        house.manager.evidences[again.docker_id] = Evidence(0)
        house.happens("die", again)
        event = await house.next()
    assert isinstance(event, Ended) and event.url_id == again.url_id


async def test_one_that_others_started(house: House) -> None:
    """Somebody restarts a stopped container by hand: it is there."""
    async with house.watching():
        started = house.manager.add_container("alice", MAPPING)
        house.happens("start", started)
        event = await house.next()
        assert event == Started(mapping_id=MAPPING, url_id=started.url_id, at=event.at)


async def test_other_images(house: House) -> None:
    """An image that was built, pulled or removed changes what can be started."""
    async with house.watching():
        house.manager.happening.put_nowait(ImageEvent())
        assert isinstance(await house.next(), ImagesChanged)


async def test_docker_goes_away_and_comes_back(house: House) -> None:
    """Both are told once, however often it is tried; what ended meanwhile is found out."""
    running = house.manager.add_container("alice", MAPPING)
    house.manager.evidences[running.docker_id] = Evidence(255)
    async with house.watching():
        house.manager.containers.clear()
        house.manager.failure = ServiceUnavailable("Docker")
        house.manager.happening.put_nowait(ServiceUnavailable("Docker"))
        event = await house.next()
        assert isinstance(event, DockerChanged) and event.away
        assert not house.lists.followed
        await asyncio.sleep(0.02)
        assert await house.quiet()
        house.manager.failure = None
        event = await house.next()
        assert isinstance(event, DockerChanged) and not event.away
        event = await house.next()
        assert isinstance(event, Ended) and event.exit_code == 255


async def test_lists_are_kept_while_events_are_heard(house: House) -> None:
    """And forgotten at each event."""
    running = house.manager.add_container("alice", MAPPING)
    async with house.watching():
        before = len(house.manager.calls)
        await house.lists.get()
        await house.lists.get()
        assert len(house.manager.calls) == before
        house.happens("start", running)
        await house.next()
        await house.lists.get()
        assert len(house.manager.calls) == before + 2


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (Evidence(0), "ended by itself"),
        (Evidence(3), "exit code 3"),
        (Evidence(143), "SIGTERM"),
        (Evidence(139), "SIGSEGV"),
        (Evidence(250), "exit code 250"),
        (Evidence(137, out_of_memory=True), "more memory"),
    ],
)
def test_reasons(evidence: Evidence, words: str) -> None:
    """What a user reads first."""
    assert words in reason_of(evidence)
