"""The story of a start and a stop. (Signatures first; the body follows.)"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from remoteappmanager.db.interfaces import ABCAccounting, ABCDatabase
from remoteappmanager.docker.container import Container
from remoteappmanager.docker.image import Image
from remoteappmanager.user import User

STEPS = ("grant", "image", "environment", "start", "wait", "publish")


@dataclasses.dataclass(frozen=True)
class StepEvent:
    """A start entered ``step``; or, with ``warning``, has something to tell the user there."""

    step: str
    warning: str | None = None


@dataclasses.dataclass(frozen=True)
class RunnableApplication:
    """An application that the user may start, and its container where it runs."""

    mapping_id: str
    accounting: ABCAccounting
    image: Image
    container: Container | None


class Launcher:
    """Launches, stops and lists."""

    def __init__(
        self,
        *,
        database: ABCDatabase,
        container_manager: Any,
        gate: Any,
        base_urlpath: str,
        home: str | None,
        network_timeout: float,
    ) -> None:
        raise NotImplementedError

    async def launch(
        self,
        user: User,
        mapping_id: str,
        configurables: dict[str, Any] | None = None,
        *,
        on_step: Callable[[StepEvent], None] = lambda event: None,
    ) -> Container:
        """Start an application."""
        raise NotImplementedError

    async def stop(self, user: User, url_id: str) -> None:
        """Stop a container."""
        raise NotImplementedError

    async def applications(self, user: User) -> list[RunnableApplication]:
        """What the user may start."""
        raise NotImplementedError

    async def containers(self, user: User) -> list[Container]:
        """What the user runs."""
        raise NotImplementedError
