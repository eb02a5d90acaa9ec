"""remoteappmanager.watch.grants: changed grants are noticed, and what they end is announced."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from remoteappmanager.events import (
    Dispatcher,
    Ended,
    Event,
    GrantRestored,
    GrantRevoked,
    GrantsChanged,
)
from remoteappmanager.exceptions import NotFound, ServiceUnavailable
from remoteappmanager.user import User
from remoteappmanager.watch import grants
from remoteappmanager.watch.grants import WITHDRAWN, GrantWatch
from remoteappmanager.watch.lists import DockerLists
from tests.fakes.database import FakeDatabase
from tests.fakes.launcher import StubContainerManager

ALICE = User(name="alice")
PLAIN = (None, False, False, None, False)


class Stopper:
    """The launcher's ``stop``."""

    def __init__(self) -> None:
        self.stopped: list[str] = []
        self.failures: list[Exception] = []

    async def stop(self, user: User, url_id: str) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.stopped.append(url_id)


class House:
    """A watch over one user's grants, and what it told."""

    def __init__(self, end_after: float | None = None) -> None:
        self.database = FakeDatabase()
        self.database.create_user("alice")
        self.database.create_user("bob")
        self.database.create_application("app/tiny:latest")
        self.manager = StubContainerManager()
        self.manager.add_image("app/tiny:latest", ui_name="Tiny")
        self.dispatcher = Dispatcher()
        self.told: list[Event] = []
        self.dispatcher.subscribe(Event, self.told.append)
        self.launcher: Any = Stopper()
        self.listening = True
        self.reasons: list[tuple[str, str]] = []
        self.watch = GrantWatch(
            self.database,
            ALICE,
            self.launcher,
            DockerLists(self.manager, "alice"),
            self.dispatcher,
            wanted=lambda: self.listening,
            end_after=end_after,
            explain=lambda *why: self.reasons.append(why),
        )

    def grant(self, user: str = "alice") -> str:
        return self.database.grant_access("app/tiny:latest", user, *PLAIN)

    def revoke(self) -> None:
        self.database.revoke_access("app/tiny:latest", "alice", *PLAIN)

    @property
    def reads(self) -> int:
        return self.database.calls["get_accounting_for_user_name"]


async def test_a_grant_is_told() -> None:
    """A change that concerns this user is worth a look; none, or another user's, is not."""
    house = House()
    await house.watch.look()
    await house.watch.look()
    house.grant("bob")
    await house.watch.look()
    assert house.told == []
    house.grant()
    await house.watch.look()
    assert [type(event) for event in house.told] == [GrantsChanged]


async def test_nothing_is_read_while_nothing_changes() -> None:
    """The mark is looked at, and neither the accounting nor Docker is asked."""
    house = House()
    await house.watch.look()
    reads, calls = house.reads, len(house.manager.calls)
    for _ in range(20):
        await house.watch.look()
    assert (house.reads, len(house.manager.calls)) == (reads, calls)


async def test_nobody_listens() -> None:
    """Then the database is left in peace, and its mark let go of."""
    house = House()
    await house.watch.look()
    assert house.watch._mark is not None
    house.listening = False
    reads = house.reads
    house.grant()
    await house.watch.look()
    assert house.watch._mark is None
    assert house.reads == reads
    house.listening = True
    await house.watch.look()
    assert [type(event) for event in house.told] == [GrantsChanged]


async def test_the_grants_are_read_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change may come on a way of which the mark knows nothing."""
    house = House()
    monkeypatch.setattr(type(house.database.change_mark()), "changed", lambda self: False)
    await house.watch.look()
    house.grant()
    await house.watch.look()
    assert house.told == []
    house.watch._next_look = 0.0
    await house.watch.look()
    assert [type(event) for event in house.told] == [GrantsChanged]


async def test_a_running_application_that_is_not_granted_any_more() -> None:
    """It is announced, and runs on where the configuration does not say more."""
    house = House()
    mapping_id = house.grant()
    running = house.manager.add_container("alice", mapping_id)
    await house.watch.look()
    assert house.told == []
    house.revoke()
    await house.watch.look()
    changed, revoked = house.told
    assert isinstance(changed, GrantsChanged)
    assert isinstance(revoked, GrantRevoked)
    assert (revoked.mapping_id, revoked.url_id) == (mapping_id, running.url_id)
    assert (revoked.name, revoked.ends_at) == ("Tiny", None)
    house.grant("bob")
    await house.watch.look()
    assert len(house.told) == 2  # once is enough


async def test_it_is_ended_after_the_notice() -> None:
    """With its reason, when the time is over and not before."""
    house = House(end_after=0.05)
    running = house.manager.add_container("alice", "f" * 32)
    await house.watch.look()
    [revoked] = house.told
    assert isinstance(revoked, GrantRevoked)
    assert revoked.ends_at is not None and abs(revoked.ends_at - time.time() - 0.05) < 1
    assert house.launcher.stopped == []
    async with asyncio.timeout(5):
        while not house.launcher.stopped:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert house.launcher.stopped == [running.url_id]
    assert house.reasons == [(running.url_id, WITHDRAWN)]


async def test_also_when_nobody_listens() -> None:
    """Where it is to be ended, an open page is not needed for it."""
    house = House(end_after=0.0)
    house.listening = False
    house.manager.add_container("alice", "f" * 32)
    await house.watch.look()
    await asyncio.sleep(0.05)
    assert len(house.launcher.stopped) == 1


async def test_a_grant_that_is_given_back_in_time() -> None:
    """The notice is taken back, and nothing is ended."""
    house = House(end_after=0.1)
    policy = house.grant()
    running = house.manager.add_container("alice", policy)
    await house.watch.look()
    saved = house.database._accounting[policy]
    house.revoke()
    await house.watch.look()
    house.database._accounting[policy] = saved
    await house.watch.look()
    restored = house.told[-1]
    assert isinstance(restored, GrantRestored)
    assert (restored.mapping_id, restored.url_id) == (policy, running.url_id)
    await asyncio.sleep(0.15)
    assert house.launcher.stopped == []


async def test_a_grant_that_is_given_back_in_the_last_moment() -> None:
    """The end asks again before it ends anything."""
    house = House(end_after=0.05)
    mapping_id = house.grant()
    house.manager.add_container("alice", mapping_id)
    await house.watch.look()
    saved = house.database._accounting[mapping_id]
    house.revoke()
    await house.watch.look()
    house.database._accounting[mapping_id] = saved
    await asyncio.sleep(0.1)
    assert house.launcher.stopped == []
    await house.watch.look()
    assert isinstance(house.told[-1], GrantRestored)


async def test_an_end_that_does_not_work_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Docker may be away at that moment."""
    monkeypatch.setattr(grants, "RETRY", 0.001)
    house = House(end_after=0.0)
    house.launcher.failures = [ServiceUnavailable("Docker"), ServiceUnavailable("Docker")]
    house.manager.add_container("alice", "f" * 32)
    await house.watch.look()
    async with asyncio.timeout(5):
        while not house.launcher.stopped:  # noqa: ASYNC110
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("gone", ["quit", "ended"])
async def test_one_that_ended_before_its_time(gone: str) -> None:
    """The user quits it: there is nothing left to end."""
    house = House(end_after=0.05)
    running = house.manager.add_container("alice", "f" * 32)
    await house.watch.look()
    if gone == "ended":
        house.dispatcher.publish(
            Ended(
                mapping_id="f" * 32, url_id=running.url_id, name="Tiny", asked=True, reason="Quit."
            )
        )
    else:
        house.launcher.failures = [NotFound("gone")]
    await asyncio.sleep(0.1)
    assert house.launcher.stopped == []


async def test_an_outage_is_logged_once_and_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The database goes away and comes back; what changed meanwhile is told then."""
    monkeypatch.setattr(grants, "INTERVAL", 0.001)
    house = House()
    await house.watch.look()
    house.database.outage = True
    task = asyncio.create_task(house.watch.run())
    await asyncio.sleep(0.05)
    assert len([record for record in caplog.records if "not noticed" in record.message]) == 1
    house.database.outage = False
    house.grant()
    async with asyncio.timeout(5):
        while not house.told:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert house.watch._mark is None
