"""remoteappmanager.docker.networks: what several processes do to one another's network."""

from __future__ import annotations

from typing import Any

import pytest

from remoteappmanager.docker.async_docker_client import DockerRefused
from remoteappmanager.docker.networks import RealmNetwork
from remoteappmanager.docker.spec import NetworkPolicy
from remoteappmanager.exceptions import NotFound, RemoteAppError, ServiceUnavailable

ICC = "com.docker.network.bridge.enable_icc"


class Client:
    """Docker's networks as a list."""

    def __init__(self, *networks: dict[str, Any]) -> None:
        self.listed = list(networks)
        self.running: list[dict[str, Any]] = []
        self.removal: Exception | None = None
        self.calls: list[str] = []

    async def networks(self, filters: Any) -> list[dict[str, Any]]:
        self.calls.append("networks")
        return self.listed

    async def containers(self, **arguments: Any) -> list[dict[str, Any]]:
        self.calls.append("containers")
        return self.running

    async def create_network(self, **arguments: Any) -> dict[str, Any]:
        self.calls.append("create_network")
        made = {"Id": "new", "Internal": arguments["internal"], "Created": "2030"}
        self.listed.append(made | {"Options": arguments["options"]})
        return made

    async def remove_network(self, network_id: str) -> None:
        self.calls.append("remove_network")
        if self.removal:
            raise self.removal


def network(network_id: str, created: str = "2020", icc: str = "false", **more: Any) -> Any:
    return {"Id": network_id, "Created": created, "Options": {ICC: icc}, "Internal": False} | more


@pytest.mark.parametrize(
    ("listed", "internet", "expected"),
    [
        ([], True, "new"),
        ([network("a")], True, "a"),
        ([network("b", "2021"), network("a", "2022")], True, "b"),
        ([network("b"), network("a")], True, "a"),
        ([network("a", icc="true")], True, "new"),
        ([network("a", Options=None)], True, "a"),
        ([network("a", Internal=True)], True, "new"),
        ([network("a", Internal=True), network("b")], False, "a"),
    ],
)
async def test_ensure(listed: list[Any], internet: bool, expected: str) -> None:
    """The oldest that fits is taken by all; one that would let containers meet never is."""
    client = Client(*listed)
    realm_network = RealmNetwork(client, "r")  # type: ignore[arg-type]
    assert await realm_network.ensure(NetworkPolicy(internet=internet)) == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NotFound("Docker: network abc not found"), True),
        (NotFound("Docker: No such container: abc"), False),
        (DockerRefused("Docker: network is down", 500), False),
        (ServiceUnavailable("Docker"), False),
    ],
)
def test_is_gone(error: RemoteAppError, expected: bool) -> None:
    """Only a network that was removed is worth a second try."""
    assert RealmNetwork.is_gone(error) is expected


@pytest.mark.parametrize(
    ("removal", "complains"),
    [
        (None, False),
        (NotFound("gone"), False),
        (DockerRefused("network x has active endpoints", 403), False),
        (DockerRefused("driver failed", 500), True),
        (ServiceUnavailable("Docker"), True),
    ],
)
async def test_removal(
    removal: Exception | None, complains: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Best effort: a network in use is none of our business, anything else is logged."""
    client = Client(network("a"))
    client.removal = removal
    await RealmNetwork(client, "r").remove_unused()  # type: ignore[arg-type]
    assert client.calls[-1] == "remove_network"
    assert bool(caplog.records) is complains


async def test_no_removal_while_something_runs_or_starts() -> None:
    """Docker is not even asked where a container of the realm runs, or one is being started."""
    client = Client(network("a"))
    realm_network = RealmNetwork(client, "r")  # type: ignore[arg-type]
    async with realm_network.in_use():
        await realm_network.remove_unused()
    assert client.calls == []
    client.running = [{"Id": "c"}]
    await realm_network.remove_unused()
    assert client.calls == ["containers"]
