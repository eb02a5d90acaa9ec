"""Events as they go over the wire to open pages, and the last of them for those who come back."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import dataclasses
import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

from remoteappmanager.events import (
    Dispatcher,
    Ended,
    Event,
    GrantRestored,
    GrantRevoked,
    StartOver,
    StartWarned,
    StepEntered,
)

#: Events that wait for one slow page; beyond that the oldest are dropped.
MAX_WAITING = 100
#: Events that a page which comes back can be told again.
MAX_PAST = 200
#: Ends that nobody saw and that the next page is told.
MAX_UNSEEN = 20
#: The events of which pages are told everything, and their names.
_TOLD_WHOLE: dict[type[Event], str] = {
    StepEntered: "step",
    StartWarned: "warning",
    Ended: "ended",
    GrantRevoked: "revoked",
    GrantRestored: "granted",
}


@dataclasses.dataclass(frozen=True)
class Frame:
    """One event of the stream: its number, its name and its data."""

    number: int
    name: str
    data: dict[str, Any]

    def text(self, boot: str) -> str:
        """As Server-Sent Events are written (WHATWG HTML, 9.2)."""
        return f"id: {boot}.{self.number}\nevent: {self.name}\ndata: {json.dumps(self.data)}\n\n"


class Feed:
    """What pages are told, and who listens.

    Who begins to listen is told what holds: the steps of starts under way, running
    applications whose grant was revoked, and ends that no page has seen. Who
    comes back is told what was missed.
    """

    def __init__(self, events: Dispatcher) -> None:
        #: Numbers of an earlier process mean nothing here.
        self.boot = secrets.token_hex(4)
        self._count = 0
        self._past: collections.deque[Frame] = collections.deque(maxlen=MAX_PAST)
        self._listeners: set[asyncio.Queue[Frame]] = set()
        #: mapping_id -> the frames of its start that is under way.
        self._starts: dict[str, list[Frame]] = {}
        self._revoked: dict[str, Frame] = {}
        self._unseen: collections.deque[Frame] = collections.deque(maxlen=MAX_UNSEEN)
        events.subscribe(Event, self._on_event)

    @property
    def is_heard(self) -> bool:
        """Whether any page listens."""
        return bool(self._listeners)

    @contextlib.contextmanager
    def listen(self, last_id: str = "") -> Iterator[asyncio.Queue[Frame]]:
        """A queue of frames. ``last_id`` is the last one that the page has, if it comes back."""
        queue: asyncio.Queue[Frame] = asyncio.Queue(MAX_WAITING)
        for frame in self._greeting(last_id):
            _put(queue, frame)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def _greeting(self, last_id: str) -> list[Frame]:
        boot, _, number = last_id.partition(".")
        last = int(number) if number.isdecimal() and len(number) < 18 else -1
        oldest = self._past[0].number if self._past else self._count + 1
        if boot == self.boot and oldest - 1 <= last <= self._count:
            self._unseen.clear()
            return [frame for frame in self._past if frame.number > last]
        holds = [frame for frames in self._starts.values() for frame in frames]
        holds += [*self._revoked.values(), *self._unseen]
        self._unseen.clear()
        # Whoever was here before may have missed anything.
        missed = Frame(self._count, "change", {"at": time.time(), "missed": True})
        return [missed, *holds] if last_id else holds

    def _on_event(self, event: Event) -> None:
        name, data = wire(event)
        self._count += 1
        frame = Frame(self._count, name, data)
        self._past.append(frame)
        self._remember(event, frame)
        for queue in self._listeners:
            _put(queue, frame)

    def _remember(self, event: Event, frame: Frame) -> None:
        match event:
            case StepEntered() | StartWarned():
                self._starts.setdefault(event.mapping_id, []).append(frame)
            case StartOver():
                self._starts.pop(event.mapping_id, None)
            case GrantRevoked():
                self._revoked[event.url_id] = frame
            case GrantRestored():
                self._revoked.pop(event.url_id, None)
            case Ended():
                self._revoked.pop(event.url_id, None)
                if not event.asked and not self.is_heard:
                    self._unseen.append(frame)


def wire(event: Event) -> tuple[str, dict[str, Any]]:
    """An event's name and data on the wire: for most, that the list is worth a look."""
    name = _TOLD_WHOLE.get(type(event))
    if name is not None:
        return name, dataclasses.asdict(event)
    data: dict[str, Any] = {"at": event.at}
    if isinstance(event, StartOver):
        data["mapping_id"] = event.mapping_id
    return "change", data


def _put(queue: asyncio.Queue[Frame], frame: Frame) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(frame)
