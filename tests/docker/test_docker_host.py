"""remoteappmanager.docker.docker_host"""

from __future__ import annotations

import pytest

from remoteappmanager.docker.docker_host import is_local, reachable_address, socket_path
from remoteappmanager.exceptions import ServiceUnavailable


@pytest.mark.parametrize(
    ("base_url", "local", "path"),
    [
        ("", True, "/var/run/docker.sock"),
        ("unix:///run/x.sock", True, "/run/x.sock"),
        ("unix://var/run/docker.sock", True, "/var/run/docker.sock"),
        ("tcp://10.0.0.5:2376", False, None),
        ("https://docker.x.org:2376", False, None),
        ("ssh://me@host", False, None),
    ],
)
def test_where_docker_runs(base_url: str, local: bool, path: str | None) -> None:
    """A socket is on this host, everything else is elsewhere."""
    assert is_local(base_url) is local
    assert socket_path(base_url) == path


async def test_reachable_address() -> None:
    """Ports are published on the Docker host's address."""
    assert await reachable_address("tcp://127.0.0.1:2375") == "127.0.0.1"
    assert await reachable_address("tcp://localhost:2375") == "127.0.0.1"
    with pytest.raises(ServiceUnavailable, match="unknown"):
        await reachable_address("tcp://no-such-host.invalid:2375")
