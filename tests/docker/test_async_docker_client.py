"""remoteappmanager.docker.async_docker_client, against an HTTP server that says what is wanted."""

from __future__ import annotations

import asyncio
import concurrent.futures
import pathlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from remoteappmanager.docker.async_docker_client import AsyncDockerClient, DockerRefused
from remoteappmanager.exceptions import NotFound, ServiceUnavailable

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Daemon:
    """Answers the version, and everything else as ``answer`` says."""

    def __init__(self, path: pathlib.Path) -> None:
        self.base_url = f"unix://{path}"
        self.path = path
        self.requests: list[str] = []
        self.answer: Answer = self.empty_list

    async def empty_list(self, request: web.Request) -> web.Response:
        return web.json_response([])

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/version":
            return web.json_response({"ApiVersion": "1.41"})
        self.requests.append(f"{request.method} {request.path}")
        return await self.answer(request)

    async def start(self) -> None:
        application = web.Application()
        application.router.add_route("*", "/{tail:.*}", self._handle)
        self._runner = web.AppRunner(application, shutdown_timeout=0.01)
        await self._runner.setup()
        await web.UnixSite(self._runner, str(self.path)).start()

    async def stop(self) -> None:
        await self._runner.cleanup()


@pytest.fixture
async def daemon(tmp_path: pathlib.Path) -> AsyncIterator[Daemon]:
    made = Daemon(tmp_path / "d.sock")
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def client(daemon: Daemon) -> AsyncIterator[AsyncDockerClient]:
    made = AsyncDockerClient({"base_url": daemon.base_url}, threads=3, timeout=5)
    yield made
    await made.close()


def refusing(status: int, message: str) -> Answer:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"message": message}, status=status)

    return answer


def test_methods_are_those_of_docker() -> None:
    """Every public method of docker-py's own, and none of what lies under it."""
    client = AsyncDockerClient()
    for name in ("containers", "create_container", "start", "stop", "wait", "logs", "pull"):
        assert callable(getattr(client, name)), name
        assert name in dir(client)
    for name in ("_get", "get", "post", "send", "nonsense", "__wrapped__", "headers"):
        with pytest.raises(AttributeError):
            getattr(client, name)


async def test_connects_at_the_first_call(daemon: Daemon, client: AsyncDockerClient) -> None:
    """Making a client asks nothing; so a process starts while Docker is away."""
    assert daemon.requests == []
    assert await client.containers(all=True) == []
    assert daemon.requests == ["GET /v1.41/containers/json"]


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (404, "No such container: x", NotFound),
        (400, "invalid reference format", DockerRefused),
        (409, "removal of container x is already in progress", DockerRefused),
        (500, "driver failed", DockerRefused),
    ],
)
async def test_refusals(
    daemon: Daemon, client: AsyncDockerClient, status: int, message: str, kind: type[Exception]
) -> None:
    """Docker's refusals are told in Docker's words, without addresses and statuses."""
    daemon.answer = refusing(status, message)
    with pytest.raises(kind) as caught:
        await client.inspect_container("x")
    assert str(caught.value) == f"Docker: {message}"
    if isinstance(caught.value, DockerRefused):
        assert caught.value.status == status


async def test_empty_id_is_not_found(client: AsyncDockerClient) -> None:
    """What cannot exist is not found."""
    with pytest.raises(NotFound):
        await client.inspect_container("")


@pytest.mark.parametrize(
    "base_url", ["unix:///no/such/docker.sock", "tcp://127.0.0.1:1", "tcp://no-such.invalid:1"]
)
async def test_docker_is_away(base_url: str) -> None:
    """Connection errors are ServiceUnavailable, in words for users."""
    client = AsyncDockerClient({"base_url": base_url}, timeout=5)
    with pytest.raises(ServiceUnavailable, match="Docker is not available"):
        await client.containers()
    await client.close()


async def test_answers_that_break_off(daemon: Daemon, client: AsyncDockerClient) -> None:
    """A daemon that dies while it answers is away, not a bug of ours."""

    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    daemon.answer = answer
    with pytest.raises(ServiceUnavailable):
        await client.containers()
    with pytest.raises(ServiceUnavailable):
        await client.start("x")
    # what only asks was asked again on a new connection, what acts was not
    assert [line.split()[0] for line in daemon.requests] == ["GET", "GET", "POST"]


async def test_restart_between_calls(daemon: Daemon, client: AsyncDockerClient) -> None:
    """After Docker was away the next call works again by itself."""
    assert await client.containers() == []
    await daemon.stop()
    with pytest.raises(ServiceUnavailable):
        await client.containers()
    await daemon.start()
    assert await client.containers() == []


async def test_slow_call_holds_up_nobody(daemon: Daemon, client: AsyncDockerClient) -> None:
    """Several threads: with one, one slow call holds up everyone."""
    release = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        if request.path.endswith("/slow/start"):
            await release.wait()
        return web.json_response([])

    daemon.answer = answer
    slow = asyncio.create_task(client.start("slow"))
    for _ in range(5):
        assert await client.containers() == []
    assert not slow.done()
    release.set()
    await slow


async def test_call_that_takes_too_long(daemon: Daemon) -> None:
    """A call has a deadline, and its thread gets free again."""
    release = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        await release.wait()
        return web.json_response([])

    daemon.answer = answer
    client = AsyncDockerClient({"base_url": daemon.base_url}, threads=1, timeout=0.2)
    with pytest.raises(ServiceUnavailable, match="in time"):
        await client.containers()
    release.set()
    client._timeout = 5
    assert await client.images() == []
    await client.close()


@pytest.mark.parametrize(
    ("method", "arguments", "deadline"),
    [
        ("containers", {}, 5),
        ("stop", {}, 15),
        ("stop", {"timeout": None}, 15),
        ("stop", {"timeout": 2}, 7),
        ("stop", {"timeout": 0}, 5),
        ("wait", {}, None),
        ("wait", {"timeout": None}, None),
        ("wait", {"timeout": 3}, 8),
        ("pull", {}, None),
    ],
)
async def test_deadlines(
    client: AsyncDockerClient, method: str, arguments: dict[str, Any], deadline: float | None
) -> None:
    """The time that Docker itself waits counts on top; None waits for ever."""
    assert client._deadline(method, arguments) == deadline


async def test_closed_client(client: AsyncDockerClient) -> None:
    """Whoever closes it has done with it, and may do so twice."""
    await client.close()
    await client.close()
    with pytest.raises(ServiceUnavailable, match="closed"):
        await client.containers()


async def stream_two_events(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    response.enable_chunked_encoding()
    await response.prepare(request)
    for action in ("start", "die"):
        await response.write(b'{"Action": "%s"}\n' % action.encode())
    await response.write_eof()
    return response


async def test_events(daemon: Daemon, client: AsyncDockerClient) -> None:
    """Events come as they happen; the end of the stream is ServiceUnavailable."""
    daemon.answer = stream_two_events
    seen = []
    with pytest.raises(ServiceUnavailable):
        async for event in client.events(filters={"type": "container"}):
            seen.append(event["Action"])
    assert seen == ["start", "die"]


async def test_events_that_are_left(daemon: Daemon, client: AsyncDockerClient) -> None:
    """A listener that goes away leaves no thread behind, and no pool thread is ever used."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(b'{"Action": "start"}\n')
        await asyncio.Event().wait()
        return response

    daemon.answer = answer
    listeners = [client.events() for _ in range(4)]  # more than the pool has threads
    for listener in listeners:
        assert (await anext(listener))["Action"] == "start"
    threads = [item for item in threading.enumerate() if item.name == "docker-events"]
    assert len(threads) == 4
    for listener in listeners:
        await listener.aclose()
    for thread in threads:
        await asyncio.to_thread(thread.join, 5)
        assert not thread.is_alive()


async def test_events_while_docker_is_away() -> None:
    """There is no waiting for a daemon that does not answer."""
    client = AsyncDockerClient({"base_url": "unix:///no/such/docker.sock"})
    with pytest.raises(ServiceUnavailable):
        await anext(client.events())
    await client.close()


@pytest.mark.parametrize("turns", range(5))
async def test_a_cancellation_is_never_lost(client: AsyncDockerClient, turns: int) -> None:
    """Who is cancelled while Docker's answer arrives is cancelled: a poll must not go on."""
    pending: concurrent.futures.Future[Any] = concurrent.futures.Future()
    task = asyncio.create_task(client.result(pending, "inspect_container", {}))
    await asyncio.sleep(0)
    pending.set_result({})
    for _ in range(turns):
        await asyncio.sleep(0)
    was_under_way = task.cancel()
    await asyncio.wait({task})
    assert task.cancelled() is was_under_way
