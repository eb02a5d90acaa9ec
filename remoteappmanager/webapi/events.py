"""``events/``: what happens, as it happens, for pages that are open (Server-Sent Events).

An addition to the original's API. A page may miss events and must not depend
on them: they say that it is worth looking, and how a start gets on.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, ClassVar

from tornado.iostream import StreamClosedError

from remoteappmanager.webapi.base import APIHandler

#: Seconds after which a stream ends. The browser connects again, and is asked anew who it is.
STREAM_LIFE = 300.0
#: Seconds of silence after which a comment is sent, so that proxies keep the connection.
HEARTBEAT = 20.0
#: Seconds after which a look is suggested in any case: nobody tells us of new grants.
LOOK = 60.0
#: Events that wait for one slow page; beyond that the oldest are dropped.
MAX_WAITING = 100


class Events:
    """Who listens, and the starts in flight (for who begins to listen in the middle).

    Parameters
    ----------
    watch:
        Runs for as long as anybody listens, and calls ``changed`` for what happens elsewhere.
    """

    def __init__(self, watch: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        self._watch = watch
        self._watcher: asyncio.Task[None] | None = None
        self._listeners: set[asyncio.Queue[tuple[str, dict[str, Any]]]] = set()
        self._starts: dict[str, list[tuple[str, dict[str, Any]]]] = {}

    @contextlib.contextmanager
    def start(self, mapping_id: str) -> Iterator[None]:
        """Around one start."""
        mine = mapping_id not in self._starts
        if mine:
            self._starts[mapping_id] = []
        try:
            yield
        finally:
            if mine:
                del self._starts[mapping_id]
                self.changed()

    def step(self, mapping_id: str, step: str, warning: str | None = None) -> None:
        """A start entered a step, or has something to tell the user."""
        data: dict[str, Any] = {"mapping_id": mapping_id, "step": step, "at": time.time()}
        event = ("step", data) if warning is None else ("warning", {**data, "message": warning})
        self._starts.get(mapping_id, []).append(event)
        self._send(event)

    def changed(self) -> None:
        """Something started or stopped: worth a look at the list."""
        self._send(("change", {}))

    @contextlib.contextmanager
    def listen(self) -> Iterator[asyncio.Queue[tuple[str, dict[str, Any]]]]:
        """A queue of (name, data), beginning with the starts in flight."""
        queue: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue(MAX_WAITING)
        for events in self._starts.values():
            for event in events[:MAX_WAITING]:
                _put(queue, event)
        self._listeners.add(queue)
        if self._watcher is None and self._watch is not None:
            self._watcher = asyncio.create_task(self._watch())
        try:
            yield queue
        finally:
            self._listeners.discard(queue)
            if self._watcher is not None and not self._listeners:
                self._watcher.cancel()
                self._watcher = None

    def _send(self, event: tuple[str, dict[str, Any]]) -> None:
        for queue in self._listeners:
            _put(queue, event)


def _text(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


def _put(queue: asyncio.Queue[Any], event: Any) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(event)


class EventsHandler(APIHandler):
    """``GET events/`` as ``text/event-stream``: ``step``, ``warning`` and ``change``.

    An ``EventSource`` cannot send headers: the XSRF token goes in ``?_xsrf=``.
    """

    life: ClassVar[float] = STREAM_LIFE

    async def get(self) -> None:
        """Send events until the browser leaves or the stream has lived its life."""
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Accel-Buffering", "no")
        ends = time.monotonic() + self.life
        look = time.monotonic() + LOOK
        self._left = asyncio.Event()
        with self.application.events.listen() as queue:
            self.write("retry: 3000\n\n")
            await self.flush()
            with contextlib.suppress(StreamClosedError):
                while (rest := ends - time.monotonic()) > 0 and not self._left.is_set():
                    self.write(await self._next(queue, min(rest, HEARTBEAT)))
                    if time.monotonic() >= look:
                        look = time.monotonic() + LOOK
                        self.write(_text("change", {}))
                    await self.flush()

    async def _next(self, queue: asyncio.Queue[tuple[str, dict[str, Any]]], wait: float) -> str:
        getting = asyncio.ensure_future(queue.get())
        leaving = asyncio.ensure_future(self._left.wait())
        done, pending = await asyncio.wait(
            {getting, leaving}, timeout=wait, return_when=asyncio.FIRST_COMPLETED
        )
        for task in pending:
            task.cancel()
        if getting not in done:
            return ":\n\n"
        return _text(*getting.result())

    def on_connection_close(self) -> None:
        """The browser has left."""
        if hasattr(self, "_left"):
            self._left.set()
