"""Several forwarding processes: real ones, as they talk through sockets."""

from __future__ import annotations

import asyncio
import os
import pathlib
import signal
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from remoteappmanager.gate.access import Destination
from remoteappmanager.gate.workers import ProcessWorker
from tests.fakes import gate_site
from tests.fakes.gate_site import CLIENT, PREFIX, SECRET, Site
from tests.gate.tunnels import echo, open_tunnel, tunnel_is_cut

ID = "0" * 32


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    """The Hub and the container; its own gate is not used here."""
    async with gate_site.site() as running:
        yield running


@pytest_asyncio.fixture
async def worker(site: Site, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ProcessWorker]:
    """A worker process, with the environment that the Hub gives the gate."""
    environment = {
        "JUPYTERHUB_API_URL": site.fake_hub.api_url,
        "JUPYTERHUB_API_TOKEN": site.fake_hub.add("gate", kind="service"),
        "JUPYTERHUB_BASE_URL": "/",
        "JUPYTERHUB_SERVICE_PREFIX": PREFIX,
        "JUPYTERHUB_CLIENT_ID": CLIENT,
        "CONFIGPROXY_AUTH_TOKEN": "proxy-secret",
        "REMOTEAPP_HINT_TOKEN": "hint-secret",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    worker = ProcessWorker(1, "127.0.0.1", SECRET)
    site.place("alice")
    await worker.set_table(site.forwarder.table)
    site.url = worker.address
    yield worker
    await worker.close()


async def get(site: Site, headers: dict[str, str]) -> int:
    """The status of the container's page, by the worker."""
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser,
        browser.get(
            f"{site.url}/user/alice/containers/{ID}/",
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=20),
        ) as answer,
    ):
        return answer.status


async def until(check: Callable[[], Any]) -> None:
    """Wait for what another process does."""
    async with asyncio.timeout(20):
        while not check():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


def pid(worker: ProcessWorker) -> int:
    """Its process."""
    assert worker.process is not None
    return worker.process.pid


def seen_from_outside(number: int) -> tuple[bytes, bytes]:
    """The environment and the command line of a process."""
    process = pathlib.Path(f"/proc/{number}")
    return (process / "environ").read_bytes(), (process / "cmdline").read_bytes()


async def test_a_workers_life(site: Site, worker: ProcessWorker) -> None:
    """It forwards, hears of stops and hints, holds no secrets of the main process, is restarted.

    One test, because a process takes most of a second to start.
    """
    site.container.script = None
    # The first request waits in the socket's queue until the process is up.
    assert await get(site, site.user("alice")) == 200
    assert await get(site, site.user("bob")) == 404

    environ, command = seen_from_outside(pid(worker))
    for secret in (b"proxy-secret", b"hint-secret", SECRET.hex().encode()):
        assert secret not in environ + command

    site.container.script = echo
    reader, writer, _ = await open_tunnel(site, f"/user/alice/containers/{ID}/", site.user("alice"))
    del site.fake_hub.tokens[site.tokens["alice"]]
    await worker.hint("alice")
    assert await tunnel_is_cut(reader)
    writer.close()

    root = site.user("root", admin=True)
    reader, writer, _ = await open_tunnel(site, f"/user/alice/containers/{ID}/", root)
    await worker.set_table({})
    assert await tunnel_is_cut(reader)
    writer.close()
    assert await get(site, root) == 404

    before = pid(worker)
    os.kill(before, signal.SIGKILL)
    table: dict[str, Destination] = site.forwarder.table  # type: ignore[assignment]
    await worker.set_table(table)
    site.container.script = None
    await until(lambda: worker.process is not None and worker.process.pid != before)
    assert await get(site, root) == 200

    last = pid(worker)
    await worker.close()
    with pytest.raises(ProcessLookupError):
        os.kill(last, 0)
