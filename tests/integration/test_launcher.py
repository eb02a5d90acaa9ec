"""A launch as a whole on a real Docker Engine: real images, real failures, nothing left."""

from __future__ import annotations

import asyncio
import pathlib
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from remoteappmanager.docker.container import Container
from remoteappmanager.docker.container_manager import ContainerManager
from remoteappmanager.docker.spec import Limits
from remoteappmanager.events import Dispatcher, StartWarned, StepEntered
from remoteappmanager.exceptions import LaunchFailed, RemoteAppError
from remoteappmanager.launcher import Launcher
from remoteappmanager.netutils import exponential_backoff, wait_for_http_server_2xx
from remoteappmanager.user import User
from remoteappmanager.watch.lists import DockerLists
from tests.contracts.behaviours import (
    Behaviour,
    DiesAfterReady,
    DiesWhileWaitedFor,
    FailsDuringStart,
    IgnoresStop,
    NeedsTooMuchMemory,
    NeverReady,
    Serves,
)
from tests.contracts.conftest import REAL, Engine, real_images  # noqa: F401 - a fixture
from tests.fakes.wire import Wire
from tests.test_launcher import Database, Gate

ALICE = User(name="alice")


class House:
    """A launcher on the real engine, in a realm of its own."""

    def __init__(self, wire: Wire, **options: Any) -> None:
        self.engine = Engine("real", wire)
        self.wire = wire
        self.realm = f"launch-{secrets.token_hex(4)}"
        self.manager = ContainerManager(
            {"base_url": wire.base_url},
            self.realm,
            stop_grace=1,
            limits=Limits(memory="64m", shared_memory=None),
        )
        self.database, self.gate, self.events = Database(), Gate(), Dispatcher()
        self.options = options
        self.launcher = self.make_launcher()

    def make_launcher(self, **options: Any) -> Launcher:
        values = {"base_urlpath": "/user/alice/", "home": None, "network_timeout": 20.0}
        return Launcher(
            database=self.database,  # type: ignore[arg-type]
            container_manager=self.manager,
            lists=DockerLists(self.manager, "alice"),
            gate=self.gate,
            events=self.events,
            **(values | options),
        )

    async def launch(self, behaviour: type[Behaviour], **options: Any) -> Container:
        mapping_id = behaviour.__name__
        self.database.grant(mapping_id, behaviour.image(), **options)
        return await self.launcher.launch(ALICE, mapping_id)

    async def left(self) -> tuple[list[str], list[str], set[str]]:
        """All containers, networks and addresses of the realm."""
        return (*await asyncio.to_thread(self.engine.everything, self.realm), self.gate.published)

    async def nothing_left(self) -> None:
        async def probe() -> bool:
            return not (await self.left())[0]

        await exponential_backoff(probe, 10, message="a container is left")
        assert not self.gate.published


@pytest.fixture
async def house(real_images: None) -> AsyncIterator[House]:  # noqa: F811
    with Wire(REAL) as wire:
        made = House(wire)
        yield made
        await made.manager.close()
        made.engine.clean(made.realm)


async def test_launch_use_stop(house: House) -> None:
    """The path of one start, of one use, and of one stop; nothing is left."""
    container = await house.launch(Serves)
    await wait_for_http_server_2xx(f"{container.host_url}{container.urlpath}/", 1)
    [application] = await house.launcher.applications(ALICE)
    assert application.container is not None
    assert application.container.url_id == container.url_id
    await house.launcher.stop(ALICE, container.url_id)
    assert await house.left() == ([], [], set())


@pytest.mark.parametrize(
    ("behaviour", "exit_code", "log"),
    [
        (FailsDuringStart, 3, "no licence found"),
        (DiesWhileWaitedFor, 4, "gave up"),
        (NeedsTooMuchMemory, 137, ""),
    ],
)
async def test_container_that_dies_is_noticed_at_once(
    house: House, behaviour: type[Behaviour], exit_code: int, log: str
) -> None:
    """With exit code, memory verdict and last log lines, and long before the deadline."""
    began = time.monotonic()
    with pytest.raises(LaunchFailed) as caught:
        await house.launch(behaviour)
    assert time.monotonic() - began < 10
    assert caught.value.step == "wait"
    assert caught.value.exit_code == exit_code
    assert log in caught.value.log
    assert caught.value.out_of_memory is (behaviour is NeedsTooMuchMemory)
    assert (await house.left())[0] == []


async def test_never_ready(house: House) -> None:
    """network_timeout bounds the start as a whole; what it printed is told."""
    house.launcher = house.make_launcher(network_timeout=2.5)
    began = time.monotonic()
    with pytest.raises(LaunchFailed, match=r"2\.5 seconds") as caught:
        await house.launch(NeverReady)
    assert time.monotonic() - began < 5
    assert "waiting for something" in caught.value.log
    await house.nothing_left()


async def test_dies_after_ready(house: House) -> None:
    """An application that ends later is no longer listed, and its remains go at start-up."""
    await house.launch(DiesAfterReady)

    async def ended() -> bool:
        return not await house.launcher.containers(ALICE)

    await exponential_backoff(ended, 10)
    assert len((await house.left())[0]) == 1
    await house.launcher.remove_remains(ALICE)
    assert (await house.left())[:2] == ([], [])


async def test_deadline_while_docker_is_slow(house: House) -> None:
    """A start that times out in Docker cleans up although Docker goes on with it later."""
    await house.manager.find_containers()
    house.launcher = house.make_launcher(network_timeout=1)
    house.wire.hold("POST .*/containers/create")
    with pytest.raises(LaunchFailed) as caught:
        await house.launch(Serves)
    assert caught.value.step == "start"
    house.wire.release()
    await house.nothing_left()


async def test_cancelled_while_waiting(house: House) -> None:
    """A caller that goes away leaves nothing behind."""
    steps: list[StepEntered] = []
    house.events.subscribe(StepEntered, steps.append)
    house.database.grant("m", NeverReady.image())
    task = asyncio.create_task(house.launcher.launch(ALICE, "m"))

    async def waiting() -> bool:
        return bool(steps) and steps[-1].step == "wait"

    await exponential_backoff(waiting, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await house.nothing_left()


async def test_stop_while_it_starts(house: House) -> None:
    """Stopping a container that is still waited for ends the start, with words."""
    house.database.grant("m", NeverReady.image())
    task = asyncio.create_task(house.launcher.launch(ALICE, "m"))

    async def running() -> list[Container]:
        return await house.launcher.containers(ALICE)

    [container] = await exponential_backoff(running, 10)
    await house.launcher.stop(ALICE, container.url_id)
    with pytest.raises(RemoteAppError):
        await task
    await house.nothing_left()


async def test_killed_half_way_through_a_start(house: House) -> None:
    """Also when the process is killed half-way: the next start-up cleans up by label."""
    await house.manager.start_container(
        "alice", NeverReady.image(), "m", "/user/alice", {}
    )  # and here the process was killed
    await house.make_launcher(network_timeout=2).remove_remains(ALICE)
    assert (await house.left())[:2] == ([], [])


async def test_container_that_ignores_the_stop_signal(house: House) -> None:
    """It is killed after the grace."""
    container = await house.launch(IgnoresStop)
    await house.launcher.stop(ALICE, container.url_id)
    assert await house.left() == ([], [], set())


async def test_home_and_volume(house: House, tmp_path: pathlib.Path) -> None:
    """The home is at /workspace; a source that does not exist is told, and never made."""
    home, missing = tmp_path / "home", tmp_path / "missing"
    home.mkdir()
    house.launcher = house.make_launcher(home=str(home))
    house.database.grant(
        "m",
        Serves.image(),
        allow_home=True,
        volume_source=str(missing),
        volume_target="/data",
        volume_mode="ro",
    )
    warnings: list[StartWarned] = []
    house.events.subscribe(StartWarned, warnings.append)
    container = await house.launcher.launch(ALICE, "m")
    found = house.engine.raw.inspect_container(container.docker_id)
    assert [mount["Destination"] for mount in found["Mounts"]] == ["/workspace"]
    assert [str(missing) in event.message for event in warnings] == [True]
    assert not missing.exists()


async def test_two_containers_cannot_reach_each_other(house: House) -> None:
    """Inter-container traffic is off, and no port is published."""
    first = await house.launch(Serves)
    second = await house.manager.start_container("bob", Serves.image(), "b", "/user/bob", {})
    await wait_for_http_server_2xx(f"{second.host_url}{second.urlpath}/", 10)
    raw = house.engine.raw
    url = f"{second.host_url}{second.urlpath}/"
    act = raw.exec_create(
        first.docker_id, ["/bin/busybox", "wget", "-T", "2", "-q", "-O", "-", url]
    )
    await asyncio.to_thread(raw.exec_start, act["Id"])
    assert raw.exec_inspect(act["Id"])["ExitCode"] != 0
    # the same question about itself is answered, so it is the network that refuses
    own = f"http://127.0.0.1:8888{first.urlpath}/"
    act = raw.exec_create(first.docker_id, ["/bin/busybox", "wget", "-q", "-O", "-", own])
    assert b"hello" in await asyncio.to_thread(raw.exec_start, act["Id"])
    assert raw.exec_inspect(act["Id"])["ExitCode"] == 0


async def test_privileges_inside(house: House) -> None:
    """What runs inside has the short list of capabilities, and cannot get more."""
    container = await house.launch(Serves)
    raw = house.engine.raw
    act = raw.exec_create(container.docker_id, ["/bin/busybox", "cat", "/proc/1/status"])
    status = (await asyncio.to_thread(raw.exec_start, act["Id"])).decode()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    # CHOWN 0, DAC_OVERRIDE 1, FOWNER 3, KILL 5, SETGID 6, SETUID 7, NET_BIND_SERVICE 10
    expected = sum(1 << bit for bit in (0, 1, 3, 5, 6, 7, 10))
    assert int(fields["CapBnd"], 16) == expected
    assert fields["NoNewPrivs"].strip() == "1"
