"""The containers of one realm.

Nothing about them is kept in memory: Docker's labels are the truth, so that
any process may die and be started again without losing a container.
"""

from __future__ import annotations

import asyncio
import dataclasses
import math
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

from remoteappmanager.docker import docker_labels, validation
from remoteappmanager.docker.async_docker_client import AsyncDockerClient, DockerRefused
from remoteappmanager.docker.container import Container
from remoteappmanager.docker.docker_host import is_local, reachable_address, socket_path
from remoteappmanager.docker.events import (
    ContainerEvent,
    ImageEvent,
    owner_events,
    realm_events,
)
from remoteappmanager.docker.evidence import Evidence, evidence_of
from remoteappmanager.docker.image import Image, ImageIndex
from remoteappmanager.docker.locks import KeyedLocks
from remoteappmanager.docker.networks import RealmNetwork
from remoteappmanager.docker.spec import HOST_PORT, ISOLATED, Limits, NetworkPolicy, Security
from remoteappmanager.docker.starting import Starter
from remoteappmanager.exceptions import MultipleResultsFound, NotFound, RemoteAppError
from remoteappmanager.logging.logging_mixin import LoggingMixin
from remoteappmanager.naming import container_name, container_urlpath, new_url_id, unix_user_name
from remoteappmanager.utils import without_end_slash

__all__ = ["ContainerEvent", "ContainerManager", "Evidence", "ImageEvent"]

_NOT_RUNNING = ("created", "exited", "dead")


class ContainerManager(LoggingMixin):
    """Starts, stops and finds the containers of one realm.

    Parameters
    ----------
    docker_config:
        Arguments of docker-py's ``APIClient``; by default the local socket.
    realm:
        The label that separates this deployment from others on the same Docker.
    network, internet:
        See ``spec.NetworkPolicy``; ``ValueError`` where they contradict each other.
    limits, security:
        What each container may use and do.
    stop_grace:
        Seconds between the stop signal and the kill.

    Every awaitable raises ``ServiceUnavailable`` when Docker is away, and
    ``DockerRefused`` (a ``RemoteAppError``) with Docker's words when it says no.
    """

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
        self.realm = realm
        self._policy = NetworkPolicy(network, internet)
        self._limits = limits
        self._security = security
        self._stop_grace = stop_grace
        self._client = AsyncDockerClient(docker_config)
        self._network = RealmNetwork(self._client, realm)
        self._starter = Starter(self._client, self._network)
        self._locks = KeyedLocks()
        if network == ISOLATED and not self.is_local:
            self.log.warning(
                "Docker runs elsewhere (%s), where containers are reached by the host's ports: "
                "container_network = %r is needed.",
                self._client.base_url,
                HOST_PORT,
            )

    @property
    def is_local(self) -> bool:
        """Whether Docker runs on this host, so that paths mean the same to both."""
        return is_local(self._client.base_url)

    async def start_container(
        self,
        user_name: str,
        image_name: str,
        mapping_id: str,
        base_urlpath: str,
        volumes: Mapping[str, Mapping[str, str]],
        environment: Mapping[str, str] | None = None,
        *,
        on_missing_source: Callable[[str], None] = lambda source: None,
    ) -> Container:
        """Start an application and return its container, which may not serve yet.

        ``volumes`` is ``{source: {"bind": target, "mode": "ro" or "rw"}}``; a source that
        Docker does not find is not mounted, and ``on_missing_source`` is told. A
        container of the same user and mapping is replaced. A start that fails or is
        cancelled leaves nothing behind. Raises ``InvalidRequest``, ``NotFound`` for
        an image that Docker does not have.
        """
        validation.check_text(user_name, "user name")
        validation.check_text(mapping_id, "mapping id")
        validation.check_image_name(image_name)
        validation.check_base_urlpath(base_urlpath)
        validation.check_environment(environment or {})
        url_id = new_url_id()
        arguments = {
            "name": container_name(self.realm, user_name, mapping_id),
            "image": image_name,
            "labels": {
                docker_labels.USER: user_name,
                docker_labels.MAPPING_ID: mapping_id,
                docker_labels.URL_ID: url_id,
                docker_labels.URLPATH: container_urlpath(base_urlpath, url_id),
                docker_labels.REALM: self.realm,
            },
            "environment": {
                **(environment or {}),
                "JPY_USER": user_name,
                "JPY_BASE_USER_URL": without_end_slash(base_urlpath),
                "USER": unix_user_name(user_name),
                "URL_ID": url_id,
            },
            "mounts": validation.mounts_from(volumes, socket_path(self._client.base_url)),
            "limits": self._limits,
            "security": self._security,
        }
        async with self._locks.hold((user_name, mapping_id)):
            await self._clear(user_name, mapping_id)
            return await self._starter.start(
                await self._reachable_policy(), arguments, on_missing_source
            )

    async def stop_and_remove_container(
        self, docker_id: str, *, grace: float | None = None
    ) -> None:
        """Stop and remove a container of this realm, and its anonymous volumes.

        Once begun it is carried through, also when the caller is cancelled.
        ``grace`` seconds after the stop signal it is killed (default: the manager's). One that is
        gone already is fine. Raises ``NotFound`` for one of another realm.
        """
        await self._starter.shielded(
            self._stop_and_remove(docker_id, self._stop_grace if grace is None else grace)
        )

    async def find_containers(
        self,
        *,
        url_id: str | None = None,
        mapping_id: str | None = None,
        user_name: str | None = None,
    ) -> list[Container]:
        """The running containers of the realm with all the given labels, newest first.

        One call of Docker, however many there are.
        """
        return await self._list(url_id, mapping_id, user_name, status=["running"])

    async def find_container(
        self,
        *,
        url_id: str | None = None,
        mapping_id: str | None = None,
        user_name: str | None = None,
    ) -> Container | None:
        """The running container with all the given labels, or None.

        Raises ``MultipleResultsFound`` when there are several.
        """
        found = await self.find_containers(
            url_id=url_id, mapping_id=mapping_id, user_name=user_name
        )
        if len(found) > 1:
            raise MultipleResultsFound(f"{len(found)} containers fit, where one was expected.")
        return found[0] if found else None

    async def is_running(self, docker_id: str) -> bool:
        """Whether the container runs at this moment; False when it is gone."""
        container = await self._inspect(docker_id)
        return container is not None and container.state == "running"

    async def image(self, name_or_id: str) -> Image | None:
        """The image of that name or id, or None when Docker does not have it."""
        if not validation.is_image_name(name_or_id):
            return None
        try:
            image = Image.from_docker_dict(await self._client.inspect_image(name_or_id))
        except NotFound:
            return None
        except DockerRefused as exc:
            if exc.status == 400:  # "invalid reference format"
                return None
            raise
        return ImageIndex([image]).find(name_or_id) or image

    async def images(self) -> ImageIndex:
        """All images of this Docker, in one call."""
        return ImageIndex(map(Image.from_docker_dict, await self._client.images()))

    async def remove_remains(self, user_name: str) -> None:
        """Remove the user's containers of this realm that do not run: what a process that
        was killed half-way through a start left, and what ended by itself.

        Starts that are under way in this process are left alone.
        """
        found = await self._list(None, None, user_name, status=_NOT_RUNNING)
        remains = [item.docker_id for item in found if item.name not in self._starter.in_flight]
        await asyncio.gather(*map(self._starter.discard, remains))
        await self._network.remove_unused()

    async def evidence(self, docker_id: str) -> Evidence:
        """Exit code, memory verdict and last output of a container of this realm."""
        if await self._inspect(docker_id) is None:
            return Evidence()
        return await evidence_of(self._client, docker_id)

    def events(self, since: float | None = None) -> AsyncGenerator[ContainerEvent, None]:
        """The realm's start and die events, as they happen.

        With ``since`` (seconds since the epoch), those since then come first: list at a
        time, then listen from that time, and nothing is missed. Ends with
        ``ServiceUnavailable`` when Docker goes away.
        """
        return realm_events(self._client, self.realm, since)

    def owner_events(
        self, user_name: str, since: float
    ) -> AsyncGenerator[ContainerEvent | ImageEvent, None]:
        """What changes a user's lists of containers and images, since then and as it happens.

        ``since`` (seconds since the epoch) and the end are as for ``events``.
        """
        return owner_events(self._client, self.realm, user_name, since)

    async def bury(self, docker_id: str) -> None:
        """Remove a container that has ended by itself; one that runs again is left.

        What cannot be removed now is found by its labels later.
        """
        try:
            await self._client.remove_container(docker_id, v=True)
            await self._network.remove_unused()
        except RemoteAppError as exc:
            self.log.debug("Container %s stays: %s", docker_id, exc)

    async def close(self) -> None:
        """Let go of Docker, after clean-ups that are under way have had a little time."""
        await self._starter.close()
        await self._client.close()

    # --- within -------------------------------------------------------------------

    async def _list(
        self,
        url_id: str | None,
        mapping_id: str | None,
        user_name: str | None,
        *,
        status: list[str] | tuple[str, ...],
    ) -> list[Container]:
        wanted = {
            docker_labels.REALM: self.realm,
            docker_labels.URL_ID: url_id,
            docker_labels.MAPPING_ID: mapping_id,
            docker_labels.USER: user_name,
        }
        labels = [f"{label}={value}" for label, value in wanted.items() if value is not None]
        items = await self._client.containers(
            all=True, filters={"label": labels, "status": list(status)}
        )
        return [Container.from_docker_dict(item) for item in items]

    async def _inspect(self, docker_id: str) -> Container | None:
        """The container, or None when there is none. ``NotFound`` for one of another realm."""
        if not validation.is_docker_id(docker_id):
            return None
        try:
            container = Container.from_docker_dict(await self._client.inspect_container(docker_id))
        except NotFound:
            return None
        if container.realm != self.realm:
            raise NotFound(f"There is no container {docker_id} here.")
        return container

    async def _clear(self, user_name: str, mapping_id: str) -> None:
        """Make room for a start: stop what runs of the same mapping, remove what ended."""
        states = ["running", "paused", "restarting", *_NOT_RUNNING]
        for container in await self._list(None, mapping_id, user_name, status=states):
            await self.stop_and_remove_container(container.docker_id)

    async def _stop_and_remove(self, docker_id: str, grace: float) -> None:
        async with self._locks.hold(docker_id):
            container = await self._inspect(docker_id)
            if container is None:
                return
            try:
                if container.state == "paused":
                    await self._client.unpause(docker_id)
                await self._client.stop(docker_id, timeout=math.ceil(grace))
                await self._client.remove_container(docker_id, v=True, force=True)
            except NotFound:
                pass
            except DockerRefused as exc:
                # Somebody else is removing it at this moment.
                if exc.status != 409 or "in progress" not in str(exc):
                    raise
        await self._network.remove_unused()

    async def _reachable_policy(self) -> NetworkPolicy:
        """The network policy, with the address on which the Docker host can be reached."""
        if self._policy.mode == HOST_PORT and not self.is_local:
            address = await reachable_address(self._client.base_url)
            self._policy = dataclasses.replace(self._policy, publish_address=address)
        return self._policy
