"""WebSockets and other upgrades: after the handshake, bytes both ways.

The gate does not need to understand what follows a handshake. It passes on
what comes, as fast as the other side takes it, and holds one buffer for each
direction.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from tornado.httputil import HTTPHeaders, HTTPInputError, parse_response_start_line
from tornado.iostream import IOStream, StreamClosedError

from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.gate.headers import Headers

#: For each direction of each tunnel: a larger one is no faster.
_BUFFER = 64 * 1024
_LARGEST_HEAD = 64 * 1024
_CONNECT = 5.0
#: Seconds for the container to answer the handshake.
_HANDSHAKE = 60.0


class Upstream:
    """A raw connection to a container, up to the answer to the handshake."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.status = 0
        self.reason = ""
        self.headers = HTTPHeaders()
        #: What came right behind the head.
        self.rest = b""

    def close(self) -> None:
        """Let go of it."""
        self.sock.close()


async def connect(address: str, head: bytes) -> Upstream:
    """Send a request's ``head`` to ``http://HOST:PORT`` and read the answer's.

    Raises ``ServiceUnavailable`` when there is nobody, or no HTTP.
    """
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or 80
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    upstream = Upstream(sock)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_CONNECT):
            await loop.sock_connect(sock, (host, port))
        async with asyncio.timeout(_HANDSHAKE):
            await loop.sock_sendall(sock, head)
            await _read_head(upstream)
    except (OSError, TimeoutError, HTTPInputError, ValueError) as exc:
        upstream.close()
        raise ServiceUnavailable("The application") from exc
    except asyncio.CancelledError:
        upstream.close()
        raise
    return upstream


async def _read_head(upstream: Upstream) -> None:
    loop = asyncio.get_running_loop()
    data = b""
    while b"\r\n\r\n" not in data:
        if len(data) > _LARGEST_HEAD:
            raise ValueError("The answer's head is too large")
        part = await loop.sock_recv(upstream.sock, 16 * 1024)
        if not part:
            raise ValueError("The container closed the connection")
        data += part
    head, _, upstream.rest = data.partition(b"\r\n\r\n")
    first, _, lines = head.decode("latin1").partition("\r\n")
    start = parse_response_start_line(first)
    upstream.status, upstream.reason = start.code, start.reason or ""
    upstream.headers = HTTPHeaders.parse(lines)


def request_head(method: str, target: str, headers: Headers) -> bytes:
    """A request's head for the wire."""
    return _head(f"{method} {target} HTTP/1.1", headers)


def response_head(status: int, reason: str, headers: Headers) -> bytes:
    """An answer's head for the wire."""
    return _head(f"HTTP/1.1 {status} {reason}", headers)


def _head(first: str, headers: Headers) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin1")


def take_over(stream: IOStream) -> tuple[socket.socket, bytes]:
    """The socket of a detached stream, and what was read from it already.

    Tornado's stream knows no half-closed connection and copies each byte
    three times, so it goes and the socket stays. Raises ``OSError`` when the
    other side has gone.
    """
    if stream.closed():
        raise StreamClosedError()
    sock = stream.socket.dup()
    sock.setblocking(False)
    with suppress(OSError):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        # Done at once when something is there. If not, the read is given up
        # before the loop runs again, so it cannot swallow anything.
        pending: Any = stream.read_bytes(_BUFFER, partial=True)
    except StreamClosedError:
        sock.close()
        raise
    early = pending.result() if pending.done() and pending.exception() is None else b""
    if not pending.done():
        pending.add_done_callback(lambda done: done.exception())
    stream.close()
    return sock, early


async def pump(
    client: socket.socket,
    container: socket.socket,
    used: Callable[[], None],
    *,
    both_ways: bool,
) -> None:
    """Carry bytes until both sides have said all they had to say, or one is gone.

    Parameters
    ----------
    client, container:
        The two sockets; the caller closes them.
    used:
        Called whenever bytes moved.
    both_ways:
        False after a refused handshake: what the client says then is not for the container.
    """
    ways = [_carry(container, client, used)]
    if both_ways:
        ways.append(_carry(client, container, used))
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.gather(*tasks)
    except OSError:
        pass  # one side is gone: so is the tunnel
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _carry(source: socket.socket, target: socket.socket, used: Callable[[], None]) -> None:
    """One direction, up to the end of ``source``, which is passed on as such."""
    loop = asyncio.get_running_loop()
    buffer = bytearray(_BUFFER)
    view = memoryview(buffer)
    while count := await loop.sock_recv_into(source, buffer):
        used()
        await loop.sock_sendall(target, view[:count])
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
