"""remoteappmanager.watch.lists: Docker is asked once for all who ask."""

from __future__ import annotations

import asyncio

import pytest

from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.watch import lists
from remoteappmanager.watch.lists import DockerLists
from tests.fakes.launcher import StubContainerManager

ONCE = ["images", "find_containers"]


@pytest.fixture
def manager() -> StubContainerManager:
    manager = StubContainerManager()
    manager.add_image("app/tiny")
    manager.add_container("alice")
    manager.add_container("bob")
    return manager


async def test_who_asks_meanwhile_gets_the_same_answer(manager: StubContainerManager) -> None:
    """A hundred questions at one moment are two calls."""
    shared = DockerLists(manager, "alice")
    answers = await asyncio.gather(*(shared.get() for _ in range(100)))
    assert manager.calls == ONCE
    assert all([item.user for item in containers] == ["alice"] for _, containers in answers)


async def test_unless_somebody_follows_the_events_each_question_is_asked(
    manager: StubContainerManager,
) -> None:
    """Nothing that may be old is told."""
    shared = DockerLists(manager, "alice")
    await shared.get()
    await shared.get()
    assert manager.calls == ONCE * 2


async def test_an_answer_is_good_until_an_event_says_otherwise(
    manager: StubContainerManager,
) -> None:
    """Questions between two events are one."""
    shared = DockerLists(manager, "alice")
    shared.followed = True
    for _ in range(10):
        await shared.get()
    assert manager.calls == ONCE
    manager.add_container("alice")
    shared.forget()
    assert len((await shared.get())[1]) == 2
    assert manager.calls == ONCE * 2


async def test_an_answer_that_was_on_its_way_is_forgotten_too(
    manager: StubContainerManager,
) -> None:
    """It may be older than the event; who had asked before gets it, who asks after does not."""
    shared = DockerLists(manager, "alice")
    shared.followed = True
    before = asyncio.create_task(shared.get())
    await asyncio.sleep(0)
    shared.forget()
    await asyncio.gather(before, shared.get())
    assert manager.calls == ONCE * 2


async def test_an_old_answer_is_not_believed(
    manager: StubContainerManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event may get lost: a minute is the most."""
    shared = DockerLists(manager, "alice")
    shared.followed = True
    await shared.get()
    monkeypatch.setattr(lists, "MAX_AGE", 0.0)
    await shared.get()
    assert manager.calls == ONCE * 2


async def test_a_failure_is_told_to_all_and_kept_for_none(manager: StubContainerManager) -> None:
    """Everybody who waited hears that Docker is away; the next question is asked."""
    shared = DockerLists(manager, "alice")
    shared.followed = True
    manager.failure = ServiceUnavailable("Docker")
    answers = await asyncio.gather(shared.get(), shared.get(), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ServiceUnavailable] * 2
    manager.failure = None
    assert (await shared.get())[1]


async def test_who_gives_up_takes_nothing_from_the_others(manager: StubContainerManager) -> None:
    """A page that is closed while its list is made does not end the list."""
    shared = DockerLists(manager, "alice")
    first, second = asyncio.create_task(shared.get()), asyncio.create_task(shared.get())
    await asyncio.sleep(0)
    first.cancel()
    assert (await second)[1]
    assert manager.calls == ONCE
