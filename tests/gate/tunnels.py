"""Raw connections through the gate, for tests."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.fakes.gate_site import Peer, Site

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"


async def raw(site: Site, request: str, *, read: int = 1 << 20) -> tuple[Any, Any]:
    """A connection on which ``request`` was sent as it is."""
    host, port = site.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=read)
    writer.write(request.encode("latin1"))
    await writer.drain()
    return reader, writer


def lines(first: str, headers: dict[str, str]) -> str:
    """A request's head."""
    return "\r\n".join([first, *(f"{n}: {v}" for n, v in headers.items())]) + "\r\n\r\n"


async def open_tunnel(site: Site, path: str, headers: dict[str, str]) -> tuple[Any, Any, bytes]:
    """Ask for a WebSocket; the connection and the answer's head."""
    host = site.url.removeprefix("http://")
    head = lines(f"GET {path} HTTP/1.1", {"Host": host, **UPGRADE, **headers})
    reader, writer = await raw(site, head)
    return reader, writer, await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)


async def echo(peer: Peer) -> None:
    """Accept the WebSocket, and say back what comes."""
    await peer.say(SWITCH)
    while data := await peer.reader.read(65536):
        await peer.say(data)
    peer.writer.write_eof()


async def tunnel_is_cut(reader: Any) -> bool:
    """Whether the tunnel ends within a second."""
    try:
        return await asyncio.wait_for(reader.read(), 1) == b""
    except ConnectionError:
        return True
