"""The main job on real parts: Hub, proxy, gate, processes, Docker; nothing is simulated."""

import asyncio
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import websockets

from tests.integration.deployment import Deployment, Visitor, eventually
from tests.integration.memory import memory_of

TINY = "remoteapp/tiny:latest"
JUPYTER = "remoteapp/jupyter:latest"


def start(deployment: Deployment, visitor: Visitor, mapping_id: str) -> str:
    """Start an application as the page does; the path of its address."""
    answer = deployment.api(visitor, "POST", "containers/", json={"mapping_id": mapping_id})
    assert answer.status_code == 201, answer.text
    url_id = answer.headers["Location"].rstrip("/").rpartition("/")[2]
    return f"{visitor.home}containers/{url_id}/"


def quit_all(deployment: Deployment, visitor: Visitor) -> None:
    """Stop whatever the visitor runs, and find nothing of it left."""
    for url_id in deployment.api(visitor, "GET", "containers/").json()["identifiers"]:
        answer = deployment.api(visitor, "DELETE", f"containers/{url_id}/")
        assert answer.status_code == 204, answer.text
    running = [c for c in deployment.containers() if c.status == "running"]
    assert not [c for c in running if f"-{visitor.name}-" in c.name]


@pytest.fixture
def alice(deployment: Deployment) -> Iterator[Visitor]:
    """alice at her home page; what she runs is stopped afterwards."""
    visitor = deployment.enter("alice")
    yield visitor
    fresh = deployment.enter("alice")
    quit_all(deployment, fresh)


def ws_cookies(visitor: Visitor) -> dict[str, str]:
    """The cookies that a browser would send with a WebSocket of that visitor."""
    pairs = [f"{c.name}={c.value}" for c in visitor.cookies if c.path != "/hub/"]
    return {"Cookie": "; ".join(pairs)}


def socket_url(deployment: Deployment, path: str) -> str:
    return deployment.url.replace("http:", "ws:") + path


def test_an_application_is_started_used_and_stopped(deployment: Deployment, alice: Visitor) -> None:
    """A 201 means that the address works; after the stop nothing is left: no container, no
    route, no network.
    """
    mapping = deployment.grant(TINY, "alice")
    listed = deployment.api(alice, "GET", "applications/").json()
    assert mapping in listed["identifiers"]
    assert "container" not in listed["items"][mapping]
    path = start(deployment, alice, mapping)
    page = alice.get(path)
    assert page.status_code == 200
    assert "It works" in page.text
    item = deployment.api(alice, "GET", "applications/").json()["items"][mapping]
    assert item["container"]["url_id"] in path
    quit_all(deployment, alice)
    assert deployment.container_routes() == {}
    assert deployment.containers() == []
    assert deployment.networks() == []
    gone = alice.get(path)
    assert gone.status_code == 404
    assert "not running" in gone.text


def test_somebody_else_gets_nothing(deployment: Deployment, alice: Visitor) -> None:
    """Another user gets, over HTTP and WebSocket, what an unknown address gives."""
    path = start(deployment, alice, deployment.grant(TINY, "alice"))
    bob = deployment.enter("bob")
    theirs = bob.get(path)
    unknown = bob.get(path.replace(path[-33:-1], "0" * 32))
    assert theirs.status_code == 404
    assert "It works" not in theirs.text
    assert unknown.status_code in (403, 404)
    for headers in (ws_cookies(bob), {"Authorization": f"token {deployment.token('bob')}"}):
        with pytest.raises(websockets.InvalidStatus) as refusal:
            asyncio.run(_connect(socket_url(deployment, path), headers, deployment.url))
        assert refusal.value.response.status_code == 404


def test_nobody_gets_in_without_a_login(deployment: Deployment, alice: Visitor) -> None:
    """A page leads to the login; a fetch and a WebSocket are refused."""
    path = start(deployment, alice, deployment.grant(TINY, "alice"))
    page = requests.get(deployment.url + path, timeout=10)
    assert "/hub/login" in page.url
    fetched = requests.get(
        deployment.url + path,
        headers={"Sec-Fetch-Mode": "cors"},
        timeout=10,
        allow_redirects=False,
    )
    assert fetched.status_code == 403
    with pytest.raises(websockets.InvalidStatus) as refusal:
        asyncio.run(_connect(socket_url(deployment, path), {}, deployment.url))
    assert refusal.value.response.status_code == 403


def test_an_administrator_may_look(deployment: Deployment, alice: Visitor) -> None:
    """Administrators enter any container of the realm."""
    path = start(deployment, alice, deployment.grant(TINY, "alice"))
    admin = deployment.login("admin")
    assert "It works" in admin.get(path).text


def test_the_container_sees_none_of_our_secrets(deployment: Deployment, alice: Visitor) -> None:
    """Neither the Hub's cookies nor ours, nor a Hub token, reach the container."""
    path = start(deployment, alice, deployment.grant(TINY, "alice"))
    assert "It works" in alice.get(path).text
    names = {cookie.name for cookie in alice.cookies}
    assert {"jupyterhub-user-alice", "jupyterhub-session-id"} <= names
    seen = alice.get(f"{path}request.cgi", headers={"Cookie-Check": "1"}).text
    for cookie in alice.cookies:
        assert str(cookie.value) not in seen, cookie.name
    token = deployment.token("alice")
    answer = requests.get(
        f"{deployment.url}{path}request.cgi",
        headers={"Authorization": f"token {token}"},
        timeout=10,
    )
    assert answer.status_code == 200
    assert token not in answer.text


def test_a_killed_process_loses_nothing(deployment: Deployment, alice: Visitor) -> None:
    """While the per-user process is dead its applications answer; after the next login they
    are listed.
    """
    mapping = deployment.grant(TINY, "alice")
    path = start(deployment, alice, mapping)
    assert alice.get(path).ok
    deployment.kill(deployment.process("alice"), signal.SIGKILL)
    assert "It works" in alice.get(path).text
    eventually(lambda: deployment.server("alice") is None, 60, "the Hub sees it")
    again = deployment.enter("alice")
    item = deployment.api(again, "GET", "applications/").json()["items"][mapping]
    assert item["container"]["url_id"] in path
    assert "It works" in again.get(path).text


def test_addresses_come_back_by_themselves(deployment: Deployment, alice: Visitor) -> None:
    """Kill the proxy, then the gate: within seconds the address works again."""
    path = start(deployment, alice, deployment.grant(TINY, "alice"))
    assert alice.get(path).ok
    works = lambda: "It works" in alice.get(path).text  # noqa: E731
    deployment.kill(deployment.proxy_pid(), signal.SIGKILL)
    eventually(works, 20, "the address after the proxy was killed")
    for pid in deployment.gate_pids():
        deployment.kill(pid, signal.SIGKILL)
    eventually(works, 20, "the address after the gate was killed")


def test_a_dead_container_loses_its_address(deployment: Deployment, alice: Visitor) -> None:
    """What dies by itself is not listed, and its route goes, without anybody asking."""
    mapping = deployment.grant(TINY, "alice")
    start(deployment, alice, mapping)
    assert deployment.container_routes()
    deployment.containers()[0].kill()
    eventually(lambda: deployment.container_routes() == {}, 5, "the route is gone")
    items = deployment.api(alice, "GET", "applications/").json()["items"]
    assert "container" not in items[mapping]
    # The dead one makes room for the next start, and nothing is left after its stop.
    start(deployment, alice, mapping)
    quit_all(deployment, alice)
    assert deployment.containers() == []


def test_a_logout_cuts_open_connections(deployment: Deployment, alice: Visitor) -> None:
    """A WebSocket of somebody who logs out is cut within a second."""
    path = start(deployment, alice, deployment.grant(JUPYTER, "alice"))
    assert alice.get(path).ok
    url = socket_url(deployment, f"{path}api/events/subscribe")

    async def until_cut() -> float:
        async with websockets.connect(
            url, additional_headers=ws_cookies(alice), origin=deployment.url, proxy=None
        ) as channel:
            await asyncio.sleep(0.5)
            before = time.monotonic()
            await asyncio.to_thread(alice.get, "/hub/logout")
            async with asyncio.timeout(10):
                await channel.wait_closed()
            return time.monotonic() - before

    # The logout itself takes a few milliseconds of it.
    assert asyncio.run(until_cut()) < 1.5


def test_a_stop_cuts_open_connections(deployment: Deployment, alice: Visitor) -> None:
    """A WebSocket into a container ends with the container's address."""
    path = start(deployment, alice, deployment.grant(JUPYTER, "alice"))
    assert alice.get(path).ok
    url = socket_url(deployment, f"{path}api/events/subscribe")

    async def until_cut() -> None:
        async with websockets.connect(
            url, additional_headers=ws_cookies(alice), origin=deployment.url, proxy=None
        ) as channel:
            stop = asyncio.create_task(asyncio.to_thread(quit_all, deployment, alice))
            async with asyncio.timeout(2):
                await channel.wait_closed()
            await stop

    asyncio.run(until_cut())


def test_another_site_cannot_use_the_login(deployment: Deployment, alice: Visitor) -> None:
    """A page of another site that opens a WebSocket with the user's cookies is refused."""
    path = start(deployment, alice, deployment.grant(TINY, "alice"))
    assert alice.get(path).ok
    with pytest.raises(websockets.InvalidStatus) as refusal:
        asyncio.run(
            _connect(socket_url(deployment, path), ws_cookies(alice), "https://evil.example")
        )
    assert refusal.value.response.status_code in (403, 404)


def test_big_transfers_pass(deployment: Deployment, alice: Visitor) -> None:
    """A download and an upload of 100 MB arrive whole, and the gate does not grow by them."""
    path = start(deployment, alice, deployment.grant(TINY, "alice"))
    assert alice.get(path).ok
    before = memory_of(deployment.gate_pids()).resident
    size = 100 * 1024 * 1024
    received = 0
    with alice.get(f"{path}download.cgi?{size}", stream=True) as answer:
        assert answer.status_code == 200
        for chunk in answer.iter_content(1 << 20):
            received += len(chunk)
    assert received == size
    chunks = (bytes(1 << 20) for _ in range(100))
    headers = {"Content-Length": str(size), "Origin": deployment.url}
    answer = alice.post(f"{path}upload.cgi", data=Sized(chunks, size), headers=headers)
    assert str(size) in answer.text
    assert memory_of(deployment.gate_pids()).resident - before < 32 << 20


class Sized:
    """An iterator of bytes with a length, which requests sends without chunks."""

    def __init__(self, chunks: Iterator[bytes], size: int) -> None:
        self._chunks = chunks
        self._size = size

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks


async def _connect(url: str, headers: dict[str, str], origin: str) -> Any:
    async with websockets.connect(
        url, additional_headers=headers, origin=origin, proxy=None
    ) as channel:
        return channel
