"""The realm's own network: found, made once, removed when nothing uses it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from remoteappmanager.docker import docker_labels
from remoteappmanager.docker.async_docker_client import AsyncDockerClient, DockerRefused
from remoteappmanager.docker.spec import NetworkPolicy, network_arguments
from remoteappmanager.exceptions import NotFound, RemoteAppError
from remoteappmanager.logging.logging_mixin import LoggingMixin

_ICC = "com.docker.network.bridge.enable_icc"


class RealmNetwork(LoggingMixin):
    """The network that containers of one realm and one policy are attached to.

    Several processes share it and any of them may remove it, so whoever starts a
    container on it must be ready to ask for it again (``is_gone``).
    """

    def __init__(self, client: AsyncDockerClient, realm: str) -> None:
        self._client = client
        self._realm = realm
        self._lock = asyncio.Lock()
        self._starts = 0

    async def ensure(self, policy: NetworkPolicy) -> str:
        """The id of the network, which is made if it is missing."""
        async with self._lock:
            found = await self._find(policy)
            if found is not None:
                return found
            made = await self._client.create_network(**network_arguments(self._realm, policy))
            # Two processes may have made one each at the same moment: both then
            # take the older one, and the other goes with the last container.
            return await self._find(policy) or str(made["Id"])

    @asynccontextmanager
    async def in_use(self) -> AsyncIterator[None]:
        """While this is held, ``remove_unused`` of this process leaves the network alone."""
        self._starts += 1
        try:
            yield
        finally:
            self._starts -= 1

    async def remove_unused(self) -> None:
        """Remove the realm's networks if no container of the realm runs; never raises for that.

        Docker itself refuses to remove a network with running containers.
        """
        if self._starts:
            return
        try:
            running = await self._client.containers(
                limit=1,
                filters={
                    "label": [f"{docker_labels.REALM}={self._realm}"],
                    "status": "running",
                },
            )
            if running:
                return
            for network in await self._ours():
                await self._remove(str(network["Id"]))
        except RemoteAppError as exc:
            self.log.warning("The realm's network could not be removed: %s", exc)

    @staticmethod
    def is_gone(error: RemoteAppError) -> bool:
        """Whether a start failed because the network was removed under it."""
        return isinstance(error, NotFound) and "network" in str(error).lower()

    async def _remove(self, network_id: str) -> None:
        try:
            await self._client.remove_network(network_id)
        except NotFound:
            pass
        except DockerRefused as exc:
            if "active endpoints" not in str(exc):
                raise

    async def _ours(self) -> list[Mapping[str, Any]]:
        label = f"{docker_labels.NETWORK_REALM}={self._realm}"
        return list(await self._client.networks(filters={"label": [label]}))

    async def _find(self, policy: NetworkPolicy) -> str | None:
        """The id of the oldest network that fits, or None."""
        fitting = [
            network
            for network in await self._ours()
            if bool(network.get("Internal")) is not policy.internet
            # Engines that cannot switch this off (Podman) do not show it either.
            and (network.get("Options") or {}).get(_ICC, "false") == "false"
        ]
        fitting.sort(key=lambda network: (str(network.get("Created")), str(network["Id"])))
        return str(fitting[0]["Id"]) if fitting else None
