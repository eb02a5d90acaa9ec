"""The gate with everything around it at the wire: a Hub, containers, a proxy's routes."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
from tornado.netutil import bind_sockets
from tornado.web import create_signed_value

from remoteappmanager import naming
from remoteappmanager.docker.container import Container
from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.gate import api
from remoteappmanager.gate.access import Destination
from remoteappmanager.gate.forwarder import Forwarder
from remoteappmanager.gate.registrar import Registrar
from remoteappmanager.gate.server import GateRouter, serve
from remoteappmanager.services.gate_hub import GateHub
from remoteappmanager.services.reverse_proxy import route_path
from tests.fakes.hub import FakeHub

CLIENT = "service-remoteappgate"
PREFIX = "/services/remoteappgate/"
SECRET = b"s" * 32
HINT_TOKEN = "hint-hint"


@dataclasses.dataclass
class Received:
    """What a container saw of one request."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes

    def get(self, name: str) -> str | None:
        """The value of a header; None when it is not there."""
        found = [v for n, v in self.headers if n.lower() == name.lower()]
        return ", ".join(found) if found else None


Script = Callable[["Peer"], Awaitable[None]]


@dataclasses.dataclass
class Peer:
    """A connection at the container, for a test's own script."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    head: Received

    async def say(self, data: bytes) -> None:
        """Write raw bytes, all of them."""
        self.writer.write(data)
        await self.writer.drain()


class FakeContainer:
    """A server that keeps what it gets as it came, and answers as told.

    ``answer`` is the raw answer to every request; ``script``, where set, takes
    over after the request's head.
    """

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
        self.script: Script | None = None
        self.ended = asyncio.Event()
        self.url = ""

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[FakeContainer]:
        """Listen on a free port."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin1").split("\r\n")
                pairs = [tuple(line.split(": ", 1)) for line in head[1:] if line]
                received = Received(head[0], [(p[0], p[1]) for p in pairs if len(p) == 2], b"")
                self.received.append(received)
                if self.script is not None:
                    await self.script(Peer(reader, writer, received))
                    return
                received.body = await _body(reader, received)
                writer.write(self.answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.ended.set()
            writer.close()


async def _body(reader: asyncio.StreamReader, received: Received) -> bytes:
    if received.get("transfer-encoding") == "chunked":
        body = b""
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
        return body
    return await reader.readexactly(int(received.get("content-length") or 0))


class FakeContainers:
    """The part of a container manager that the gate uses."""

    def __init__(self) -> None:
        self.running: list[Container] = []
        self.away = False
        self.lists = 0
        self.queue: asyncio.Queue[Any] = asyncio.Queue()

    def add(
        self, user: str, url_id: str, url: str = "http://127.0.0.1:9", **values: Any
    ) -> Container:
        """One more running container."""
        ip, _, port = url.removeprefix("http://").rpartition(":")
        values.setdefault("urlpath", f"/user/{user}/containers/{url_id}")
        container = Container(
            docker_id=f"docker-{url_id}", url_id=url_id, user=user, ip=ip, port=int(port), **values
        )
        self.running.append(container)
        return container

    async def find_containers(self, *, url_id: str | None = None) -> list[Container]:
        """The running ones."""
        self.lists += 1
        if self.away:
            raise ServiceUnavailable("Docker")
        return [c for c in self.running if url_id in (None, c.url_id)]

    async def events(self) -> AsyncIterator[Any]:
        """What a test puts in the queue; None: the daemon goes away."""
        if self.away:
            raise ServiceUnavailable("Docker")
        while (event := await self.queue.get()) is not None:
            yield event
        raise ServiceUnavailable("Docker")


class FakeProxy:
    """Routes in memory, as a proxy's client sees them; ``table`` has decoded paths."""

    def __init__(self) -> None:
        self.table: dict[str, str] = {}
        self.away = False
        self.calls: list[tuple[str, str]] = []

    def _call(self, name: str, urlpath: str) -> None:
        self.calls.append((name, urlpath))
        if self.away:
            raise ServiceUnavailable("The proxy")

    async def register(self, urlpath: str, target_host_url: str) -> None:
        """As the real one."""
        self._call("register", urlpath)
        self.table[route_path(urlpath)] = target_host_url

    async def unregister(self, urlpath: str) -> None:
        """As the real one."""
        self._call("unregister", urlpath)
        self.table.pop(route_path(urlpath), None)

    async def target(self, urlpath: str) -> str | None:
        """As the real one."""
        self._call("target", urlpath)
        return self.table.get(route_path(urlpath))

    async def routes(self) -> dict[str, str]:
        """As the real one."""
        self._call("routes", "")
        return dict(self.table)


class Site:
    """A running gate; ``url`` is its address, ``containers`` what Docker would say."""

    def __init__(self, hub: FakeHub, container: FakeContainer) -> None:
        self.fake_hub = hub
        self.container = container
        self.containers = FakeContainers()
        self.proxy = FakeProxy()
        self.url = ""
        self.tokens: dict[str, str] = {}
        self.hub = GateHub(
            hub.api_url,
            hub.add("gate", kind="service"),
            base_url=PREFIX,
            client_id=CLIENT,
            redirect_uri=f"{PREFIX}oauth_callback",
            cookie_path="/",
            cookie_secret=SECRET,
            cache_max_age=60,
            settings={
                "oauth_authorization_url": f"{hub.api_url}/oauth2/authorize",
                "allow_token_in_url": False,
            },
        )
        self.forwarder = Forwarder(self.hub, f"{PREFIX}login")
        self.registrar = Registrar(
            self.containers,
            self.proxy,
            target=lambda place: self.url,
            spread=self._spread,
            pulse=0.01,
            patience=0.05,
        )

    async def _spread(self, table: Any) -> None:
        self.forwarder.set_table(table)

    def user(self, name: str, *, admin: bool = False) -> dict[str, str]:
        """A logged-in browser's headers."""
        if name not in self.tokens:
            scopes = [naming.GATE_ACCESS_SCOPE]
            self.tokens[name] = self.fake_hub.add(name, admin=admin, scopes=scopes)
        return {"Cookie": f"{self.cookie(self.tokens[name])}; jupyterhub-session-id=s1"}

    def cookie(self, token: str) -> str:
        """Our own cookie for that token."""
        return f'{CLIENT}="{create_signed_value(SECRET, CLIENT, token).decode()}"'

    def place(self, owner: str, url_id: str = "0" * 32, url: str = "") -> str:
        """Publish a container of ``owner``; its path, with final slash."""
        path = f"/user/{owner}/containers/{url_id}"
        destination = Destination(
            url_id, f"docker-{url_id}", owner, path, url or self.container.url
        )
        self.forwarder.set_table({**self.forwarder.table, url_id: destination})
        return f"{path}/"

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Site]:
        """Listen on a free port."""

        async def hint(user: str) -> None:
            await self.forwarder.hint(user)

        gate = api.Gate(
            hub=self.hub,
            registrar=self.registrar,
            hint=hint,
            last_used=self.forwarder.connections.last_used,
            hint_token=HINT_TOKEN,
            base_url="/",
        )
        own = api.application(gate, PREFIX, SECRET)
        sockets = bind_sockets(0, "127.0.0.1")
        self.url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        server = serve(GateRouter(self.forwarder, PREFIX, own), sockets)
        try:
            yield self
        finally:
            server.stop()
            await self.forwarder.close()
            await server.close_all_connections()
            await self.hub.close()


@contextlib.asynccontextmanager
async def site() -> AsyncIterator[Site]:
    """A gate, a Hub and one container's server, all on free ports."""
    async with contextlib.AsyncExitStack() as stack:
        hub = await stack.enter_async_context(FakeHub().running())
        container = await stack.enter_async_context(FakeContainer().running())
        yield await stack.enter_async_context(Site(hub, container).running())


def browser(site: Site) -> aiohttp.ClientSession:
    """A client that keeps no cookies and follows nothing by itself."""
    return aiohttp.ClientSession(
        site.url, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
    )
