"""What happens in one user's process, as values, and the one place through which it is told.

::

    Event                       at
    ├── ApplicationEvent        mapping_id
    │   ├── StepEntered         a start entered a step
    │   ├── StartWarned         a start has something to tell the user
    │   ├── StartOver           a start ended, well or not
    │   ├── Started             a container runs that no start of ours is about
    │   ├── Ended               a running application ended, whoever did it
    │   ├── GrantRevoked        a running application is not granted any more
    │   └── GrantRestored       it is granted again
    ├── GrantsChanged           other applications are granted than before
    ├── ImagesChanged           Docker has other images than before
    └── DockerChanged           Docker went away, or came back

Who wants to know subscribes by type, and by the attributes that it cares for;
who tells does not know who listens. Why no library does this is told in
``doc/source/developers/decisions/events.rst``.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any, TypeVar


@dataclasses.dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened ``at`` seconds since the epoch."""

    at: float = dataclasses.field(default_factory=time.time)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ApplicationEvent(Event):
    """It happened to the owner's application that is granted by ``mapping_id``."""

    mapping_id: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class StepEntered(ApplicationEvent):
    """A start entered ``step``, one of ``launch_steps.STEPS``."""

    step: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class StartWarned(ApplicationEvent):
    """A start goes on, and the user should know ``message``."""

    step: str
    message: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class StartOver(ApplicationEvent):
    """A start has ended: the application runs at ``url_id``; None: nothing of it is left."""

    url_id: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Started(ApplicationEvent):
    """A container of the owner's runs, and no start in this process is about it."""

    url_id: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ended(ApplicationEvent):
    """A running application ended.

    ``name`` is the application's, ``asked`` whether somebody stopped it on
    purpose, ``reason`` a sentence for the user. The rest is evidence, where
    nobody asked for the end: ``exit_code``, whether the kernel killed it for its
    memory, the last lines of its ``log``, and ``ref``, which our own log has too.
    """

    url_id: str
    name: str
    asked: bool
    reason: str
    exit_code: int | None = None
    out_of_memory: bool = False
    log: str = ""
    ref: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class GrantRevoked(ApplicationEvent):
    """A running application is not granted any more.

    It will be ended at ``ends_at`` (seconds since the epoch); None: it runs on.
    """

    url_id: str
    name: str
    ends_at: float | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class GrantRestored(ApplicationEvent):
    """A ``GrantRevoked`` was taken back in time."""

    url_id: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class GrantsChanged(Event):
    """The owner is granted other applications than before."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImagesChanged(Event):
    """Docker has other images than before, or the same by other names."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class DockerChanged(Event):
    """Docker's events can be heard (``away`` False), or not any more."""

    away: bool


E = TypeVar("E", bound=Event)


@dataclasses.dataclass(frozen=True)
class _Subscription:
    kind: type[Event]
    attributes: dict[str, Any]
    handler: Callable[[Any], None]

    def wants(self, event: Event) -> bool:
        return isinstance(event, self.kind) and all(
            getattr(event, name, None) == value for name, value in self.attributes.items()
        )


class Dispatcher:
    """Hands each event to whoever subscribed to its kind, in the order of subscription.

    For one event loop: nothing here is for threads. Handlers are quick and do
    not raise; what takes longer makes a task of it.
    """

    def __init__(self) -> None:
        self._subscriptions: list[_Subscription] = []

    def subscribe(
        self, kind: type[E], handler: Callable[[E], None], **attributes: Any
    ) -> Callable[[], None]:
        """Call ``handler`` for each event of ``kind``, or of a kind below it, that has all
        ``attributes``. Returns what ends that.

        Raises ``ValueError`` for an attribute that such events do not have: nobody
        would ever be called.
        """
        unknown = attributes.keys() - {field.name for field in dataclasses.fields(kind)}
        if unknown:
            raise ValueError(f"{kind.__name__} has no {sorted(unknown)[0]!r}")
        subscription = _Subscription(kind, attributes, handler)
        self._subscriptions.append(subscription)

        def unsubscribe() -> None:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)

        return unsubscribe

    def publish(self, event: Event) -> None:
        """Tell everybody who wants to know."""
        for subscription in tuple(self._subscriptions):
            if subscription.wants(event):
                subscription.handler(event)
