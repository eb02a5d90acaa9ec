"""remoteappmanager.docker.starting: the twists of a start that a real engine shows too rarely."""

from __future__ import annotations

import asyncio
import concurrent.futures
from contextlib import asynccontextmanager
from typing import Any

import pytest

from remoteappmanager.docker.async_docker_client import DockerRefused
from remoteappmanager.docker.networks import RealmNetwork
from remoteappmanager.docker.spec import Limits, Mount, NetworkPolicy, Security
from remoteappmanager.docker.starting import MAX_STARTS, Starter
from remoteappmanager.exceptions import NotFound, ServiceUnavailable


class Client:
    """Creates, starts and removes containers by name; may fail at each."""

    def __init__(self) -> None:
        self.made: set[str] = set()
        self.removed: list[str] = []
        self.start_failures: list[Exception] = []
        self.create_failures: list[Exception] = []
        self.mounts: list[list[str]] = []
        self.starting = self.most_starting = 0
        self.gate: asyncio.Event | None = None

    def submit(self, method: str, **arguments: Any) -> concurrent.futures.Future[Any]:
        pending: concurrent.futures.Future[Any] = concurrent.futures.Future()
        self.mounts.append([item["Source"] for item in arguments["host_config"]["Mounts"]])
        if self.create_failures:
            pending.set_exception(self.create_failures.pop(0))
        else:
            self.made.add(arguments["name"])
            pending.set_result({"Id": arguments["name"]})
        return pending

    async def result(self, pending: Any, method: str, arguments: Any) -> Any:
        return await asyncio.wrap_future(pending)

    async def start(self, docker_id: str) -> None:
        self.starting += 1
        self.most_starting = max(self.starting, self.most_starting)
        try:
            if self.gate:
                await self.gate.wait()
            if self.start_failures:
                raise self.start_failures.pop(0)
        finally:
            self.starting -= 1

    async def inspect_container(self, docker_id: str) -> dict[str, Any]:
        return {"Id": docker_id, "Name": f"/{docker_id}", "State": {"Status": "running"}}

    async def remove_container(self, docker_id: str, **arguments: Any) -> None:
        assert arguments == {"v": True, "force": True}
        if docker_id not in self.made:
            raise NotFound(docker_id)
        self.made.remove(docker_id)
        self.removed.append(docker_id)


class Network:
    """A network that is always there."""

    is_gone = staticmethod(RealmNetwork.is_gone)

    def __init__(self) -> None:
        self.ensured = 0

    async def ensure(self, policy: NetworkPolicy) -> str:
        self.ensured += 1
        return "net"

    @asynccontextmanager
    async def in_use(self) -> Any:
        yield


def arguments(name: str = "n", *sources: str) -> dict[str, Any]:
    return {
        "name": name,
        "image": "app",
        "labels": {},
        "environment": {},
        "mounts": [Mount(source, f"/t{source}", "ro") for source in sources],
        "limits": Limits(),
        "security": Security(),
    }


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def starter(client: Client) -> Starter:
    return Starter(client, Network())  # type: ignore[arg-type]


def ignore(source: str) -> None:
    pass


GONE = "Docker: network net not found"


async def test_network_removed_under_a_start(client: Client, starter: Starter) -> None:
    """A start whose network is removed under it is tried again, and leaves one container."""
    client.start_failures = [NotFound(GONE), NotFound(GONE)]
    await starter.start(NetworkPolicy(), arguments(), ignore)
    assert client.made == {"n"} and client.removed == ["n", "n"]
    assert starter._network.ensured == 3  # type: ignore[attr-defined]


async def test_network_removed_again_and_again(client: Client, starter: Starter) -> None:
    """There is an end to trying, and nothing is left."""
    client.start_failures = [NotFound(GONE)] * 10
    with pytest.raises(NotFound):
        await starter.start(NetworkPolicy(), arguments(), ignore)
    assert client.made == set()


async def test_missing_sources(client: Client, starter: Starter) -> None:
    """Each source that Docker does not find is left out and told, one after the other."""
    words = 'Docker: invalid mount config for type "bind": bind source path does not exist: '
    client.create_failures = [DockerRefused(f"{words}/a", 400), DockerRefused(f"{words}/b", 400)]
    told: list[str] = []
    await starter.start(NetworkPolicy(), arguments("n", "/a", "/b", "/c"), told.append)
    assert client.mounts == [["/a", "/b", "/c"], ["/b", "/c"], ["/c"]]
    assert told == ["/a", "/b"]


async def test_other_refusals_are_not_tried_again(client: Client, starter: Starter) -> None:
    """A refusal about anything else, or about a path that is not ours, is the answer."""
    for text in ("no space", "bind source path does not exist: /other"):
        client.create_failures = [DockerRefused(text, 400)]
        with pytest.raises(DockerRefused, match=text):
            await starter.start(NetworkPolicy(), arguments("n", "/a"), ignore)
    assert client.made == set()


async def test_create_whose_answer_was_lost(client: Client, starter: Starter) -> None:
    """What Docker made although the connection broke is found by its unique name."""
    client.create_failures = [ServiceUnavailable("Docker")]
    with pytest.raises(ServiceUnavailable):
        await starter.start(NetworkPolicy(), arguments(), ignore)
    client.made.add("n")
    await starter.close()
    assert client.removed == ["n"]


async def test_concurrent_starts_are_capped(client: Client, starter: Starter) -> None:
    """More starts at a time than about two for each processor only make each slower."""
    client.gate = asyncio.Event()
    starts = [
        asyncio.create_task(starter.start(NetworkPolicy(), arguments(f"n{number}"), ignore))
        for number in range(MAX_STARTS + 3)
    ]
    for _ in range(50):
        await asyncio.sleep(0)
    assert client.starting == MAX_STARTS
    client.gate.set()
    await asyncio.gather(*starts)
    assert client.most_starting == MAX_STARTS
    assert len(client.made) == MAX_STARTS + 3
    assert starter.in_flight == set()
