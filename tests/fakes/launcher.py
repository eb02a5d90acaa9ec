"""Stands in for the launcher and for Docker, where a test is about what lies above them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from remoteappmanager import naming
from remoteappmanager.docker.container import Container
from remoteappmanager.docker.events import ContainerEvent, ImageEvent
from remoteappmanager.docker.evidence import Evidence
from remoteappmanager.docker.image import Image, ImageIndex
from remoteappmanager.events import Dispatcher, StartOver, StartWarned, StepEntered
from remoteappmanager.exceptions import InvalidRequest, NotFound
from remoteappmanager.launcher import RunnableApplication


class StubContainerManager:
    """Images and containers are lists; every question is counted."""

    def __init__(self) -> None:
        self.image_list: list[Image] = []
        self.containers: list[Container] = []
        self.calls: list[str] = []
        self.failure: Exception | None = None
        self.closed = False
        #: What Docker tells whoever listens: an event, or an error that ends the stream.
        self.happening: asyncio.Queue[Any] = asyncio.Queue()
        self.watching = 0
        #: docker_id -> what is found of a container that died.
        self.evidences: dict[str, Evidence] = {}
        self.buried: list[str] = []

    def add_image(self, name: str, **values: Any) -> Image:
        """Docker has one more image."""
        values = {"ui_name": name, "tags": [name], **values}
        image = Image(name=name, id=f"sha256:{len(self.image_list):064x}", **values)
        self.image_list.append(image)
        return image

    def add_container(self, user: str, mapping_id: str = "a" * 32, **values: Any) -> Container:
        """One more container runs."""
        url_id = values.pop("url_id", naming.new_url_id())
        container = Container(
            docker_id=f"{len(self.containers):064x}",
            name=f"c{len(self.containers)}",
            image_name=values.pop("image_name", "app/tiny:latest"),
            url_id=url_id,
            user=user,
            mapping_id=mapping_id,
            realm="tests",
            state="running",
            **values,
        )
        self.containers.append(container)
        return container

    def _asked(self, what: str) -> None:
        self.calls.append(what)
        if self.failure is not None:
            raise self.failure

    async def images(self) -> ImageIndex:
        self._asked("images")
        return ImageIndex(self.image_list)

    async def find_containers(self, **wanted: Any) -> list[Container]:
        self._asked("find_containers")
        wanted = {
            {"user_name": "user"}.get(key, key): value for key, value in wanted.items() if value
        }
        return [
            container
            for container in self.containers
            if all(getattr(container, key) == value for key, value in wanted.items())
        ]

    async def stop_and_remove_container(self, docker_id: str) -> None:
        self._asked("stop_and_remove_container")
        self.containers = [item for item in self.containers if item.docker_id != docker_id]

    async def evidence(self, docker_id: str) -> Evidence:
        self._asked("evidence")
        return self.evidences.get(docker_id, Evidence())

    async def bury(self, docker_id: str) -> None:
        self.buried.append(docker_id)

    async def owner_events(
        self, user_name: str, since: float
    ) -> AsyncGenerator[ContainerEvent | ImageEvent, None]:
        self.watching += 1
        try:
            while True:
                happened = await self.happening.get()
                if isinstance(happened, Exception):
                    raise happened
                yield happened
        finally:
            self.watching -= 1

    async def close(self) -> None:
        self.closed = True


class StubGate:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.published: list[str] = []
        self.withdrawn: list[str] = []
        self.failure: Exception | None = None

    async def publish(self, url_id: str) -> None:
        self.published.append(url_id)
        if self.failure is not None:
            raise self.failure

    async def withdraw(self, url_id: str) -> None:
        self.withdrawn.append(url_id)

    async def close(self) -> None:
        pass


class StubLauncher:
    """The launcher's signatures; starts what it is asked to, or raises ``failure``."""

    def __init__(
        self, *, database: Any, container_manager: Any, events: Dispatcher, **_rest: Any
    ) -> None:
        self.database = database
        self.manager = container_manager
        self.events = events
        self.starting: set[str] = set()
        self.failure: Exception | None = None
        self.asked: list[tuple[Any, ...]] = []
        self.entered = asyncio.Event()
        self.finished = asyncio.Event()
        self.hold: asyncio.Event | None = None
        self.warning: str | None = None

    def is_starting(self, user: Any, mapping_id: str) -> bool:
        return mapping_id in self.starting

    async def launch(self, user: Any, mapping_id: str, configurables: Any = None) -> Container:
        self.asked.append(("launch", user.name, mapping_id, configurables))
        self.starting.add(mapping_id)
        url_id = None
        try:
            container = await self._walk(user, mapping_id)
            url_id = container.url_id
            return container
        finally:
            self.starting.discard(mapping_id)
            self.events.publish(StartOver(mapping_id=mapping_id, url_id=url_id))

    async def _walk(self, user: Any, mapping_id: str) -> Container:
        self.entered.set()
        self.events.publish(StepEntered(mapping_id=mapping_id, step="grant"))
        if self.failure is not None:
            raise self.failure
        grants = self.database.get_accounting_for_user_name(user.name)
        if mapping_id not in {grant.id for grant in grants}:
            raise InvalidRequest("mapping_id: you have no application with that id.")
        self.events.publish(StepEntered(mapping_id=mapping_id, step="start"))
        if self.warning:
            self.events.publish(
                StartWarned(mapping_id=mapping_id, step="environment", message=self.warning)
            )
        if self.hold is not None:
            await self.hold.wait()
        self.finished.set()
        return self.manager.add_container(user.name, mapping_id)

    async def stop(self, user: Any, url_id: str) -> None:
        self.asked.append(("stop", user.name, url_id))
        if self.failure is not None:
            raise self.failure
        found = await self.manager.find_containers(url_id=url_id, user_name=user.name)
        if not found:
            raise NotFound("You have no running container with that id.")
        await self.manager.stop_and_remove_container(found[0].docker_id)

    async def applications(self, user: Any) -> list[RunnableApplication]:
        if self.failure is not None:
            raise self.failure
        grants = await asyncio.to_thread(self.database.get_accounting_for_user_name, user.name)
        images = await self.manager.images()
        running = {item.mapping_id: item for item in await self.containers(user)}
        return [
            RunnableApplication(grant.id, grant, image, running.get(grant.id))
            for grant in sorted(grants, key=lambda grant: grant.application.image)
            if (image := images.find(grant.application.image)) is not None
        ]

    async def remove_remains(self, user: Any) -> None:
        await self.manager.remove_remains(user.name)

    async def containers(self, user: Any) -> list[Container]:
        if self.failure is not None:
            raise self.failure
        return await self.manager.find_containers(user_name=user.name)
