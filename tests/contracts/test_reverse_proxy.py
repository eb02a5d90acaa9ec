"""What a proxy's client must do, over the real proxy and over the fake that unit tests use."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from yarl import URL

from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.services.reverse_proxy import ReverseProxy
from tests.fakes.gate_site import FakeContainer, FakeProxy
from tests.fakes.proxy import RealProxy

ALICE = "/user/alice/containers/0"
BOB = "/user/bob%20smith%2B1@x.org/containers/1"
TARGET = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def real() -> Iterator[RealProxy]:
    """One proxy for all tests that leave it as it was."""
    with RealProxy() as running:
        yield running


@pytest_asyncio.fixture(params=["real", "fake"])
async def proxy(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    """Each implementation, with no routes of ours."""
    if request.param == "fake":
        yield FakeProxy()
        return
    running: RealProxy = request.getfixturevalue("real")
    client = ReverseProxy(running.api_url, running.token, realm="contract")
    for path in await client.routes():
        await client.unregister(path.replace(" ", "%20"))
    yield client
    await client.close()


async def raw(running: RealProxy, method: str, path: str, **arguments: Any) -> Any:
    """The proxy's API as the Hub speaks it."""
    headers = {"Authorization": f"token {running.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, f"{running.api_url}/api/routes{path}", **arguments) as answer,
    ):
        return await answer.json() if method == "GET" else answer.status


# --- the contract ------------------------------------------------------------------------


async def test_a_route_that_was_registered_is_there(proxy: Any) -> None:
    """Registered, it is listed, and can be asked for by itself."""
    await proxy.register(ALICE, TARGET)
    assert await proxy.routes() == {ALICE: TARGET}
    assert await proxy.target(ALICE) == TARGET


async def test_registering_again_changes_the_target(proxy: Any) -> None:
    """There is one route for one path."""
    await proxy.register(ALICE, "http://127.0.0.1:2")
    await proxy.register(ALICE, TARGET)
    assert await proxy.routes() == {ALICE: TARGET}


async def test_what_is_not_there_is_none(proxy: Any) -> None:
    """No route: no target."""
    assert await proxy.target(ALICE) is None


async def test_unregister(proxy: Any) -> None:
    """Afterwards it is gone; one that is gone already is fine."""
    await proxy.register(ALICE, TARGET)
    await proxy.unregister(ALICE)
    await proxy.unregister(ALICE)
    assert await proxy.routes() == {}


async def test_names_with_every_character(proxy: Any) -> None:
    """Paths go in as they stand in URLs and come back decoded."""
    await proxy.register(BOB, TARGET)
    assert await proxy.routes() == {"/user/bob smith+1@x.org/containers/1": TARGET}
    assert await proxy.target(BOB) == TARGET
    await proxy.unregister(BOB)
    assert await proxy.routes() == {}


# --- what only the real one can show ---------------------------------------------------------


async def test_requests_arrive_with_their_path(real: RealProxy) -> None:
    """However the browser writes the path, it leads to the target, and as it was written."""
    client = ReverseProxy(real.api_url, real.token)
    async with FakeContainer().running() as container, aiohttp.ClientSession() as browser:
        await client.register(BOB, container.url)
        for written in ("/user/bob%20smith%2B1@x.org/", "/user/bob%20smith+1%40x.org/"):
            url = URL(f"{real.url}{written}containers/1/a%2Fb?x=%2F", encoded=True)
            async with browser.get(url) as answer:
                assert answer.status == 200
        seen = [received.line for received in container.received]
    await client.unregister(BOB)
    await client.close()
    assert seen == [
        "GET /user/bob%20smith%2B1@x.org/containers/1/a%2Fb?x=%2F HTTP/1.1",
        "GET /user/bob%20smith+1%40x.org/containers/1/a%2Fb?x=%2F HTTP/1.1",
    ]


async def test_routes_of_others_are_left_alone(real: RealProxy) -> None:
    """The Hub's routes and those of other realms are neither listed nor called ours."""
    ours = ReverseProxy(real.api_url, real.token, realm="ours")
    theirs = ReverseProxy(real.api_url, real.token, realm="theirs")
    await raw(real, "POST", "/user/alice", json={"target": TARGET, "jupyterhub": True})
    await theirs.register("/user/carol/containers/1", TARGET)
    await ours.register(ALICE, TARGET)
    assert await ours.routes() == {ALICE: TARGET}
    assert await ours.target("/user/alice") is None
    assert await ours.target("/user/carol/containers/1") is None
    table = await raw(real, "GET", "")
    assert "jupyterhub" not in table[ALICE]
    for path in ("/user/alice", "/user/carol/containers/1", ALICE):
        await raw(real, "DELETE", path)
    await ours.close()
    await theirs.close()


async def test_a_wrong_token_is_said(real: RealProxy) -> None:
    """Without repeating it."""
    client = ReverseProxy(real.api_url, "wrong-token")
    with pytest.raises(ServiceUnavailable, match="refuses") as refusal:
        await client.routes()
    assert "wrong-token" not in str(refusal.value)
    await client.close()


async def test_a_proxy_that_is_away_and_back() -> None:
    """Away: ``ServiceUnavailable``. Back: no routes, and the same client works."""
    with RealProxy() as running:
        client = ReverseProxy(running.api_url, running.token)
        await client.register(ALICE, TARGET)
        running.kill()
        for call in (client.routes(), client.register(ALICE, TARGET), client.unregister(ALICE)):
            with pytest.raises(ServiceUnavailable):
                await call
        running.start()
        assert await client.routes() == {}
        await client.register(ALICE, TARGET)
        assert await client.target(ALICE) == TARGET
        await client.close()


async def test_host_routing() -> None:
    """With one host for each part, routes are under the host, and listed without it."""
    with RealProxy("--host-routing") as running:
        client = ReverseProxy(running.api_url, running.token, host="apps.example")
        async with FakeContainer().running() as container, aiohttp.ClientSession() as browser:
            await client.register(ALICE, container.url)
            url = f"{running.url}{ALICE}/"
            async with browser.get(url, headers={"Host": "apps.example"}) as answer:
                assert answer.status == 200
            async with browser.get(url, headers={"Host": "other.example"}) as answer:
                assert answer.status == 404
        assert await client.routes() == {ALICE: container.url}
        await client.unregister(ALICE)
        assert await client.routes() == {}
        await client.close()


async def test_over_a_unix_socket(tmp_path: pathlib.Path) -> None:
    """The API may be where only its group can reach it."""
    with RealProxy(api_socket=str(tmp_path / "chp.sock")) as running:
        client = ReverseProxy(running.api_url, running.token)
        await client.register(ALICE, TARGET)
        assert await client.routes() == {ALICE: TARGET}
        await client.close()
