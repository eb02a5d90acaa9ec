"""A request's body on its way: a few chunks at a time, at the slower side's pace."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

_CHUNKS = 4


class Body:
    """Between the socket that is read and the one that is written.

    One task puts, one iterates. ``put`` waits while a few chunks are there
    that nobody has taken.
    """

    def __init__(self) -> None:
        self._chunks: deque[bytes] = deque()
        self._changed = asyncio.Event()
        self._closed = False
        #: Whether the whole body has been put.
        self.ended = False

    async def put(self, chunk: bytes) -> None:
        """Wait for room, then add ``chunk``; it goes nowhere once closed."""
        while len(self._chunks) >= _CHUNKS and not self._closed:
            await self._change()
        if not self._closed:
            self._chunks.append(chunk)
            self._changed.set()

    def end(self) -> None:
        """There is no more."""
        self.ended = True
        self._changed.set()

    def close(self) -> None:
        """Nobody wants the rest: let it come, and drop it."""
        self._closed = True
        self._chunks.clear()
        self._changed.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while not self._closed:
            if self._chunks:
                chunk = self._chunks.popleft()
                self._changed.set()
                yield chunk
            elif self.ended:
                return
            else:
                await self._change()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()
