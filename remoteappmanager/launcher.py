"""The story of a start and a stop: the only place that knows the order of things.

A start walks through ``STEPS``. Each step that leaves something behind pushes
its undo on one stack, and one deadline holds for the whole.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Protocol

from remoteappmanager.db.interfaces import ABCAccounting, ABCApplicationPolicy, ABCDatabase
from remoteappmanager.docker.configurables import StartupData
from remoteappmanager.docker.container import Container
from remoteappmanager.docker.image import Image, ImageIndex
from remoteappmanager.exceptions import (
    InvalidRequest,
    LaunchFailed,
    NotFound,
    OperationInProgress,
    RemoteAppError,
    ServiceUnavailable,
)
from remoteappmanager.logging.logging_mixin import LoggingMixin
from remoteappmanager.netutils import exponential_backoff, wait_for_http_server_2xx
from remoteappmanager.user import User
from remoteappmanager.utils import with_end_slash

STEPS = ("grant", "image", "environment", "start", "wait", "publish")

#: Where the user's home appears in a container.
WORKSPACE = "/workspace"
#: Seconds between two looks at whether a container that is waited for still runs.
_LOOK_EVERY = 0.25


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


class Gate(Protocol):
    """What a launcher asks of the gate."""

    async def publish(self, url_id: str) -> Any:
        """Make sure that the container's address works."""

    async def withdraw(self, url_id: str) -> Any:
        """Take the container's address away at once."""


class Evidence(Protocol):
    """Why a container ended."""

    exit_code: int | None
    out_of_memory: bool
    log: str


class Containers(Protocol):
    """What a launcher asks of ``docker.container_manager.ContainerManager``."""

    is_local: Any

    start_container: Callable[..., Awaitable[Container]]
    stop_and_remove_container: Callable[..., Awaitable[None]]
    find_containers: Callable[..., Awaitable[list[Container]]]
    images: Callable[[], Awaitable[ImageIndex]]
    image: Callable[[str], Awaitable[Image | None]]
    is_running: Callable[[str], Awaitable[bool]]
    evidence: Callable[[str], Awaitable[Any]]
    remove_remains: Callable[[str], Awaitable[None]]


class Launcher(LoggingMixin):
    """Launches, stops and lists applications.

    Parameters
    ----------
    database:
        The accounting; asked on threads, at each request.
    container_manager, gate:
        See ``Containers`` and ``Gate``.
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
        gate: Gate,
        base_urlpath: str,
        home: str | None,
        network_timeout: float,
    ) -> None:
        self._database = database
        self._manager: Containers = container_manager
        self._gate = gate
        self._base_urlpath = base_urlpath
        self._home = home
        self._network_timeout = network_timeout
        self._in_flight: set[tuple[str, str]] = set()

    async def launch(
        self,
        user: User,
        mapping_id: str,
        configurables: dict[str, Any] | None = None,
        *,
        on_step: Callable[[StepEvent], None] = lambda event: None,
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
        try:
            return await self._walk(user, mapping_id, configurables, on_step)
        finally:
            self._in_flight.discard(key)

    async def _walk(
        self,
        user: User,
        mapping_id: str,
        configurables: dict[str, Any] | None,
        on_step: Callable[[StepEvent], None],
    ) -> Container:
        walk = _Walk(self._network_timeout, on_step)
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
                await self._until_ready(container, walk)
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

    async def applications(self, user: User) -> list[RunnableApplication]:
        """What the user may start, by name, without applications whose image is missing.

        One query and two calls of Docker at the same time, however long the list.
        """
        grants, images, containers = await asyncio.gather(
            self._grants(user), self._manager.images(), self.containers(user)
        )
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
        self, volumes: dict[str, dict[str, str]], walk: _Walk
    ) -> dict[str, dict[str, str]]:
        """Those volumes whose source is there. On another host, Docker itself has to say."""
        if not self._manager.is_local:
            return volumes
        missing = await asyncio.to_thread(lambda: [path for path in volumes if _is_missing(path)])
        for path in missing:
            walk.warn_of_missing(path)
        return {path: where for path, where in volumes.items() if path not in missing}

    async def _withdraw_replaced(self, user: User, mapping_id: str) -> None:
        """Take away the address of the container that the start is about to replace."""
        for container in await self._manager.find_containers(
            user_name=user.name, mapping_id=mapping_id
        ):
            await self._quietly(self._gate.withdraw, container.url_id)

    async def _until_ready(self, container: Container, walk: _Walk) -> None:
        """Return when the container serves. Raises ``LaunchFailed`` with the evidence when it
        dies, at once, or is not ready at the deadline.
        """
        answers = asyncio.create_task(self._serves(container, walk.seconds_left))
        ends = asyncio.create_task(self._ends(container))
        try:
            await asyncio.wait({answers, ends}, return_when=asyncio.FIRST_COMPLETED)
            if answers.done() and answers.exception() is None:
                return
            if ends.done():
                ends.result()  # Docker may have gone away
                reason = "The application ended before it was ready."
            else:
                reason = f"The application was not ready within {self._network_timeout:g} seconds."
        finally:
            answers.cancel()
            ends.cancel()
            await asyncio.gather(answers, ends, return_exceptions=True)
        evidence = await self._manager.evidence(container.docker_id)
        if evidence.out_of_memory:
            reason = "The application needed more memory than it is given."
        raise LaunchFailed(
            "wait",
            reason,
            exit_code=evidence.exit_code,
            out_of_memory=evidence.out_of_memory,
            log=evidence.log,
        )

    async def _serves(self, container: Container, timeout: float) -> None:
        if not container.host_url:  # it ended already, and has no address any more
            await asyncio.sleep(timeout)
            raise TimeoutError
        url = f"{container.host_url}{with_end_slash(container.urlpath)}"
        await wait_for_http_server_2xx(url, timeout)

    async def _ends(self, container: Container) -> None:
        async def ended() -> bool:
            return not await self._manager.is_running(container.docker_id)

        await exponential_backoff(ended, self._network_timeout * 2, longest_wait=_LOOK_EVERY)

    async def _keep_if_ready(self, container: Container, now: float) -> None:
        left = max(1.0, container.created + self._network_timeout - now)
        walk = _Walk(left, lambda event: None)
        try:
            await self._until_ready(container, walk)
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
            await asyncio.shield(_as_coroutine(act(*args, **kwargs)))
        except NotFound:
            pass
        except RemoteAppError as exc:
            self.log.warning("%s: %s", getattr(act, "__qualname__", act), exc)


class _Walk:
    """Where a start is, how long it has left, and who wants to know."""

    def __init__(self, timeout: float, on_step: Callable[[StepEvent], None]) -> None:
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + timeout
        self._on_step = on_step
        self._now = STEPS[0]

    @property
    def seconds_left(self) -> float:
        """Until the deadline; not negative."""
        return max(0.0, self._deadline - self._loop.time())

    def warn_of_missing(self, source: str) -> None:
        """Tell that a volume's source does not exist."""
        self._on_step(StepEvent(self._now, f"{source} does not exist, and was not mounted."))

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[None]:
        """One step: announced, held to the deadline, its failure turned into ``LaunchFailed``."""
        self._now = name
        self._on_step(StepEvent(name))
        try:
            # "wait" keeps the deadline itself, so that it can still gather evidence.
            async with asyncio.timeout_at(None if name == "wait" else self._deadline):
                yield
        except TimeoutError as exc:
            raise LaunchFailed(
                name, f"The start took longer than {self._timeout:g} seconds."
            ) from exc
        except (InvalidRequest, OperationInProgress, LaunchFailed, ServiceUnavailable):
            raise
        except RemoteAppError as exc:
            raise LaunchFailed(name, str(exc)) from exc


def environment_for(
    policy: ABCApplicationPolicy, image: Image, configurables: Mapping[str, Any] | None
) -> dict[str, str]:
    """The variables that policy and request give a container.

    Without ``configurables`` only the licence is set. With it, each configurable
    that the image supports and the request does not mention takes its default;
    tags that nobody knows are ignored. Raises ``InvalidRequest``.
    """
    environment = {"APP_LICENSE": policy.app_license} if policy.app_license else {}
    if configurables is None:
        return environment
    if not isinstance(configurables, Mapping):
        raise InvalidRequest("configurables: an object is expected.")
    if StartupData.tag in configurables and not policy.allow_startup_data:
        asked = StartupData.config_dict_to_env(configurables[StartupData.tag])
        if any(asked.values()):
            raise InvalidRequest("startupdata: the policy does not allow a file to open at start.")
    for configurable in image.configurables:
        if configurable is StartupData and not policy.allow_startup_data:
            continue
        if configurable.tag in configurables:
            environment |= configurable.config_dict_to_env(configurables[configurable.tag])
        else:
            environment |= configurable.default_env()
    return environment


def volumes_for(policy: ABCApplicationPolicy, home: str | None) -> dict[str, dict[str, str]]:
    """The volumes that a policy gives: ``{source: {"bind": target, "mode": mode}}``."""
    volumes: dict[str, dict[str, str]] = {}
    if policy.allow_home and home:
        volumes[home] = {"bind": WORKSPACE, "mode": "rw"}
    if policy.volume_source and policy.volume_target:
        source = policy.volume_source
        # The home may be mounted a second time elsewhere: a dictionary has each
        # key once, Docker takes both spellings.
        source = f"{source}/" if source in volumes else source
        volumes[source] = {"bind": policy.volume_target, "mode": policy.volume_mode or "ro"}
    return volumes


def _is_missing(path: str) -> bool:
    """Whether nothing is there. What this process may not see may be there for Docker."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


async def _as_coroutine(awaitable: Awaitable[Any]) -> Any:
    return await awaitable
