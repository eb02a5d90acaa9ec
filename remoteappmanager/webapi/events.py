"""``events/``: what happens, as it happens, for pages that are open (Server-Sent Events).

An addition to the original's API. A page may miss events and must not depend
on them: they say that it is worth looking, how a start gets on, and why an
application ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import ClassVar

from tornado.iostream import StreamClosedError

from remoteappmanager.webapi.base import APIHandler
from remoteappmanager.webapi.feed import Frame

#: Seconds after which a stream ends. The browser connects again, and is asked anew who it is.
STREAM_LIFE = 300.0
#: Seconds of silence after which a comment is sent, so that proxies keep the connection.
HEARTBEAT = 20.0


class EventsHandler(APIHandler):
    """``GET events/`` as ``text/event-stream``; the names and data are in ``webapi.feed``.

    Who comes back sends ``Last-Event-ID``. An ``EventSource`` cannot send other
    headers: its XSRF token goes in ``?_xsrf=``.
    """

    life: ClassVar[float] = STREAM_LIFE

    async def get(self) -> None:
        """Send events until the browser leaves or the stream has lived its life."""
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Accel-Buffering", "no")
        feed = self.application.feed
        ends = time.monotonic() + self.life
        self._left = asyncio.Event()
        with feed.listen(self.request.headers.get("Last-Event-ID", "")) as queue:
            self.write("retry: 3000\n\n")
            await self.flush()
            with contextlib.suppress(StreamClosedError):
                while (rest := ends - time.monotonic()) > 0 and not self._left.is_set():
                    frame = await self._next(queue, min(rest, HEARTBEAT))
                    self.write(":\n\n" if frame is None else frame.text(feed.boot))
                    await self.flush()

    async def _next(self, queue: asyncio.Queue[Frame], wait: float) -> Frame | None:
        """The next frame; None when there was none for ``wait`` seconds, or the browser left."""
        getting = asyncio.ensure_future(queue.get())
        leaving = asyncio.ensure_future(self._left.wait())
        done, pending = await asyncio.wait(
            {getting, leaving}, timeout=wait, return_when=asyncio.FIRST_COMPLETED
        )
        for task in pending:
            task.cancel()
        return getting.result() if getting in done else None

    def on_connection_close(self) -> None:
        """The browser has left."""
        if hasattr(self, "_left"):
            self._left.set()
