"""remoteappmanager.docker.container_manager: what needs no Docker. The rest: tests/contracts."""

from __future__ import annotations

import pytest

from remoteappmanager.docker.container_manager import ContainerManager
from remoteappmanager.exceptions import InvalidRequest


async def test_remote_docker_needs_published_ports(caplog: pytest.LogCaptureFixture) -> None:
    """Addresses of containers on another host are not reached; the log says what to set."""
    manager = ContainerManager({"base_url": "tcp://127.0.0.1:2375"})
    assert not manager.is_local
    assert "host-port" in caplog.text
    await manager.close()


async def test_ports_are_published_on_the_docker_host() -> None:
    """host-port: on 127.0.0.1, or on the Docker host's address where Docker is remote."""
    for base_url, address in (("unix:///x.sock", "127.0.0.1"), ("tcp://127.0.0.2:1", "127.0.0.2")):
        manager = ContainerManager({"base_url": base_url}, network="host-port")
        assert (await manager._reachable_policy()).publish_address == address
        await manager.close()


@pytest.mark.parametrize(
    ("network", "internet"), [("host", True), ("", True), ("host-port", False)]
)
def test_contradictions(network: str, internet: bool) -> None:
    """Settings that cannot hold together are refused at start."""
    with pytest.raises(ValueError, match="container_"):
        ContainerManager({}, network=network, internet=internet)


@pytest.mark.parametrize(
    ("user", "image", "mapping_id", "base", "environment", "names"),
    [
        ("", "app", "m", "/user/a", {}, "user name"),
        ("a\n", "app", "m", "/user/a", {}, "user name"),
        ("a", "../x", "m", "/user/a", {}, "image name"),
        ("a", "app", "", "/user/a", {}, "mapping id"),
        ("a", "app", "m", "user/a", {}, "base URL path"),
        ("a", "app", "m", "/user/a", {"A B": "x"}, "A B"),
        ("a", "app", "m", "/user/a", {"A": "\0"}, "A"),
    ],
)
async def test_input_is_checked_before_docker_is_asked(
    user: str, image: str, mapping_id: str, base: str, environment: dict[str, str], names: str
) -> None:
    """Names, labels and environment are validated where they enter: no Docker is there."""
    manager = ContainerManager({"base_url": "unix:///no/such/docker.sock"})
    with pytest.raises(InvalidRequest, match=names):
        await manager.start_container(user, image, mapping_id, base, {}, environment)
    await manager.close()
