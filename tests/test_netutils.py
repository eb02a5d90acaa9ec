"""remoteappmanager.netutils"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from remoteappmanager.netutils import exponential_backoff, wait_for_http_server_2xx

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def server(handler: Handler) -> AsyncIterator[str]:
    """A web server on a free port."""
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", handler)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def test_backoff_gives_the_first_true_result() -> None:
    """One waiting primitive, with backoff and deadline."""
    answers = iter([None, 0, "", "now", "later"])

    async def probe() -> object:
        return next(answers)

    assert await exponential_backoff(probe, 5, first_wait=0.001) == "now"


async def test_backoff_deadline() -> None:
    """The deadline holds, also in the middle of a probe, with the caller's words."""

    async def probe() -> bool:
        await asyncio.Event().wait()
        return True

    with pytest.raises(TimeoutError, match="in words"):
        await exponential_backoff(probe, 0.02, message="in words")


async def test_backoff_passes_errors_on() -> None:
    """What the probe raises is raised."""

    async def probe() -> bool:
        raise LookupError

    with pytest.raises(LookupError):
        await exponential_backoff(probe, 5)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
async def test_success(status: int) -> None:
    """It is ready when that address answers 2xx."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=status)

    async with server(handler) as url:
        await wait_for_http_server_2xx(f"{url}/", 5)


@pytest.mark.parametrize("status", [302, 304, 400, 404, 500, 503])
async def test_no_success(status: int) -> None:
    """Any other answer is "not yet", until the deadline."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=status)

    async with server(handler) as url:
        with pytest.raises(TimeoutError, match="did not answer"):
            await wait_for_http_server_2xx(f"{url}/", 0.1)


async def test_becomes_ready() -> None:
    """Answers that fail at first do no harm."""
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=200 if len(seen) > 2 else 502)

    async with server(handler) as url:
        await wait_for_http_server_2xx(f"{url}/a/", 5)
    assert seen == ["/a/"] * 3


async def test_resets_and_closed_streams_are_not_yet() -> None:
    """Docker accepts a published port before the application listens."""
    connections = 0

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        if connections == 1:
            writer.transport.abort()
        elif connections == 2:
            writer.close()
        elif connections == 3:
            writer.write(b"nonsense\r\n\r\n")
            writer.close()
        else:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            writer.close()

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    await wait_for_http_server_2xx(f"http://127.0.0.1:{port}/", 5)
    listener.close()
    assert connections == 4


async def test_refused_connections_are_not_yet() -> None:
    """Nobody listens: the deadline decides."""
    listener = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    listener.close()
    await listener.wait_closed()
    with pytest.raises(TimeoutError):
        await wait_for_http_server_2xx(f"http://127.0.0.1:{port}/", 0.1)


async def test_redirect_on_the_same_server_is_followed() -> None:
    """A start page that sends on to the application is ready when the application is."""

    async def handler(request: web.Request) -> web.Response:
        if request.path == "/":
            return web.Response(status=302, headers={"Location": "vnc.html?autoconnect=1"})
        return web.Response(status=200 if request.query_string == "autoconnect=1" else 500)

    async with server(handler) as url:
        await wait_for_http_server_2xx(f"{url}/", 5)


async def test_redirect_elsewhere_never_makes_us_ask_others() -> None:
    """A container cannot make us send requests to another host."""
    asked = []

    async def other(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=200)

    async with server(other) as other_url:

        async def handler(request: web.Request) -> web.Response:
            if request.path == "/":
                return web.Response(status=302, headers={"Location": f"{other_url}/x"})
            return web.Response(status=404)

        async with server(handler) as url:
            with pytest.raises(TimeoutError):
                await wait_for_http_server_2xx(f"{url}/", 0.1)
    assert asked == []


async def test_endless_redirects() -> None:
    """A server that only redirects is never ready."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=301, headers={"Location": "/"})

    async with server(handler) as url:
        with pytest.raises(TimeoutError):
            await wait_for_http_server_2xx(f"{url}/", 0.1)


async def test_huge_page_is_not_read() -> None:
    """Only the status counts: a page without end is as good as any."""

    done = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await done.wait()
        return response

    async with server(handler) as url:
        async with asyncio.timeout(5):
            await wait_for_http_server_2xx(f"{url}/", 5)
        done.set()
