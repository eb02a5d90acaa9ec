"""The forwarding processes, as the main one sees them.

Worker 0 is the main process itself. Each further one has a port of its own,
which the main process binds and keeps: when a worker dies, requests wait in
the socket's queue until the next one has started. They talk by lines of JSON
over a pair of sockets; when that is closed, the worker ends.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Protocol

from remoteappmanager.gate.access import Destination
from remoteappmanager.gate.forwarder import Forwarder
from remoteappmanager.gate.worker_config import worker_environment

_log = logging.getLogger(__name__)

#: Longest line between the processes, in bytes: some 100,000 containers.
LONGEST_LINE = 32 * 1024 * 1024
#: Seconds that the main process waits for a worker to know a new table.
_PATIENCE = 2.0
_PAUSE = 0.2


class Worker(Protocol):
    """A process that forwards."""

    @property
    def address(self) -> str:
        """Where the proxy reaches it: ``http://HOST:PORT``."""

    async def set_table(self, table: Mapping[str, Destination]) -> None:
        """These containers are running; returns when the worker knows."""

    async def hint(self, user: str) -> None:
        """Look at this user's connections again."""

    def last_used(self) -> Mapping[str, float]:
        """url_id -> seconds since the epoch."""

    async def close(self) -> None:
        """End it."""


class LocalWorker:
    """Worker 0: this process."""

    def __init__(self, forwarder: Forwarder, address: str) -> None:
        self._forwarder = forwarder
        self.address = address

    async def set_table(self, table: Mapping[str, Destination]) -> None:
        """See ``Worker``."""
        self._forwarder.set_table(table)

    async def hint(self, user: str) -> None:
        """See ``Worker``. Does not wait for the Hub's answers."""
        self._forwarder.start(self._forwarder.hint(user))

    def last_used(self) -> Mapping[str, float]:
        """See ``Worker``."""
        return self._forwarder.connections.last_used()

    async def close(self) -> None:
        """See ``Worker``."""
        await self._forwarder.close()


class ProcessWorker:
    """A worker in a process of its own, started again whenever it ends.

    Parameters
    ----------
    number:
        For the log.
    host:
        Where it listens.
    cookie_secret:
        Handed over by the pair of sockets: not by arguments, which all can read.
    """

    def __init__(self, number: int, host: str, cookie_secret: bytes) -> None:
        self._number = number
        self._secret = cookie_secret
        self._listener = socket.create_server((host, 0), backlog=512)
        self._listener.setblocking(False)
        self.address = f"http://{host}:{self._listener.getsockname()[1]}"
        self._table: Mapping[str, Destination] = {}
        self._writer: asyncio.StreamWriter | None = None
        #: What runs now; None between two.
        self.process: asyncio.subprocess.Process | None = None
        self._used: dict[str, float] = {}
        self._sent = 0
        self._known: dict[int, asyncio.Future[None]] = {}
        self._task = asyncio.ensure_future(self._keep_running())

    async def set_table(self, table: Mapping[str, Destination]) -> None:
        """See ``Worker``. A worker that is just being started gets it when it is up."""
        self._table = dict(table)
        self._used = {url_id: when for url_id, when in self._used.items() if url_id in table}
        known = self._send_table()
        if known is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(known, _PATIENCE)

    async def hint(self, user: str) -> None:
        """See ``Worker``."""
        self._send({"hint": user})

    def last_used(self) -> Mapping[str, float]:
        """See ``Worker``."""
        return self._used

    async def close(self) -> None:
        """See ``Worker``."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._listener.close()

    def _send(self, message: dict[str, Any]) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(json.dumps(message).encode() + b"\n")

    def _send_table(self) -> asyncio.Future[None] | None:
        if self._writer is None:
            return None
        self._sent += 1
        self._known[self._sent] = asyncio.get_running_loop().create_future()
        places = [dataclasses.asdict(place) for place in self._table.values()]
        self._send({"table": places, "number": self._sent})
        return self._known[self._sent]

    async def _keep_running(self) -> None:
        while True:
            try:
                await self._run_once()
            except OSError as exc:
                _log.error("Worker %d could not be started: %s", self._number, exc)
            _log.warning("Worker %d has ended and is started again", self._number)
            await asyncio.sleep(_PAUSE)

    async def _run_once(self) -> None:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                fds = f"{self._listener.fileno()},{theirs.fileno()}"
                self.process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "remoteappmanager.cli.remoteappgate",
                    "--worker",
                    fds,
                    pass_fds=(self._listener.fileno(), theirs.fileno()),
                    env=worker_environment(),
                    stdin=asyncio.subprocess.DEVNULL,
                )
            reader, self._writer = await asyncio.open_connection(sock=ours, limit=LONGEST_LINE)
            self._send({"secret": self._secret.hex()})
            self._send_table()
            while line := await reader.readline():
                self._heard(json.loads(line))
        finally:
            await self._stop()

    def _heard(self, message: dict[str, Any]) -> None:
        self._used.update(message.get("used", {}))
        known = self._known.pop(message.get("number", 0), None)
        if known is not None and not known.done():
            known.set_result(None)

    async def _stop(self) -> None:
        for known in self._known.values():
            if not known.done():
                known.set_result(None)  # the next process begins with the newest table
        self._known.clear()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.kill()  # it holds nothing that it could lose
            await self.process.wait()
            self.process = None
