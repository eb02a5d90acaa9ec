"""The containers of one realm. (Signatures first; the body follows.)"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Mapping
from typing import Any

from remoteappmanager.docker.container import Container
from remoteappmanager.docker.events import ContainerEvent
from remoteappmanager.docker.image import Image, ImageIndex
from remoteappmanager.docker.spec import ISOLATED, Limits, Security

__all__ = ["ContainerEvent", "ContainerManager", "Evidence"]


@dataclasses.dataclass(frozen=True)
class Evidence:
    """What a container that failed left to be read."""

    exit_code: int | None
    out_of_memory: bool
    log: str


class ContainerManager:
    """Starts, stops and finds the containers of one realm."""

    def __init__(
        self,
        docker_config: Mapping[str, Any] | None = None,
        realm: str = "remoteexec",
        *,
        network: str = ISOLATED,
        internet: bool = True,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        security: Security = Security(),  # noqa: B008 - frozen
        stop_grace: float = 5.0,
    ) -> None:
        raise NotImplementedError

    async def start_container(
        self,
        user_name: str,
        image_name: str,
        mapping_id: str,
        base_urlpath: str,
        volumes: Mapping[str, Mapping[str, str]],
        environment: Mapping[str, str] | None = None,
    ) -> Container:
        """Start one."""
        raise NotImplementedError

    async def stop_and_remove_container(self, docker_id: str) -> None:
        """Stop one."""
        raise NotImplementedError

    async def find_containers(
        self,
        *,
        url_id: str | None = None,
        mapping_id: str | None = None,
        user_name: str | None = None,
    ) -> list[Container]:
        """The running ones."""
        raise NotImplementedError

    async def find_container(
        self,
        *,
        url_id: str | None = None,
        mapping_id: str | None = None,
        user_name: str | None = None,
    ) -> Container | None:
        """The running one."""
        raise NotImplementedError

    async def image(self, name_or_id: str) -> Image | None:
        """An image."""
        raise NotImplementedError

    async def images(self) -> ImageIndex:
        """All images."""
        raise NotImplementedError

    async def remove_remains(self, user_name: str) -> None:
        """Remove what failed starts left."""
        raise NotImplementedError

    async def evidence(self, docker_id: str) -> Evidence:
        """What is known about one that failed."""
        raise NotImplementedError

    def events(self) -> AsyncIterator[ContainerEvent]:
        """The realm's events."""
        raise NotImplementedError

    async def close(self) -> None:
        """Let go of Docker."""
        raise NotImplementedError
