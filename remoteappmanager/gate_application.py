"""The gate: composition, and the life of its processes."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import logging
import os
import signal
import socket
from collections.abc import Awaitable
from typing import Any
from urllib.parse import urlsplit

from tornado.netutil import bind_sockets

from remoteappmanager.docker.container_manager import ContainerManager
from remoteappmanager.environment_config import EnvironmentConfig
from remoteappmanager.exceptions import ConfigurationError, ServiceUnavailable
from remoteappmanager.file_config import FileConfig
from remoteappmanager.gate import api, worker
from remoteappmanager.gate.access import Destination, worker_of
from remoteappmanager.gate.forwarder import Forwarder
from remoteappmanager.gate.registrar import Registrar, Table
from remoteappmanager.gate.server import GateRouter, serve
from remoteappmanager.gate.workers import LONGEST_LINE, LocalWorker, ProcessWorker, Worker
from remoteappmanager.services.gate_hub import GateHub
from remoteappmanager.services.reverse_proxy import ReverseProxy

log = logging.getLogger(__name__)

#: Seconds after which everybody who has something open is looked at again.
RECHECK = 30.0
#: Seconds for which the Hub's answers are believed.
BELIEVED = 60
#: Seconds that an earlier gate gets to leave our port.
_PORT_PATIENCE = 5.0
#: Seconds that cutting and closing may take.
_GRACE = 2.0


class GateApplication:
    """The main process: keeps routes, answers the API, forwards as worker 0.

    Raises ``ConfigurationError`` where the environment says too little.
    """

    def __init__(self, file_config: FileConfig, environment_config: EnvironmentConfig) -> None:
        _check(environment_config)
        self.file_config = file_config
        self.environment_config = environment_config
        self.prefix = environment_config.service_prefix
        #: Known to all workers, and the same after a restart: logins survive it.
        self.cookie_secret = hmac.digest(
            environment_config.proxy_api_token.encode(), b"remoteappgate cookies", hashlib.sha256
        )
        self.hub = _make_hub(environment_config, self.cookie_secret)
        self.forwarder = _make_forwarder(self.hub, self.prefix)
        self.containers = ContainerManager(
            file_config.docker_config(),
            file_config.docker_realm,
            network=file_config.container_network,
            internet=file_config.container_internet,
        )
        self.proxy = ReverseProxy(
            environment_config.proxy_api_url,
            environment_config.proxy_api_token,
            realm=file_config.docker_realm,
        )
        self.registrar = Registrar(
            self.containers,
            self.proxy,
            target=self.target,
            spread=self._spread,
            base_url=environment_config.base_url,
        )
        self.workers: list[Worker] = []
        self._stopping = asyncio.Event()

    def target(self, place: Destination) -> str:
        """Where the proxy sends a container's requests."""
        if self.file_config.container_access == "direct":
            return place.address
        return self.workers[worker_of(place.url_id, len(self.workers))].address

    async def hint(self, user: str) -> None:
        """Have all workers look at a user again."""
        await asyncio.gather(*(one.hint(user) for one in self.workers))

    def last_used(self) -> dict[str, float]:
        """url_id -> seconds since the epoch, over all workers."""
        used: dict[str, float] = {}
        for one in self.workers:
            used.update(one.last_used())
        return used

    def stop(self) -> None:
        """End ``run``."""
        self._stopping.set()

    async def run(self) -> None:
        """Listen, keep routes, until a signal ends it. Routes stay: applications run on."""
        _say_if_root()
        sockets = await self._listen()
        address = _address(self.environment_config.service_url, sockets)
        self.workers = [LocalWorker(self.forwarder, address)]
        host = urlsplit(address).hostname or "127.0.0.1"
        for number in range(1, self._worker_count()):
            self.workers.append(ProcessWorker(number, host, self.cookie_secret))
        gate = api.Gate(
            hub=self.hub,
            registrar=self.registrar,
            hint=self.hint,
            last_used=self.last_used,
            hint_token=self.environment_config.hint_token,
            base_url=self.environment_config.base_url,
        )
        own = api.application(gate, self.prefix, self.cookie_secret)
        server = serve(GateRouter(self.forwarder, self.prefix, own), sockets)
        log.info("The gate listens on %s%s", address, self.prefix)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop)
        background = [
            asyncio.create_task(self.registrar.run()),
            asyncio.create_task(recheck_forever(self.forwarder)),
        ]
        try:
            await _until(self._stopping, background)
        finally:
            log.info("Stopping; routes stay")
            server.stop()
            await _end(background)
            with contextlib.suppress(TimeoutError, ServiceUnavailable):
                async with asyncio.timeout(_GRACE):
                    await self._close()

    def _worker_count(self) -> int:
        gated = self.file_config.container_access == "gated"
        return self.file_config.gate_workers if gated else 1

    async def _spread(self, table: Table) -> None:
        await asyncio.gather(*(one.set_table(table) for one in self.workers))

    async def _listen(self) -> list[socket.socket]:
        url = urlsplit(self.environment_config.service_url)
        port = url.port or 80
        deadline = asyncio.get_running_loop().time() + _PORT_PATIENCE
        while True:
            try:
                return bind_sockets(port, url.hostname or None, backlog=512)
            except OSError as exc:
                if asyncio.get_running_loop().time() > deadline:
                    raise ConfigurationError(
                        f"Cannot listen on {url.netloc}: {exc.strerror}."
                    ) from exc
                await asyncio.sleep(0.1)

    async def _close(self) -> None:
        closing: list[Awaitable[None]] = [one.close() for one in self.workers]
        closing += [self.proxy.close(), self.containers.close(), self.hub.close()]
        await asyncio.gather(*closing, return_exceptions=True)


async def run_worker(
    environment_config: EnvironmentConfig, listen_fd: int, channel_fd: int
) -> None:
    """A forwarding process: everything but the Hub's address comes over the channel."""
    listener, channel = socket.socket(fileno=listen_fd), socket.socket(fileno=channel_fd)
    listener.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=channel, limit=LONGEST_LINE)
    secret = await worker.secret(reader)
    forwarder = _make_forwarder(
        _make_hub(environment_config, secret), environment_config.service_prefix
    )
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    # Ctrl-C reaches all processes of a terminal; the main one decides.
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    server = serve(GateRouter(forwarder, environment_config.service_prefix, None), [listener])
    background = [
        asyncio.create_task(worker.obey(forwarder, reader, writer)),
        asyncio.create_task(recheck_forever(forwarder)),
    ]
    try:
        await _until(stopping, background)
    finally:
        server.stop()
        await _end(background)
        await forwarder.close()


async def recheck_forever(forwarder: Forwarder) -> None:
    """The net under the Hub's hints: ask about everybody with something open, now and then."""
    while True:
        await asyncio.sleep(RECHECK)
        await forwarder.connections.recheck()


async def _until(stopping: asyncio.Event, background: list[asyncio.Task[None]]) -> None:
    """Wait for a signal, or for something that should never end."""
    waiting: asyncio.Task[Any] = asyncio.create_task(stopping.wait())
    tasks: list[asyncio.Task[Any]] = [waiting, *background]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for one in done:
        one.result()


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _make_hub(environment: EnvironmentConfig, cookie_secret: bytes) -> GateHub:
    base = environment.base_url
    return GateHub(
        environment.api_url,
        environment.api_token,
        base_url=environment.service_prefix,
        hub_host=environment.host,
        hub_prefix=f"{base}hub/",
        client_id=environment.client_id,
        redirect_uri=environment.oauth_callback_url,
        access_scopes=environment.oauth_access_scopes,
        # Containers are under /user/, our callback is not: one cookie for both.
        cookie_path=base,
        cache_max_age=BELIEVED,
        cookie_secret=cookie_secret,
        settings={
            # Other sites' pages send no cookie of ours along, but for a link.
            "cookie_options": {"samesite": "Lax", **environment.cookie_options},
            "cookie_host_prefix_enabled": environment.cookie_host_prefix_enabled,
            "keyfile": environment.ssl_keyfile,
            "certfile": environment.ssl_certfile,
            "client_ca": environment.ssl_client_ca,
            "allow_token_in_url": False,
        },
    )


def _make_forwarder(hub: GateHub, prefix: str) -> Forwarder:
    return Forwarder(hub, f"{hub.oauth.hub_host}{prefix}login")


def _check(environment: EnvironmentConfig) -> None:
    needed = {
        "JUPYTERHUB_API_TOKEN": environment.api_token,
        "JUPYTERHUB_API_URL": environment.api_url,
        "JUPYTERHUB_SERVICE_URL": environment.service_url,
        "JUPYTERHUB_SERVICE_PREFIX": environment.service_prefix.strip("/"),
        "JUPYTERHUB_CLIENT_ID": environment.client_id,
        "CONFIGPROXY_API_URL": environment.proxy_api_url,
        "CONFIGPROXY_AUTH_TOKEN": environment.proxy_api_token,
    }
    missing = [name for name, value in needed.items() if not value]
    if missing:
        raise ConfigurationError(
            f"{', '.join(missing)} not set: the gate is started by JupyterHub (gate_service)."
        )


def _address(service_url: str, sockets: list[socket.socket]) -> str:
    """Where the proxy reaches us: what the Hub calls us, with the port that we really have."""
    host = urlsplit(service_url).hostname or "127.0.0.1"
    if host in ("0.0.0.0", "::"):  # noqa: S104 - what the Hub may say, not where we listen
        host = "127.0.0.1"
    if ":" in host:
        host = f"[{host}]"
    return f"http://{host}:{sockets[0].getsockname()[1]}"


def _say_if_root() -> None:
    if os.geteuid() == 0:
        log.warning("The gate runs as root; an ordinary user who may use Docker is enough.")
