"""Routes follow what runs (spec: security), through every kind of outage."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import unquote

import pytest

from remoteappmanager.docker.events import ContainerEvent
from remoteappmanager.exceptions import NotFound, ServiceUnavailable
from remoteappmanager.gate.access import Destination
from remoteappmanager.gate.registrar import Registrar
from tests.fakes.gate_site import FakeContainers, FakeProxy

ID, OTHER = "0" * 32, "1" * 32
PATH, OTHER_PATH = f"/user/alice/containers/{ID}", f"/user/bob/containers/{OTHER}"
GATE = "http://127.0.0.1:7"


class World:
    """A registrar between fakes, and what it told the forwarders."""

    def __init__(self, **options: Any) -> None:
        self.containers = FakeContainers()
        self.proxy = FakeProxy()
        self.tables: list[dict[str, Destination]] = []
        values = {"pulse": 0.005, "interval": 60.0, "patience": 0.05, **options}
        self.registrar = Registrar(
            self.containers,
            self.proxy,
            target=lambda place: GATE,
            spread=self._spread,
            **values,
        )

    async def _spread(self, table: Any) -> None:
        self.tables.append(dict(table))

    def event(self, action: str, url_id: str = ID) -> None:
        """Docker says so."""
        self.containers.queue.put_nowait(
            ContainerEvent(action, f"docker-{url_id}", url_id, "alice", "m", 0.0)
        )

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The registrar at work."""
        task = asyncio.ensure_future(self.registrar.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(check: Callable[[], bool]) -> None:
    """Wait a moment for something that happens by itself."""
    async with asyncio.timeout(2):
        while not check():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.002)


# --- one comparison ---------------------------------------------------------------------


async def test_routes_become_what_runs() -> None:
    """Missing routes are registered, wrong ones corrected, left-over ones removed."""
    world = World()
    world.containers.add("alice", ID)
    world.containers.add("bob", OTHER)
    world.proxy.table = {PATH: "http://old", "/user/carol/containers/2": GATE}
    await world.registrar.reconcile()
    assert world.proxy.table == {PATH: GATE, OTHER_PATH: GATE}
    assert set(world.tables[-1]) == {ID, OTHER}


async def test_nothing_to_do_writes_nothing() -> None:
    """A comparison of equal things costs one call of each."""
    world = World()
    world.containers.add("alice", ID)
    await world.registrar.reconcile()
    world.proxy.calls.clear()
    lists = world.containers.lists
    await world.registrar.reconcile()
    assert world.proxy.calls == [("routes", "")]
    assert world.containers.lists == lists + 1


async def test_while_docker_is_away_routes_stay() -> None:
    """Containers may well run on while the daemon is away."""
    world = World()
    world.containers.away = True
    world.proxy.table = {PATH: GATE}
    with pytest.raises(ServiceUnavailable):
        await world.registrar.reconcile()
    assert world.proxy.table == {PATH: GATE}


async def test_a_proxy_restarted_while_docker_is_away_gets_its_routes_back() -> None:
    """What Docker said last still counts."""
    world = World()
    world.containers.add("alice", ID)
    await world.registrar.reconcile()
    world.containers.away = True
    world.proxy.table.clear()
    with pytest.raises(ServiceUnavailable):
        await world.registrar.reconcile()
    assert world.proxy.table == {PATH: GATE}


@pytest.mark.parametrize(
    "user, urlpath",
    [
        ("alice", "/hub/login"),
        ("alice", "/"),
        ("alice", f"/user/bob/containers/{ID}"),
        ("alice", f"/user/alice/containers/{OTHER}"),
        ("alice", f"/user/alice/../bob/containers/{ID}"),
        ("alice", f"/user/alice/a/b/containers/{ID}"),
        ("alice", f"/services/x/user/alice/containers/{ID}"),
        ("al.ce", f"/user/alice/containers/{ID}"),
        ("", f"/user//containers/{ID}"),
    ],
)
async def test_labels_that_we_would_not_have_written_get_no_route(user: str, urlpath: str) -> None:
    """An image may carry any label; a container of it cannot take over other addresses."""
    world = World()
    world.containers.add(user, ID, urlpath=urlpath)
    await world.registrar.reconcile()
    assert world.proxy.table == {}
    assert world.registrar.table == {}


@pytest.mark.parametrize(
    "user, urlpath, base",
    [
        ("bob smith+1@x.org", f"/user/bob%20smith%2B1@x.org/containers/{ID}", "/"),
        ("alice", f"/user/alice/second/containers/{ID}", "/"),
        ("alice", f"/jupyter/user/alice/containers/{ID}", "/jupyter/"),
    ],
)
async def test_labels_of_ours(user: str, urlpath: str, base: str) -> None:
    """Names with every character, named servers, a Hub under a path."""
    world = World(base_url=base)
    world.containers.add(user, ID, urlpath=urlpath)
    await world.registrar.reconcile()
    assert world.proxy.table == {unquote(urlpath): GATE}
    await world.registrar.reconcile()
    assert [name for name, _ in world.proxy.calls] == ["routes", "register", "routes"]


async def test_two_claims_to_one_id_are_decided_by_age() -> None:
    """The one that was there first keeps its address."""
    world = World()
    world.containers.add("alice", ID, "http://127.0.0.1:1", created=2.0)
    world.containers.add("alice", ID, "http://127.0.0.1:2", created=1.0)
    await world.registrar.reconcile()
    assert world.registrar.table[ID].address == "http://127.0.0.1:2"


async def test_a_container_without_an_address_waits() -> None:
    """Docker lists it before it has an address."""
    world = World()
    world.containers.add("alice", ID).ip = ""
    await world.registrar.reconcile()
    assert world.proxy.table == {}


# --- publish and withdraw ---------------------------------------------------------------


async def test_publish_makes_the_address_work() -> None:
    """When it returns, forwarders and proxy know the container."""
    world = World()
    world.containers.add("alice", ID)
    await world.registrar.publish(ID)
    assert world.proxy.table == {PATH: GATE}
    assert set(world.tables[-1]) == {ID}


async def test_publish_of_what_does_not_run() -> None:
    """There is nothing to publish."""
    with pytest.raises(NotFound):
        await World().registrar.publish(ID)


async def test_publish_waits_for_a_proxy_that_restarts() -> None:
    """A proxy that comes back within seconds fails no start."""
    world = World(patience=2.0)
    world.containers.add("alice", ID)
    world.proxy.away = True
    task = asyncio.ensure_future(world.registrar.publish(ID))
    await until(lambda: len(world.proxy.calls) > 1)
    world.proxy.away = False
    await task
    assert world.proxy.table == {PATH: GATE}


async def test_publish_gives_up_in_the_end() -> None:
    """A proxy that stays away is said."""
    world = World()
    world.containers.add("alice", ID)
    world.proxy.away = True
    with pytest.raises(ServiceUnavailable):
        await world.registrar.publish(ID)


async def test_withdraw_takes_the_address_away_and_holds_it_off() -> None:
    """The container still runs for its grace; comparisons do not bring the route back."""
    world = World()
    world.containers.add("alice", ID)
    await world.registrar.publish(ID)
    await world.registrar.withdraw(ID)
    await world.registrar.reconcile()
    assert world.proxy.table == {}
    assert world.tables[-1] == {}


async def test_a_container_that_docker_did_not_stop_comes_back() -> None:
    """The hold ends: what still runs is reachable again, by itself."""
    world = World(hold=0.02)
    world.containers.add("alice", ID)
    async with world.running():
        await until(lambda: world.proxy.table == {PATH: GATE})
        await world.registrar.withdraw(ID)
        assert world.proxy.table == {}
        await until(lambda: world.proxy.table == {PATH: GATE})


async def test_publish_lifts_the_hold() -> None:
    """Asked for again, it is there again."""
    world = World()
    world.containers.add("alice", ID)
    await world.registrar.publish(ID)
    await world.registrar.withdraw(ID)
    await world.registrar.publish(ID)
    await world.registrar.reconcile()
    assert world.proxy.table == {PATH: GATE}


async def test_withdraw_works_while_the_proxy_is_away() -> None:
    """The forwarders refuse at once; the route goes when the proxy is back."""
    world = World()
    world.containers.add("alice", ID)
    await world.registrar.publish(ID)
    world.proxy.away = True
    await world.registrar.withdraw(ID)
    assert world.tables[-1] == {}
    world.proxy.away = False
    await world.registrar.reconcile()
    assert world.proxy.table == {}


async def test_withdraw_of_nothing() -> None:
    """What is gone already is fine."""
    await World().registrar.withdraw(ID)


async def test_a_list_older_than_a_publish_takes_nothing_away() -> None:
    """A comparison that asked Docker before the start must not undo it."""
    world = World()
    await world.registrar.reconcile()
    slow: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    find = world.containers.find_containers

    async def stale(*, url_id: str | None = None) -> Any:
        found = await find(url_id=url_id)
        if url_id is None:
            await slow
        return found

    world.containers.find_containers = stale  # type: ignore[method-assign]
    comparison = asyncio.ensure_future(world.registrar.reconcile())
    await asyncio.sleep(0)
    world.containers.add("alice", ID)
    await world.registrar.publish(ID)
    slow.set_result(None)
    await comparison
    assert world.proxy.table == {PATH: GATE}


# --- by itself --------------------------------------------------------------------------------


async def test_it_follows_dockers_events() -> None:
    """Started by anybody: registered. Dead: gone."""
    world = World()
    async with world.running():
        await until(lambda: world.containers.lists > 0)
        world.containers.add("alice", ID)
        world.event("start")
        await until(lambda: world.proxy.table == {PATH: GATE})
        world.containers.running.clear()
        world.event("die")
        await until(lambda: world.proxy.table == {})
        assert world.tables[-1] == {}


async def test_a_list_that_still_shows_a_dead_container_registers_nothing() -> None:
    """Docker sends "die" before its lists know of it; the address of a dead container is
    somebody else's soon.
    """
    world = World()
    world.containers.add("alice", ID)
    async with world.running():
        await until(lambda: world.proxy.table == {PATH: GATE})
        lists = world.containers.lists
        world.event("die")
        await until(lambda: world.containers.lists > lists)
        await until(lambda: world.proxy.table == {})
        await world.registrar.reconcile()
        assert world.proxy.table == {}
        assert world.registrar.table == {}


async def test_an_address_is_read_again_after_a_restart() -> None:
    """Docker gives a restarted container another address."""
    world = World()
    container = world.containers.add("alice", ID)
    async with world.running():
        await until(lambda: ID in world.registrar.table)
        world.containers.running.clear()
        world.event("die")
        await until(lambda: world.registrar.table == {})
        container.ip = "127.0.0.2"
        world.containers.running.append(container)
        world.event("start")
        await until(lambda: ID in world.registrar.table)
        assert world.registrar.table[ID].address == "http://127.0.0.2:9"


async def test_it_sees_that_the_proxy_forgot() -> None:
    """The proxy was killed and is back with no routes of ours: within a moment it has them."""
    world = World()
    world.containers.add("alice", ID)
    world.containers.add("bob", OTHER)
    async with world.running():
        await until(lambda: len(world.proxy.table) == 2)
        world.proxy.away = True
        world.proxy.table.clear()
        await until(lambda: not world.registrar.proxy_is_there)
        world.proxy.away = False
        await until(lambda: len(world.proxy.table) == 2)


async def test_a_death_seen_before_an_outage_hides_nobody_after_it() -> None:
    """The daemon restarts and starts the container again: nobody has seen that event."""
    world = World()
    world.containers.add("alice", ID)
    async with world.running():
        await until(lambda: len(world.proxy.table) == 1)
        world.event("die")
        await until(lambda: world.proxy.table == {})
        world.containers.queue.put_nowait(None)
        await until(lambda: world.proxy.table == {PATH: GATE})


async def test_it_sees_that_docker_is_back() -> None:
    """Whatever happened while the daemon was away is found out when it is back."""
    world = World()
    world.containers.add("alice", ID)
    async with world.running():
        await until(lambda: len(world.proxy.table) == 1)
        world.containers.away = True
        world.containers.queue.put_nowait(None)
        await until(lambda: not world.registrar.docker_is_there)
        assert world.proxy.table == {PATH: GATE}
        world.containers.running.clear()
        world.containers.away = False
        await until(lambda: world.proxy.table == {})


async def test_the_clock_alone_is_enough() -> None:
    """Events may be lost: the regular comparison finds it."""
    world = World(interval=0.01)
    async with world.running():
        await until(lambda: world.containers.lists > 0)
        world.containers.add("alice", ID)
        await until(lambda: world.proxy.table == {PATH: GATE})
