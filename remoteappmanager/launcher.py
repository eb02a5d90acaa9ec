"""The story of a start and a stop: the only place that knows the order of things.

A start walks through ``STEPS``. Each step that leaves something behind pushes
its undo on one stack, and one deadline holds for the whole.
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any, Protocol

from remoteappmanager.db.interfaces import ABCAccounting, ABCDatabase
from remoteappmanager.docker.container import Container
from remoteappmanager.docker.image import Image
from remoteappmanager.events import Dispatcher, StartOver
from remoteappmanager.exceptions import (
    InvalidRequest,
    LaunchFailed,
    NotFound,
    OperationInProgress,
    RemoteAppError,
)
from remoteappmanager.launch_inputs import environment_for, is_missing, volumes_for
from remoteappmanager.launch_steps import STEPS, Walk
from remoteappmanager.logging.logging_mixin import LoggingMixin
from remoteappmanager.readiness import until_ready
from remoteappmanager.user import User
from remoteappmanager.watch.lists import DockerLists

__all__ = ["STEPS", "Launcher", "RunnableApplication"]


@dataclasses.dataclass(frozen=True)
class RunnableApplication:
    """An application that the user may start, and its container where it runs."""

    mapping_id: str
    accounting: ABCAccounting
    image: Image
    container: Container | None


class Gate(Protocol):
    """What a launcher asks of the gate."""

    async def publish(self, url_id: str) -> Any:
        """Make sure that the container's address works."""

    async def withdraw(self, url_id: str) -> Any:
        """Take the container's address away at once."""


class Launcher(LoggingMixin):
    """Launches, stops and lists applications.

    Parameters
    ----------
    database:
        The accounting; asked on threads, at each request.
    container_manager:
        A ``docker.container_manager.ContainerManager``, or what a test puts in its place.
    lists:
        The owner's containers and the images, as they were asked for last.
    gate:
        See ``Gate``.
    events:
        Where a start tells of its steps.
    base_urlpath:
        The base path of the owner's process, for example ``/user/alice/``.
    home:
        The owner's home directory, for policies with ``allow_home``; None where there is none.
    network_timeout:
        Seconds that one start may take as a whole.
    """

    def __init__(
        self,
        *,
        database: ABCDatabase,
        container_manager: Any,
        lists: DockerLists,
        gate: Gate,
        events: Dispatcher,
        base_urlpath: str,
        home: str | None,
        network_timeout: float,
    ) -> None:
        self._database = database
        self._manager = container_manager
        self._lists = lists
        self._gate = gate
        self._events = events
        self._base_urlpath = base_urlpath
        self._home = home
        self._network_timeout = network_timeout
        self._in_flight: set[tuple[str, str]] = set()

    async def launch(
        self,
        user: User,
        mapping_id: str,
        configurables: dict[str, Any] | None = None,
    ) -> Container:
        """Start an application; returns when its address works.

        ``configurables`` is ``{tag: {...}}`` as in a request; None sets nothing, and
        the image's own defaults hold. A container of the same mapping is replaced.

        Raises ``InvalidRequest`` (unknown mapping, image not in Docker, wrong
        configurables, startup data that the policy forbids), ``OperationInProgress``,
        ``LaunchFailed`` and ``ServiceUnavailable``. Whatever it raises, nothing is left.
        """
        key = (user.name, mapping_id)
        if key in self._in_flight:
            raise OperationInProgress("This application is being started already.")
        self._in_flight.add(key)
        container: Container | None = None
        try:
            container = await self._walk(user, mapping_id, configurables)
            return container
        finally:
            self._in_flight.discard(key)
            self._lists.forget()
            url_id = None if container is None else container.url_id
            self._events.publish(StartOver(mapping_id=mapping_id, url_id=url_id))

    def is_starting(self, user: User, mapping_id: str) -> bool:
        """Whether a start of that application is under way here."""
        return (user.name, mapping_id) in self._in_flight

    async def _walk(
        self,
        user: User,
        mapping_id: str,
        configurables: dict[str, Any] | None,
    ) -> Container:
        walk = Walk(self._network_timeout, mapping_id, self._events)
        async with AsyncExitStack() as undo:
            async with walk.step("grant"):
                accounting = await self._granted(user, mapping_id)
            async with walk.step("image"):
                image = await self._manager.image(accounting.application.image)
                if image is None:
                    raise InvalidRequest(
                        f"The image {accounting.application.image} is not in Docker."
                    )
            async with walk.step("environment"):
                policy = accounting.application_policy
                environment = environment_for(policy, image, configurables)
                volumes = await self._existing(volumes_for(policy, self._home), walk)
            async with walk.step("start"):
                await self._withdraw_replaced(user, mapping_id)
                container = await self._manager.start_container(
                    user.name,
                    accounting.application.image,
                    mapping_id,
                    self._base_urlpath,
                    volumes,
                    environment,
                    on_missing_source=walk.warn_of_missing,
                )
                undo.push_async_callback(self._undo_start, container)
            async with walk.step("wait"):
                await until_ready(
                    self._manager, container, walk.seconds_left, self._network_timeout
                )
            async with walk.step("publish"):
                undo.push_async_callback(self._quietly, self._gate.withdraw, container.url_id)
                await self._gate.publish(container.url_id)
            undo.pop_all()
            return container

    async def stop(self, user: User, url_id: str) -> None:
        """Stop the user's container of that address.

        Raises ``NotFound`` unless it runs and is this user's, and Docker's own
        error when it refuses; the address then works again.
        """
        found = await self._manager.find_containers(url_id=url_id, user_name=user.name)
        if not found:
            raise NotFound("There is no such running application.")
        # First the address, so that nobody works in what is about to end. Should
        # the gate be away, it learns of the stop from Docker.
        await self._quietly(self._gate.withdraw, url_id)
        try:
            for container in found:
                await self._manager.stop_and_remove_container(container.docker_id)
        except RemoteAppError:
            await self._quietly(self._gate.publish, url_id)
            raise
        finally:
            self._lists.forget()

    async def applications(self, user: User) -> list[RunnableApplication]:
        """What the user may start, by name, without applications whose image is missing.

        One query and at most two calls of Docker at the same time, however long the list.
        """
        grants, (images, containers) = await asyncio.gather(self._grants(user), self._lists.get())
        # Listings are newest first: of two containers of one mapping the newest stays.
        running = {container.mapping_id: container for container in reversed(containers)}
        found = [
            RunnableApplication(grant.id, grant, image, running.get(grant.id))
            for grant in grants
            if (image := images.find(grant.application.image)) is not None
        ]
        return sorted(found, key=lambda item: (item.image.ui_name.casefold(), item.mapping_id))

    async def containers(self, user: User) -> list[Container]:
        """The user's running containers, newest first."""
        return await self._manager.find_containers(user_name=user.name)

    async def remove_remains(self, user: User) -> None:
        """Clean up what a process of this user left that was killed half-way; at start-up.

        Containers that do not run go at once. Those that run and are younger
        than the deadline of a start get the rest of it to become ready.
        """
        await self._manager.remove_remains(user.name)
        now = time.time()
        young = [
            container
            for container in await self.containers(user)
            if now - container.created < self._network_timeout
            and not self.is_starting(user, container.mapping_id)
        ]
        await asyncio.gather(*(self._keep_if_ready(container, now) for container in young))

    # --- the steps -----------------------------------------------------------------

    async def _grants(self, user: User) -> Sequence[ABCAccounting]:
        return await asyncio.to_thread(self._database.get_accounting_for_user_name, user.name)

    async def _granted(self, user: User, mapping_id: str) -> ABCAccounting:
        for grant in await self._grants(user):
            if grant.id == mapping_id:
                return grant
        raise InvalidRequest("mapping_id: no such application is granted to you.")

    async def _existing(
        self, volumes: dict[str, dict[str, str]], walk: Walk
    ) -> dict[str, dict[str, str]]:
        """Those volumes whose source is there. On another host, Docker itself has to say."""
        if not self._manager.is_local:
            return volumes
        missing = await asyncio.to_thread(lambda: [path for path in volumes if is_missing(path)])
        for path in missing:
            walk.warn_of_missing(path)
        return {path: where for path, where in volumes.items() if path not in missing}

    async def _withdraw_replaced(self, user: User, mapping_id: str) -> None:
        """Take away the address of the container that the start is about to replace."""
        for container in await self._manager.find_containers(
            user_name=user.name, mapping_id=mapping_id
        ):
            await self._quietly(self._gate.withdraw, container.url_id)

    async def _keep_if_ready(self, container: Container, now: float) -> None:
        left = max(1.0, container.created + self._network_timeout - now)
        try:
            await until_ready(self._manager, container, left, self._network_timeout)
        except LaunchFailed as exc:
            self.log.warning("Removing a start that was never finished: %s", exc)
            await self._undo_start(container)

    # --- undoing ---------------------------------------------------------------------

    async def _undo_start(self, container: Container) -> None:
        # Killed at once: nobody has worked in it yet.
        await self._quietly(self._manager.stop_and_remove_container, container.docker_id, grace=0)

    async def _quietly(self, act: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> None:
        """Do what must not hide the reason for doing it; what fails is logged."""
        try:
            await asyncio.shield(act(*args, **kwargs))
        except NotFound:
            pass
        except RemoteAppError as exc:
            self.log.warning("%s: %s", getattr(act, "__qualname__", act), exc)
