"""remoteappmanager.launcher: the story of a start and a stop, with everything else simulated."""

from __future__ import annotations

import asyncio
import pathlib
import threading
import time
import types
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from remoteappmanager import naming
from remoteappmanager.docker.container import Container
from remoteappmanager.docker.evidence import Evidence
from remoteappmanager.docker.image import Image, ImageIndex
from remoteappmanager.events import (
    ApplicationEvent,
    Dispatcher,
    StartOver,
    StartWarned,
    StepEntered,
)
from remoteappmanager.exceptions import (
    InvalidRequest,
    LaunchFailed,
    NotFound,
    OperationInProgress,
    RemoteAppError,
    ServiceUnavailable,
)
from remoteappmanager.launcher import STEPS, Launcher
from remoteappmanager.netutils import exponential_backoff
from remoteappmanager.user import User
from remoteappmanager.watch.lists import DockerLists
from tests.test_launch_inputs import policy

ALICE = User(name="alice")


class Database:
    """Grants by user name; counts the queries and the threads that they come from."""

    def __init__(self) -> None:
        self.grants: dict[str, list[Any]] = {"alice": []}
        self.queries = 0
        self.threads: set[int] = set()

    def grant(self, mapping_id: str, image: str, **values: Any) -> None:
        self.grants["alice"].append(
            types.SimpleNamespace(
                id=mapping_id,
                application=types.SimpleNamespace(id=1, image=image),
                application_policy=policy(**values),
            )
        )

    def get_accounting_for_user_name(self, user_name: str) -> list[Any]:
        self.queries += 1
        self.threads.add(threading.get_ident())
        return self.grants.get(user_name, [])


class Gate:
    """Remembers which addresses work."""

    def __init__(self) -> None:
        self.published: set[str] = set()
        self.acts: list[tuple[str, str]] = []
        self.failure: Exception | None = None

    async def publish(self, url_id: str) -> None:
        self.acts.append(("publish", url_id))
        if self.failure:
            raise self.failure
        self.published.add(url_id)

    async def withdraw(self, url_id: str) -> None:
        self.acts.append(("withdraw", url_id))
        if self.failure:
            raise self.failure
        self.published.discard(url_id)


class Manager:
    """Containers that serve at once, on one server of this process."""

    is_local = True
    status = 200

    def __init__(self) -> None:
        self.running: dict[str, Container] = {}
        self.calls: list[str] = []
        self.started: list[dict[str, Any]] = []
        self.image_list = [Image.from_docker_dict({"Id": "sha256:1", "RepoTags": ["app:latest"]})]
        self.requests: list[str] = []
        self.port = 0
        self.refusal: Exception | None = None
        self.remains_removed = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:  # who asked has given up
            writer.close()
            return
        self.requests.append(request.split()[1].decode())
        writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async def image(self, name: str) -> Image | None:
        self.calls.append("image")
        return ImageIndex(self.image_list).find(name)

    async def images(self) -> ImageIndex:
        self.calls.append("images")
        return ImageIndex(self.image_list)

    async def start_container(
        self,
        user_name: str,
        image_name: str,
        mapping_id: str,
        base_urlpath: str,
        volumes: dict[str, Any],
        environment: dict[str, str],
        *,
        on_missing_source: Callable[[str], None],
    ) -> Container:
        self.calls.append("start_container")
        self.started.append({"volumes": volumes, "environment": environment})
        url_id = naming.new_url_id()
        container = Container(
            docker_id=f"d{len(self.started)}",
            user=user_name,
            mapping_id=mapping_id,
            image_name=image_name,
            url_id=url_id,
            urlpath=naming.container_urlpath(base_urlpath, url_id),
            ip="127.0.0.1",
            port=self.port,
            state="running",
            created=time.time(),
        )
        self.running = {
            key: item for key, item in self.running.items() if item.mapping_id != mapping_id
        }
        self.running[container.docker_id] = container
        return container

    async def stop_and_remove_container(self, docker_id: str, *, grace: float = 5) -> None:
        self.calls.append("stop_and_remove_container")
        if self.refusal:
            raise self.refusal
        self.running.pop(docker_id, None)

    async def find_containers(self, **wanted: str) -> list[Container]:
        self.calls.append("find_containers")
        if "user_name" in wanted:
            wanted["user"] = wanted.pop("user_name")
        return [
            item
            for item in reversed(self.running.values())
            if all(getattr(item, key) == value for key, value in wanted.items())
        ]

    async def is_running(self, docker_id: str) -> bool:
        return docker_id in self.running

    async def evidence(self, docker_id: str) -> Evidence:
        self.calls.append("evidence")
        return Evidence(3, False, "no licence")

    async def remove_remains(self, user_name: str) -> None:
        self.remains_removed += 1


class FailsDuringStart(Manager):
    """Docker refuses."""

    async def start_container(self, *args: Any, **kwargs: Any) -> Container:
        raise RemoteAppError("Docker: no space left on device")


class HangsDuringStart(Manager):
    """Docker does not answer, and cleans up when it is cancelled."""

    cleaned = False

    async def start_container(self, *args: Any, **kwargs: Any) -> Container:
        try:
            await asyncio.Event().wait()
        finally:
            self.cleaned = True
        raise AssertionError


class DiesWhileWaitedFor(Manager):
    """Runs, and ends before it is ready."""

    status = 503

    async def is_running(self, docker_id: str) -> bool:
        return False


class NeedsTooMuchMemory(DiesWhileWaitedFor):
    """The same, killed for its memory limit."""

    async def evidence(self, docker_id: str) -> Evidence:
        return Evidence(137, True, "")


class EndsAtOnce(DiesWhileWaitedFor):
    """Has ended before anybody could ask for its address."""

    async def start_container(self, *args: Any, **kwargs: Any) -> Container:
        container = await super().start_container(*args, **kwargs)
        container.ip, container.state = "", "exited"
        return container


class NeverReady(Manager):
    """Runs, and never answers well."""

    status = 503


class DockerGoesAway(Manager):
    """Docker disappears while the application is waited for."""

    status = 503

    async def is_running(self, docker_id: str) -> bool:
        raise ServiceUnavailable("Docker")


class MissesASource(Manager):
    """Docker, elsewhere, does not find a volume's source."""

    is_local = False

    async def start_container(self, *args: Any, **kwargs: Any) -> Container:
        kwargs["on_missing_source"]("/data")
        return await super().start_container(*args, **kwargs)


class Story:
    """A launcher and what it acts on."""

    def __init__(self, manager: Manager, **options: Any) -> None:
        self.manager, self.database, self.gate = manager, Database(), Gate()
        self.database.grant("m1", "app")
        self.events: list[ApplicationEvent] = []
        dispatcher = Dispatcher()
        dispatcher.subscribe(ApplicationEvent, self.events.append)
        values = {"base_urlpath": "/user/alice/", "home": None, "network_timeout": 5.0}
        self.launcher = Launcher(
            database=self.database,  # type: ignore[arg-type]
            container_manager=manager,
            lists=DockerLists(manager, "alice"),
            gate=self.gate,
            events=dispatcher,
            **(values | options),
        )

    async def launch(self, mapping_id: str = "m1", configurables: Any = None) -> Container:
        return await self.launcher.launch(ALICE, mapping_id, configurables)

    @property
    def steps(self) -> list[str]:
        return [event.step for event in self.events if isinstance(event, StepEntered)]

    @property
    def over(self) -> list[str | None]:
        """What ended starts led to: the id of an address, or None."""
        return [event.url_id for event in self.events if isinstance(event, StartOver)]

    async def reached(self, step: str, times: int = 1) -> None:
        """Return when starts have entered the step so often."""

        async def probe() -> bool:
            return self.steps.count(step) >= times

        await exponential_backoff(probe, 5, first_wait=0.001)

    @property
    def nothing_left(self) -> bool:
        return not self.manager.running and not self.gate.published


@pytest.fixture
async def tell() -> AsyncIterator[Callable[..., Any]]:
    """Makes stories whose containers answer."""
    servers = []

    async def make(manager: Manager | None = None, **options: Any) -> Story:
        manager = manager or Manager()
        server = await asyncio.start_server(manager.serve, "127.0.0.1", 0)
        servers.append(server)
        manager.port = server.sockets[0].getsockname()[1]
        return Story(manager, **options)

    yield make
    for server in servers:
        server.close()


# --- a start that goes well -------------------------------------------------------------


async def test_launch(tell: Any) -> None:
    """A start walks through its steps, and ends when the address works."""
    story = await tell()
    container = await story.launch()
    assert story.steps == list(STEPS)
    assert story.over == [container.url_id]
    assert story.gate.published == {container.url_id}
    assert story.manager.requests == [f"/user/alice/containers/{container.url_id}/"]
    assert story.manager.started == [{"volumes": {}, "environment": {}}]


async def test_database_is_asked_on_another_thread(tell: Any) -> None:
    """A slow database never holds up everybody else."""
    story = await tell()
    await story.launch()
    assert story.database.threads - {threading.get_ident()} == story.database.threads


async def test_environment_and_volumes(tell: Any, tmp_path: pathlib.Path) -> None:
    """The policy's licence, volume and home reach the container."""
    story = await tell(home=str(tmp_path))
    story.database.grant(
        "m2",
        "app",
        app_license="key",
        allow_home=True,
        volume_source="/",
        volume_target="/mnt",
        volume_mode="ro",
    )
    await story.launch("m2")
    assert story.manager.started == [
        {
            "volumes": {
                str(tmp_path): {"bind": "/workspace", "mode": "rw"},
                "/": {"bind": "/mnt", "mode": "ro"},
            },
            "environment": {"APP_LICENSE": "key"},
        }
    ]


async def test_missing_source_is_told(tell: Any, tmp_path: pathlib.Path) -> None:
    """A source path that does not exist is not mounted, and the user is told."""
    story = await tell(home=str(tmp_path / "missing"))
    story.database.grant("m2", "app", allow_home=True)
    await story.launch("m2")
    assert story.manager.started[0]["volumes"] == {}
    [warning] = [event for event in story.events if isinstance(event, StartWarned)]
    assert warning.step == "environment" and "missing" in str(warning.message)


async def test_missing_source_on_another_host(tell: Any) -> None:
    """Where Docker runs elsewhere, Docker itself says what is missing."""
    story = await tell(MissesASource(), home="/no/such/home/here")
    story.database.grant("m2", "app", allow_home=True)
    await story.launch("m2")
    assert list(story.manager.started[0]["volumes"]) == ["/no/such/home/here"]
    [warning] = [event for event in story.events if isinstance(event, StartWarned)]
    assert warning.step == "start" and "/data" in str(warning.message)


async def test_replaced_container_loses_its_address_first(tell: Any) -> None:
    """An already running container of the same mapping is replaced, its address withdrawn."""
    story = await tell()
    first = await story.launch()
    second = await story.launch()
    assert story.gate.published == {second.url_id}
    assert ("withdraw", first.url_id) in story.gate.acts
    assert list(story.manager.running.values()) == [second]


# --- what is refused -------------------------------------------------------------------


async def test_unknown_mapping(tell: Any) -> None:
    """An unknown mapping is the caller's mistake; so is another user's."""
    story = await tell()
    with pytest.raises(InvalidRequest, match="mapping_id"):
        await story.launch("nonsense")
    with pytest.raises(InvalidRequest, match="mapping_id"):
        await story.launcher.launch(User(name="bob"), "m1")
    assert story.manager.calls == []


async def test_image_not_in_docker(tell: Any) -> None:
    """An image that Docker does not have is named."""
    story = await tell()
    story.database.grant("m2", "app/missing")
    with pytest.raises(InvalidRequest, match="app/missing"):
        await story.launch("m2")
    assert "start_container" not in story.manager.calls


async def test_bad_configurables(tell: Any) -> None:
    """Bad configurables are refused before anything is started."""
    story = await tell()
    with pytest.raises(InvalidRequest, match="configurables"):
        await story.launch(configurables=["x"])
    with pytest.raises(InvalidRequest, match="startupdata"):
        await story.launch(configurables={"startupdata": {"startupdata": "/f"}})
    assert "start_container" not in story.manager.calls


async def test_second_start_in_flight(tell: Any) -> None:
    """Refuse a second start of the same mapping while one is in flight; others may start."""
    story = await tell(HangsDuringStart())
    story.database.grant("m2", "app")
    first = asyncio.create_task(story.launch())
    await story.reached("start")
    with pytest.raises(OperationInProgress):
        await story.launch()
    other = asyncio.create_task(story.launch("m2"))
    await story.reached("start", 2)
    for task in (first, other):
        task.cancel()
    await asyncio.gather(first, other, return_exceptions=True)
    # and once it is over the next one may start
    again = asyncio.create_task(story.launch())
    await story.reached("start", 3)
    again.cancel()
    await asyncio.gather(again, return_exceptions=True)


# --- a start that fails ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("manager", "error", "words", "step"),
    [
        (FailsDuringStart, LaunchFailed, "no space left", "start"),
        (DiesWhileWaitedFor, LaunchFailed, "ended before", "wait"),
        (EndsAtOnce, LaunchFailed, "ended before", "wait"),
        (NeedsTooMuchMemory, LaunchFailed, "memory", "wait"),
        (DockerGoesAway, ServiceUnavailable, "Docker", "wait"),
    ],
)
async def test_failure_leaves_nothing(
    tell: Any, manager: type[Manager], error: type[Exception], words: str, step: str
) -> None:
    """A start that fails at any step leaves nothing behind, and says why, at once."""
    story = await tell(manager())
    async with asyncio.timeout(3):  # well before the deadline of the start
        with pytest.raises(error, match=words) as caught:
            await story.launch()
    assert story.nothing_left
    assert story.steps[-1] == step
    if isinstance(caught.value, LaunchFailed):
        assert caught.value.step == step


async def test_evidence_before_removal(tell: Any) -> None:
    """Exit code and last lines of output are fetched before the container is removed."""
    story = await tell(DiesWhileWaitedFor())
    with pytest.raises(LaunchFailed) as caught:
        await story.launch()
    failure = caught.value
    assert (failure.exit_code, failure.log) == (3, "no licence")
    calls = story.manager.calls
    assert calls.index("evidence") < calls.index("stop_and_remove_container")


async def test_memory_verdict(tell: Any) -> None:
    """A container that the kernel killed for its memory is told as such."""
    story = await tell(NeedsTooMuchMemory())
    with pytest.raises(LaunchFailed) as caught:
        await story.launch()
    assert caught.value.out_of_memory and caught.value.exit_code == 137


@pytest.mark.parametrize("manager", [NeverReady, HangsDuringStart])
async def test_deadline(tell: Any, manager: type[Manager]) -> None:
    """network_timeout bounds each start as a whole."""
    story = await tell(manager(), network_timeout=0.2)
    began = time.monotonic()
    with pytest.raises(LaunchFailed, match=r"0\.2 seconds"):
        await story.launch()
    assert time.monotonic() - began < 2
    assert story.nothing_left


@pytest.mark.parametrize("failure", [ServiceUnavailable("The gate"), NotFound("no container")])
async def test_gate_fails(tell: Any, failure: Exception) -> None:
    """A 201 means that the address works: without the gate there is no start."""
    story = await tell()
    story.gate.failure = failure
    with pytest.raises((ServiceUnavailable, LaunchFailed)):
        await story.launch()
    assert story.nothing_left


@pytest.mark.parametrize("step", ["start", "wait", "publish"])
async def test_cancelled(tell: Any, step: str) -> None:
    """A start whose caller goes away cleans up behind itself, wherever it is."""
    manager = {"start": HangsDuringStart, "wait": NeverReady, "publish": Manager}[step]()
    story = await tell(manager)
    if step == "publish":

        async def hang(url_id: str) -> None:
            story.gate.published.add(url_id)
            await asyncio.Event().wait()

        story.gate.publish = hang
    task = asyncio.create_task(story.launch())
    await story.reached(step)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert story.nothing_left
    if isinstance(manager, HangsDuringStart):
        assert manager.cleaned


async def test_failing_undo_does_not_hide_the_reason(tell: Any) -> None:
    """The user reads why the start failed, not why the cleaning up did."""
    story = await tell(DiesWhileWaitedFor())
    story.manager.refusal = ServiceUnavailable("Docker")
    with pytest.raises(LaunchFailed, match="ended before"):
        await story.launch()


# --- stopping ------------------------------------------------------------------------------


async def test_stop(tell: Any) -> None:
    """First the address is taken away, then the container is stopped."""
    story = await tell()
    container = await story.launch()
    await story.launcher.stop(ALICE, container.url_id)
    assert story.nothing_left
    assert story.gate.acts[-1] == ("withdraw", container.url_id)


async def test_stop_what_is_not_yours(tell: Any) -> None:
    """NotFound unless it is this user's."""
    story = await tell()
    container = await story.launch()
    for user, url_id in ((User(name="bob"), container.url_id), (ALICE, "unknown")):
        with pytest.raises(NotFound):
            await story.launcher.stop(user, url_id)
    assert story.manager.running


async def test_refused_stop(tell: Any) -> None:
    """What Docker refuses to stop is an error the caller sees, and the address comes back."""
    story = await tell()
    container = await story.launch()
    story.manager.refusal = RemoteAppError("Docker: permission denied")
    with pytest.raises(RemoteAppError, match="permission denied"):
        await story.launcher.stop(ALICE, container.url_id)
    assert story.gate.published == {container.url_id}


async def test_stop_without_gate(tell: Any) -> None:
    """A gate that is away learns of the stop from Docker."""
    story = await tell()
    container = await story.launch()
    story.gate.failure = ServiceUnavailable("The gate")
    await story.launcher.stop(ALICE, container.url_id)
    assert not story.manager.running


# --- listing ---------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 30])
async def test_applications_take_three_questions(tell: Any, count: int) -> None:
    """One query and two Docker calls, however many applications there are."""
    story = await tell()
    story.database.grants["alice"] = []
    for number in range(count):
        story.database.grant(f"m{number}", "app")
    assert len(await story.launcher.applications(ALICE)) == count
    assert story.database.queries == 1
    assert sorted(story.manager.calls) == ["find_containers", "images"]


async def test_applications(tell: Any) -> None:
    """By name, without those whose image is missing, with what runs, joined by mapping_id."""
    story = await tell()
    label = "eu.simphony-project.docker.ui_name"
    for name, shown in (("b", "Zebra"), ("a", "apple"), ("c", "Bee")):
        story.manager.image_list.append(
            Image.from_docker_dict(
                {"Id": f"sha256:{name}", "RepoTags": [f"{name}:latest"], "Labels": {label: shown}}
            )
        )
    story.database.grants["alice"] = []
    for mapping_id, image in (("1", "b"), ("2", "a"), ("3", "missing"), ("4", "c:latest")):
        story.database.grant(mapping_id, image)
    container = await story.launch("4")
    found = await story.launcher.applications(ALICE)
    assert [item.image.ui_name for item in found] == ["apple", "Bee", "Zebra"]
    assert [item.container and item.container.url_id for item in found] == [
        None,
        container.url_id,
        None,
    ]
    assert [item.accounting.id for item in found] == [item.mapping_id for item in found]


async def test_unknown_user_sees_nothing(tell: Any) -> None:
    """A user unknown to the database sees an empty list; grants show at the next look."""
    story = await tell()
    bob = User(name="bob")
    assert await story.launcher.applications(bob) == []
    story.database.grants["bob"] = story.database.grants["alice"]
    assert len(await story.launcher.applications(bob)) == 1


async def test_containers(tell: Any) -> None:
    """What this user runs, and nobody else's."""
    story = await tell()
    container = await story.launch()
    assert await story.launcher.containers(ALICE) == [container]
    assert await story.launcher.containers(User(name="bob")) == []


# --- after a process was killed -----------------------------------------------------------------


async def test_remains_that_get_ready_stay(tell: Any) -> None:
    """A start that was cut short but gets ready is kept: the gate publishes it by its labels."""
    story = await tell()
    container = await story.launch()
    await story.launcher.remove_remains(ALICE)
    assert story.manager.remains_removed == 1
    assert list(story.manager.running.values()) == [container]


async def test_remains_that_never_get_ready_go(tell: Any) -> None:
    """A young container that is not ready at the deadline of its start is removed."""
    story = await tell(NeverReady(), network_timeout=1.2)
    young = await story.manager.start_container(
        "alice", "app", "m1", "/user/alice", {}, {}, on_missing_source=print
    )
    young.created -= 1.1
    old = await story.manager.start_container(
        "alice", "app", "m2", "/user/alice", {}, {}, on_missing_source=print
    )
    old.created -= 100
    await story.launcher.remove_remains(ALICE)
    assert list(story.manager.running.values()) == [old]
