"""What the container manager promises, over a real Docker Engine and over the simulated one."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

import pytest

from remoteappmanager.docker import docker_labels
from remoteappmanager.docker.container import Container
from remoteappmanager.docker.container_manager import ContainerEvent, ContainerManager
from remoteappmanager.docker.spec import Limits, Security
from remoteappmanager.exceptions import (
    InvalidRequest,
    MultipleResultsFound,
    NotFound,
    RemoteAppError,
    ServiceUnavailable,
)
from remoteappmanager.netutils import exponential_backoff, wait_for_http_server_2xx
from tests.contracts.behaviours import (
    Behaviour,
    CannotStart,
    DiesWhileWaitedFor,
    FailsDuringStart,
    IgnoresStop,
    NeedsTooMuchMemory,
    NeverReady,
    Serves,
)
from tests.contracts.conftest import Engine

MAPPING = "0123456789abcdef0123456789abcdef"
BASE = "/user/alice"
MakeManager = Callable[..., ContainerManager]


async def start(
    manager: ContainerManager,
    behaviour: type[Behaviour] = Serves,
    user: str = "alice",
    mapping_id: str = MAPPING,
    volumes: dict[str, dict[str, str]] | None = None,
    **options: Any,
) -> Container:
    return await manager.start_container(
        user, behaviour.image(), mapping_id, f"/user/{user}", volumes or {}, **options
    )


async def eventually(check: Callable[[], Any], message: str, timeout: float = 15) -> None:
    async def probe() -> Any:
        return await asyncio.to_thread(check)

    await exponential_backoff(probe, timeout, message=message)


def only_real(engine: Engine) -> bool:
    """Whether a promise rests on a kernel, which the simulated engine has none of."""
    return engine.kind == "real"


# --- starting -----------------------------------------------------------------------


async def test_container_serves_under_its_path(manager: ContainerManager) -> None:
    """It must serve HTTP on container port 8888 under JPY_BASE_USER_URL/containers/URL_ID/."""
    container = await start(manager)
    assert container.urlpath == f"{BASE}/containers/{container.url_id}"
    await wait_for_http_server_2xx(f"{container.host_url}{container.urlpath}/", 10)


async def test_labels_are_all_that_is_known(
    manager: ContainerManager, engine: Engine, realm: str
) -> None:
    """Labels on a started container: user, mapping_id, url_id, urlpath, realm."""
    container = await start(manager)
    labels = engine.raw.inspect_container(container.docker_id)["Config"]["Labels"]
    expected = {
        docker_labels.USER: "alice",
        docker_labels.MAPPING_ID: MAPPING,
        docker_labels.URL_ID: container.url_id,
        docker_labels.URLPATH: container.urlpath,
        docker_labels.REALM: realm,
    }
    assert {key: labels[key] for key in expected} == expected


async def test_environment_cannot_be_overridden(manager: ContainerManager, engine: Engine) -> None:
    """JPY_USER, JPY_BASE_USER_URL, USER and URL_ID cannot be overridden."""
    names = ("JPY_USER", "JPY_BASE_USER_URL", "USER", "URL_ID")
    container = await manager.start_container(
        "Alice.B@x.org",
        Serves.image(),
        MAPPING,
        "/user/Alice.B@x.org/",
        {},
        {"APP_LICENSE": "secret", **dict.fromkeys(names, "mine")},
    )
    given = engine.raw.inspect_container(container.docker_id)["Config"]["Env"]
    environment = dict(line.split("=", 1) for line in given)
    assert {key: environment[key] for key in (*names, "APP_LICENSE")} == {
        "JPY_USER": "Alice.B@x.org",
        "JPY_BASE_USER_URL": "/user/Alice.B@x.org",
        "USER": "user",
        "URL_ID": container.url_id,
        "APP_LICENSE": "secret",
    }


async def test_closed_by_default(manager: ContainerManager, engine: Engine) -> None:
    """cap_drop all but a short list, no-new-privileges, limits, bounded log, no published port."""
    container = await start(manager)
    found = engine.raw.inspect_container(container.docker_id)
    host = found["HostConfig"]
    assert host["CapDrop"] == ["ALL"]
    assert "no-new-privileges" in host["SecurityOpt"]
    assert host["Memory"] > 0 and host["PidsLimit"] > 0 and host["CpuQuota"] > 0
    assert host["LogConfig"]["Config"]["max-size"]
    assert not host["Privileged"] and host["Init"]
    assert not any((found["NetworkSettings"]["Ports"] or {}).values())


async def test_fresh_id_for_each_start(manager: ContainerManager) -> None:
    """url_id is fresh per start, and the same value in the label, the URL and every look-up."""
    first = await start(manager)
    second = await start(manager)
    assert first.url_id != second.url_id
    found = await manager.find_container(url_id=second.url_id)
    assert found is not None and found.docker_id == second.docker_id


async def test_start_replaces_the_running_one(manager: ContainerManager) -> None:
    """An already running container of the same user and mapping is stopped and replaced."""
    first = await start(manager)
    second = await start(manager)
    assert [item.docker_id for item in await manager.find_containers()] == [second.docker_id]
    assert not await manager.is_running(first.docker_id)


async def test_missing_image(manager: ContainerManager, engine: Engine, realm: str) -> None:
    """A start of an image that Docker does not have leaves nothing behind."""
    with pytest.raises(NotFound, match="no-such-image"):
        await manager.start_container("alice", "no-such-image", MAPPING, BASE, {})
    assert engine.everything(realm)[0] == []


async def test_program_that_cannot_start(
    make_manager: MakeManager, engine: Engine, realm: str
) -> None:
    """A start that Docker refuses is an error in readable words, and leaves nothing behind."""
    # Docker's init would start, and only then miss the program.
    manager = make_manager(realm, security=Security(init=False))
    behaviour: type[Behaviour] = CannotStart
    if not only_real(engine):
        behaviour = Serves
        engine.fake.fail("start", status=400, message="no such file or directory")
    with pytest.raises(RemoteAppError, match="no such file"):
        await start(manager, behaviour)
    assert engine.everything(realm)[0] == []


@pytest.mark.parametrize(
    ("volumes", "message"),
    [
        ({"data": {"bind": "/data", "mode": "ro"}}, "absolute"),
        ({"/a:b": {"bind": "/data", "mode": "ro"}}, "colon"),
        ({"/a\n": {"bind": "/data", "mode": "ro"}}, "control"),
        ({"/a": {"bind": "/data", "mode": "exec"}}, "mode"),
        ({"/var/run/docker.sock": {"bind": "/d", "mode": "ro"}}, "Docker"),
        ({"/": {"bind": "/d", "mode": "ro"}}, "Docker"),
    ],
)
async def test_hostile_volumes(
    manager: ContainerManager, engine: Engine, volumes: dict[str, Any], message: str
) -> None:
    """Volume sources from users or database rows are validated where they enter."""
    engine.wire.requests.clear()
    with pytest.raises(InvalidRequest, match=message):
        await start(manager, volumes=volumes)
    assert engine.wire.requests == []


async def test_volume_is_mounted(manager: ContainerManager, engine: Engine, tmp_path: Any) -> None:
    """The policy's volume appears at its target, in its mode."""
    container = await start(manager, volumes={str(tmp_path): {"bind": "/data", "mode": "ro"}})
    mounts = engine.raw.inspect_container(container.docker_id)["Mounts"]
    assert [(m["Source"], m["Destination"], m["RW"]) for m in mounts] == [
        (str(tmp_path), "/data", False)
    ]


async def test_missing_source_is_not_mounted(
    manager: ContainerManager, engine: Engine, tmp_path: Any
) -> None:
    """A source path that does not exist is not mounted, and the user is told."""
    missing = tmp_path / "missing"
    told: list[str] = []
    container = await start(
        manager,
        volumes={
            str(missing): {"bind": "/gone", "mode": "rw"},
            str(tmp_path): {"bind": "/data", "mode": "rw"},
        },
        on_missing_source=told.append,
    )
    mounts = engine.raw.inspect_container(container.docker_id)["Mounts"]
    assert [mount["Destination"] for mount in mounts] == ["/data"]
    assert told == [str(missing)]
    assert not missing.exists()


# --- starts that are given up ----------------------------------------------------------


@pytest.mark.parametrize("step", ["POST .*/containers/create", "POST .*/start$", "GET .*/json$"])
async def test_cancelled_start_leaves_nothing(
    manager: ContainerManager, engine: Engine, realm: str, step: str
) -> None:
    """A cancelled start cleans up behind itself, also when Docker's answer comes later."""
    await manager.find_containers()  # connected, so that only the start is held up
    engine.wire.hold(step)
    task = asyncio.create_task(start(manager))
    await asyncio.to_thread(engine.wire.wait_until_held)
    task.cancel()
    await asyncio.sleep(0)
    engine.wire.release()
    with pytest.raises(asyncio.CancelledError):
        await task
    await eventually(lambda: engine.everything(realm)[0] == [], "a container is left")


async def test_answer_that_never_comes(
    make_manager: MakeManager, engine: Engine, realm: str
) -> None:
    """A create that Docker performs while we no longer listen is undone by the unique name."""
    manager = make_manager(realm)
    manager._client._timeout = 1.0
    await manager.find_containers()
    engine.wire.hold("POST .*/containers/create")
    with pytest.raises(ServiceUnavailable):
        await start(manager)
    engine.wire.release()
    await eventually(lambda: engine.everything(realm)[0] == [], "a container is left")


async def test_killed_half_way(make_manager: MakeManager, engine: Engine, realm: str) -> None:
    """What a killed process leaves is cleaned at the next start-up, by label, and only that."""
    manager = make_manager(realm)
    running = await start(manager, mapping_id="a" * 32)
    other_user = await start(manager, FailsDuringStart, user="bob")
    ended = await start(manager, FailsDuringStart)
    created = engine.raw.create_container(
        Serves.image(),
        labels={docker_labels.REALM: realm, docker_labels.USER: "alice"},
    )["Id"]
    await eventually(
        lambda: engine.raw.inspect_container(ended.docker_id)["State"]["Status"] == "exited",
        "the application did not end",
    )

    await make_manager(realm).remove_remains("alice")

    label = {"label": [f"{docker_labels.REALM}={realm}"]}
    left = {item["Id"] for item in engine.raw.containers(all=True, filters=label)}
    assert left == {running.docker_id, other_user.docker_id}
    assert created not in left


# --- finding ------------------------------------------------------------------------------


async def test_find_by_label(manager: ContainerManager) -> None:
    """find_containers takes url_id, mapping_id and user_name, in any combination."""
    first = await start(manager, mapping_id="a" * 32)
    second = await start(manager, mapping_id="b" * 32)
    third = await start(manager, user="bob", mapping_id="a" * 32)

    async def ids(**labels: str) -> set[str]:
        return {item.docker_id for item in await manager.find_containers(**labels)}

    assert await ids() == {first.docker_id, second.docker_id, third.docker_id}
    assert await ids(user_name="alice") == {first.docker_id, second.docker_id}
    assert await ids(mapping_id="a" * 32) == {first.docker_id, third.docker_id}
    assert await ids(url_id=second.url_id, user_name="alice") == {second.docker_id}
    assert await ids(url_id=second.url_id, user_name="bob") == set()
    assert await manager.find_container(url_id="none") is None
    with pytest.raises(MultipleResultsFound):
        await manager.find_container(user_name="alice")


async def test_listing_is_one_call(manager: ContainerManager, engine: Engine) -> None:
    """The number of Docker calls never grows with the number of containers."""
    await start(manager, mapping_id="a" * 32)
    await start(manager, mapping_id="b" * 32)
    engine.wire.requests.clear()
    containers = await manager.find_containers(user_name="alice")
    assert len(containers) == 2
    assert len(engine.wire.requests) == 1
    # and its items hold all that is needed to reach them
    for container in containers:
        await wait_for_http_server_2xx(f"{container.host_url}{container.urlpath}/", 10)


async def test_listing_and_inspecting_agree(manager: ContainerManager) -> None:
    """from_docker_dict accepts both an inspect result and a list item."""
    started = await start(manager)
    listed = await manager.find_container(url_id=started.url_id)
    assert listed is not None
    for trait in ("docker_id", "name", "image_name", "image_id", "mapping_id", "url_id"):
        assert getattr(started, trait) == getattr(listed, trait), trait
    for trait in ("user", "realm", "urlpath", "ip", "port", "state", "host_url"):
        assert getattr(started, trait) == getattr(listed, trait), trait


async def test_ended_ones_are_not_listed(manager: ContainerManager) -> None:
    """find_containers lists what runs."""
    container = await start(manager, FailsDuringStart)

    async def ended() -> bool:
        return not await manager.is_running(container.docker_id)

    await exponential_backoff(ended, 10)
    assert await manager.find_containers() == []


async def test_other_realms(make_manager: MakeManager, engine: Engine, realm: str) -> None:
    """Containers of another realm are never shown, stopped or touched."""
    mine, other = make_manager(realm), make_manager(f"{realm}-other")
    container = await start(mine)
    try:
        assert await other.find_containers() == []
        with pytest.raises(NotFound):
            await other.stop_and_remove_container(container.docker_id)
        with pytest.raises(NotFound):
            await other.evidence(container.docker_id)
        foreign = await start(other)
        await other.remove_remains("alice")
        assert await mine.is_running(container.docker_id)
        await other.stop_and_remove_container(foreign.docker_id)
        assert await mine.is_running(container.docker_id)
    finally:
        engine.clean(f"{realm}-other")


@pytest.mark.parametrize("docker_id", ["", "../networks", "a/b", "x" * 300, "gone"])
async def test_stop_of_what_is_not_there(manager: ContainerManager, docker_id: str) -> None:
    """What is already gone is fine; what cannot be an id reaches no other address of Docker."""
    await manager.stop_and_remove_container(docker_id)


# --- stopping -----------------------------------------------------------------------------


async def test_stop_removes(manager: ContainerManager, engine: Engine, realm: str) -> None:
    """Stop and remove; with the realm's last container its network goes too."""
    container = await start(manager)
    await manager.stop_and_remove_container(container.docker_id)
    assert engine.everything(realm) == ([], [])
    await manager.stop_and_remove_container(container.docker_id)


async def test_two_stops_at_once(manager: ContainerManager, engine: Engine, realm: str) -> None:
    """Acts on one container happen in order; the second finds it gone."""
    container = await start(manager)
    await asyncio.gather(
        manager.stop_and_remove_container(container.docker_id),
        manager.stop_and_remove_container(container.docker_id),
    )
    assert engine.everything(realm)[0] == []


async def test_two_processes_stop_one(
    make_manager: MakeManager, engine: Engine, realm: str
) -> None:
    """A removal that another process has begun is no error."""
    first, second = make_manager(realm), make_manager(realm)
    container = await start(first)
    await asyncio.gather(
        first.stop_and_remove_container(container.docker_id),
        second.stop_and_remove_container(container.docker_id),
    )
    await eventually(lambda: engine.everything(realm)[0] == [], "a container is left")


async def test_ignored_stop_signal(make_manager: MakeManager, realm: str) -> None:
    """What ignores the stop signal holds up nobody else, and is killed after a grace."""
    manager = make_manager(realm, stop_grace=2.0)
    stubborn = await start(manager, IgnoresStop, mapping_id="a" * 32)
    other = await start(manager, mapping_id="b" * 32)
    await wait_for_http_server_2xx(f"{stubborn.host_url}{stubborn.urlpath}/", 10)
    began = time.monotonic()
    stopping = asyncio.create_task(manager.stop_and_remove_container(stubborn.docker_id))
    await manager.stop_and_remove_container(other.docker_id)
    assert not stopping.done() and time.monotonic() - began < 2
    await stopping
    assert 2 <= time.monotonic() - began < 8
    assert await manager.find_containers() == []


async def test_refused_stop(make_manager: MakeManager, fake_engine: Engine) -> None:
    """What Docker refuses to stop is an error the caller sees."""
    manager = ContainerManager({"base_url": fake_engine.base_url}, "refusals")
    try:
        container = await start(manager)
        fake_engine.fake.fail(
            "stop", status=500, message="cannot stop container: permission denied"
        )
        with pytest.raises(RemoteAppError, match="permission denied"):
            await manager.stop_and_remove_container(container.docker_id)
        assert await manager.is_running(container.docker_id)
    finally:
        await manager.close()


async def test_cancelled_stop_goes_on(
    manager: ContainerManager, engine: Engine, realm: str
) -> None:
    """A stop is carried through although whoever asked for it has gone away."""
    container = await start(manager)
    task = asyncio.create_task(manager.stop_and_remove_container(container.docker_id))
    await asyncio.sleep(0.01)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await eventually(lambda: engine.everything(realm)[0] == [], "a container is left")


# --- evidence -------------------------------------------------------------------------------


async def test_evidence_of_a_failure(manager: ContainerManager) -> None:
    """A failed start is reported with exit code and last lines of output."""
    container = await start(manager, FailsDuringStart)

    async def ended() -> bool:
        return not await manager.is_running(container.docker_id)

    await exponential_backoff(ended, 10)
    evidence = await manager.evidence(container.docker_id)
    assert evidence.exit_code == 3
    assert not evidence.out_of_memory
    assert evidence.log


async def test_evidence_of_lack_of_memory(make_manager: MakeManager, real_engine: Engine) -> None:
    """Limits are enforced, and the kernel's verdict is told."""
    realm = "contract-memory"
    manager = ContainerManager(
        {"base_url": real_engine.base_url},
        realm,
        limits=Limits(memory="16m", shared_memory=None),
    )
    try:
        container = await start(manager, NeedsTooMuchMemory)

        async def ended() -> bool:
            return not await manager.is_running(container.docker_id)

        await exponential_backoff(ended, 20)
        evidence = await manager.evidence(container.docker_id)
        assert evidence.out_of_memory and evidence.exit_code == 137
    finally:
        await manager.close()
        real_engine.clean(realm)


async def test_evidence_of_what_runs_or_is_gone(manager: ContainerManager) -> None:
    """There is no exit code of what has not ended."""
    container = await start(manager, NeverReady)
    assert (await manager.evidence(container.docker_id)).exit_code is None
    await manager.stop_and_remove_container(container.docker_id, grace=0)
    assert (await manager.evidence(container.docker_id)).log == ""


async def test_death_is_noticed(make_manager: MakeManager, real_engine: Engine) -> None:
    """is_running tells at once that a container has ended."""
    realm = "contract-death"
    manager = ContainerManager({"base_url": real_engine.base_url}, realm)
    try:
        container = await start(manager, DiesWhileWaitedFor)
        assert await manager.is_running(container.docker_id)

        async def ended() -> bool:
            return not await manager.is_running(container.docker_id)

        await exponential_backoff(ended, 5)
        assert (await manager.evidence(container.docker_id)).exit_code == 4
    finally:
        await manager.close()
        real_engine.clean(realm)


# --- networks --------------------------------------------------------------------------------


async def test_concurrent_starts_share_one_network(
    make_manager: MakeManager, engine: Engine, realm: str
) -> None:
    """The realm's network is found first and made under a lock; icc is off."""
    manager = make_manager(realm)
    await asyncio.gather(*(start(manager, mapping_id=f"{n:032x}") for n in range(4)))
    networks = engine.raw.networks(filters={"label": [f"{docker_labels.NETWORK_REALM}={realm}"]})
    assert len(networks) == 1 and networks[0]["Name"].startswith(realm)
    assert networks[0]["Options"]["com.docker.network.bridge.enable_icc"] == "false"
    assert not networks[0]["Internal"]


async def test_start_races_with_the_removal(
    make_manager: MakeManager, engine: Engine, realm: str
) -> None:
    """A start whose network is removed under it makes the network again."""
    manager = make_manager(realm)
    await manager.find_containers()
    engine.wire.hold("POST .*/containers/create")
    task = asyncio.create_task(start(manager))
    await asyncio.to_thread(engine.wire.wait_until_held)
    [name] = engine.everything(realm)[1]
    await asyncio.to_thread(engine.raw.remove_network, name)
    engine.wire.release()
    container = await task
    assert await manager.is_running(container.docker_id)
    assert len(engine.everything(realm)[0]) == 1


async def test_starts_and_stops_of_several_processes(
    make_manager: MakeManager, engine: Engine, realm: str
) -> None:
    """Processes that start and stop at the same time do not take the network from each other."""

    async def life(manager: ContainerManager, user: str) -> None:
        for _ in range(2):
            container = await start(manager, user=user)
            await manager.stop_and_remove_container(container.docker_id, grace=1)

    await asyncio.gather(*(life(make_manager(realm), f"user{n}") for n in range(3)))
    await make_manager(realm).remove_remains("user0")
    assert engine.everything(realm) == ([], [])


async def test_host_port(make_manager: MakeManager, engine: Engine, realm: str) -> None:
    """host-port: published on 127.0.0.1, random port."""
    manager = make_manager(realm, network="host-port")
    container = await start(manager)
    assert container.ip == "127.0.0.1" and container.port != 8888
    await wait_for_http_server_2xx(f"{container.host_url}{container.urlpath}/", 10)
    listed = await manager.find_container(url_id=container.url_id)
    assert listed is not None and listed.host_url == container.host_url


async def test_without_internet(make_manager: MakeManager, engine: Engine, realm: str) -> None:
    """container_internet = False: containers get no route out, and are reached all the same."""
    manager = make_manager(realm, internet=False)
    container = await start(manager)
    networks = engine.raw.networks(filters={"label": [f"{docker_labels.NETWORK_REALM}={realm}"]})
    assert [network["Internal"] for network in networks] == [True]
    await wait_for_http_server_2xx(f"{container.host_url}{container.urlpath}/", 10)


# --- images ------------------------------------------------------------------------------------


async def test_images(manager: ContainerManager, engine: Engine) -> None:
    """An application's image name matches as Docker resolves names, in one call."""
    await manager.images()
    engine.wire.requests.clear()
    images = await manager.images()
    assert len(engine.wire.requests) == 1
    image = images.find(Serves.image())
    assert image is not None and image.ui_name == "Serves"
    for name in (f"{Serves.image()}:latest", f"docker.io/{Serves.image()}", image.id):
        found = images.find(name)
        assert found is not None and found.id == image.id, name
        found = await manager.image(name)
        assert found is not None and found.id == image.id, name


@pytest.mark.parametrize("name", ["", "no-such-image", "../json", "UPPER case", "a\nb", "@", ":"])
async def test_image_that_is_not_there(manager: ContainerManager, name: str) -> None:
    """image(name_or_id) is None for what Docker does not have."""
    assert await manager.image(name) is None
    assert (await manager.images()).find(name) is None


# --- events, and Docker going away ----------------------------------------------------------------


async def test_events(make_manager: MakeManager, engine: Engine, realm: str) -> None:
    """Start and die events of the realm's containers, and of no other."""
    manager, other = make_manager(realm), make_manager(f"{realm}-other")
    began = time.time() - 1
    try:
        container = await start(manager)
        await start(other)
        seen: list[ContainerEvent] = []
        async with asyncio.timeout(20), contextlib.aclosing(manager.events(began)) as events:
            stop = asyncio.create_task(manager.stop_and_remove_container(container.docker_id))
            async for event in events:
                seen.append(event)
                if event.action == "die":
                    break
            await stop
    finally:
        engine.clean(f"{realm}-other")
    assert [event.action for event in seen] == ["start", "die"]
    for event in seen:
        assert event.docker_id == container.docker_id
        assert (event.url_id, event.user, event.mapping_id) == (container.url_id, "alice", MAPPING)
        assert abs(event.time - time.time()) < 60


async def test_owner_events(make_manager: MakeManager, engine: Engine, realm: str) -> None:
    """What a user's pages must know: starts, deaths, and whether somebody asked; of nobody else."""
    manager = make_manager(realm)
    began = time.time() - 1
    stopped, killed = await start(manager), await start(manager, mapping_id="b" * 32)
    await start(manager, user="bob")
    seen: list[tuple[str, str]] = []
    async with (
        asyncio.timeout(20),
        contextlib.aclosing(manager.owner_events("alice", began)) as events,
    ):
        stop = asyncio.create_task(manager.stop_and_remove_container(stopped.docker_id))
        async for event in events:
            if isinstance(event, ContainerEvent):
                seen.append((event.action, event.docker_id))
            if len(seen) == 4:
                await stop
                await asyncio.to_thread(engine.raw.kill, killed.docker_id)
            if len(seen) == 5:
                break
    assert seen == [
        ("start", stopped.docker_id),
        ("start", killed.docker_id),
        ("die", stopped.docker_id),
        ("stop", stopped.docker_id),
        ("die", killed.docker_id),
    ]


async def test_bury(manager: ContainerManager, engine: Engine, realm: str) -> None:
    """What has ended is removed, and its network; what runs, or is gone, is left as it is."""
    container = await start(manager)
    await manager.bury(container.docker_id)
    assert len(await manager.find_containers()) == 1
    await asyncio.to_thread(engine.raw.kill, container.docker_id)
    await eventually(
        lambda: engine.raw.inspect_container(container.docker_id)["State"]["Status"] == "exited",
        "it does not end",
    )
    await manager.bury(container.docker_id)
    await manager.bury(container.docker_id)
    assert engine.everything(realm) == ([], [])


async def test_events_end_when_docker_goes_away(manager: ContainerManager, engine: Engine) -> None:
    """events() ends with ServiceUnavailable when the daemon goes away."""

    async def listen() -> None:
        async for _ in manager.events():
            pass

    task = asyncio.create_task(listen())
    await eventually(
        lambda: any("/events" in line for line in engine.wire.requests), "nobody listens"
    )
    await asyncio.to_thread(engine.wire.cut)
    async with asyncio.timeout(10):
        with pytest.raises(ServiceUnavailable):
            await task
    await asyncio.to_thread(engine.wire.mend)


async def test_close_ends_events(make_manager: MakeManager, engine: Engine, realm: str) -> None:
    """A manager that is closed lets go of its listeners."""
    manager = make_manager(realm)

    async def listen() -> None:
        async for _ in manager.events():
            pass

    task = asyncio.create_task(listen())
    await eventually(
        lambda: any("/events" in line for line in engine.wire.requests), "nobody listens"
    )
    await manager.close()
    async with asyncio.timeout(10):
        await task


async def test_docker_comes_back(manager: ContainerManager, engine: Engine) -> None:
    """While Docker is away calls say so; when it is back the next call works by itself."""
    container = await start(manager)
    await asyncio.to_thread(engine.wire.cut)
    for _ in range(3):
        with pytest.raises(ServiceUnavailable, match="Docker"):
            await manager.find_containers()
    await asyncio.to_thread(engine.wire.mend)
    assert [item.docker_id for item in await manager.find_containers()] == [container.docker_id]


async def test_docker_restarts_between_calls(manager: ContainerManager, engine: Engine) -> None:
    """Connections that a restart broke are not an error of the next call."""
    container = await start(manager)
    await asyncio.to_thread(engine.wire.cut)
    await asyncio.to_thread(engine.wire.mend)
    await manager.stop_and_remove_container(container.docker_id)
