"""The gate's composition: what it needs, and where it sends."""

from __future__ import annotations

import socket

import pytest

from remoteappmanager import gate_application
from remoteappmanager.environment_config import EnvironmentConfig
from remoteappmanager.exceptions import ConfigurationError
from remoteappmanager.file_config import FileConfig
from remoteappmanager.gate.access import Destination
from remoteappmanager.gate.workers import LocalWorker
from remoteappmanager.gate_application import GateApplication

ENVIRONMENT = {
    "api_token": "own-token",
    "api_url": "http://127.0.0.1:1/hub/api",
    "base_url": "/",
    "service_url": "http://127.0.0.1:0",
    "service_prefix": "/services/remoteappgate/",
    "client_id": "service-remoteappgate",
    "proxy_api_url": "http://127.0.0.1:1",
    "proxy_api_token": "proxy-token",
}
PLACE = Destination("1", "d", "alice", "/user/alice/containers/1", "http://10.0.0.2:8888")


def application(file: FileConfig | None = None, **changes: str) -> GateApplication:
    """A gate that has not been started."""
    return GateApplication(file or FileConfig(), EnvironmentConfig(**{**ENVIRONMENT, **changes}))


@pytest.mark.parametrize(
    "missing, variable",
    [
        ("api_token", "JUPYTERHUB_API_TOKEN"),
        ("proxy_api_token", "CONFIGPROXY_AUTH_TOKEN"),
        ("service_url", "JUPYTERHUB_SERVICE_URL"),
    ],
)
async def test_what_is_missing_is_named(missing: str, variable: str) -> None:
    """One readable line; and without its secrets the gate does not start at all."""
    with pytest.raises(ConfigurationError, match=variable):
        application(**{missing: ""})


async def test_logins_survive_a_restart() -> None:
    """What signs our cookies comes from the proxy's pinned token, and is not that token."""
    first, second = application(), application()
    assert first.cookie_secret == second.cookie_secret
    assert b"proxy-token" not in first.cookie_secret
    assert application(proxy_api_token="other").cookie_secret != first.cookie_secret


async def test_the_cookie_is_for_the_whole_hub_and_for_this_site_only() -> None:
    """Containers are not under the gate's prefix; other sites' pages do not send it."""
    oauth = application(base_url="/jupyter/").hub.oauth
    assert oauth.cookie_path == "/jupyter/"
    assert oauth.cookie_options["samesite"] == "Lax"
    assert oauth.cache_max_age <= 60


@pytest.mark.parametrize(
    "access, target", [("gated", "http://127.0.0.1:7"), ("direct", PLACE.address)]
)
async def test_where_the_proxy_sends_requests(access: str, target: str) -> None:
    """To the gate, or with ``direct`` to the container itself."""
    gate = application(FileConfig(container_access=access))
    gate.workers = [LocalWorker(gate.forwarder, "http://127.0.0.1:7")]
    assert gate.target(PLACE) == target


@pytest.mark.parametrize(
    "url, host",
    [
        ("http://127.0.0.1:80/services/x/", "127.0.0.1"),
        ("http://10.1.2.3", "10.1.2.3"),
        ("http://0.0.0.0:80", "127.0.0.1"),
        ("http://[::1]:80", "[::1]"),
        ("http://:80", "127.0.0.1"),
    ],
)
def test_the_address_that_the_proxy_is_told(url: str, host: str) -> None:
    """As the Hub calls us, with the port that we have."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert gate_application._address(url, [listener]) == f"http://{host}:{port}"


async def test_a_port_that_is_taken_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """After some patience with an earlier gate that is just ending."""
    monkeypatch.setattr(gate_application, "_PORT_PATIENCE", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as other:
        url = f"http://127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(ConfigurationError, match="Cannot listen"):
            await application(service_url=url).run()


async def test_a_stop_leaves_the_routes() -> None:
    """Applications run on while the gate restarts: nothing is unregistered."""
    gate = application()
    calls: list[str] = []

    async def unregister(urlpath: str) -> None:
        calls.append(urlpath)

    gate.proxy.unregister = unregister  # type: ignore[method-assign]
    gate.registrar.table = {"1": PLACE}
    gate.stop()
    await gate.run()
    assert calls == []
