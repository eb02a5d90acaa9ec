"""Making one container run, or leaving nothing behind."""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from remoteappmanager.docker.async_docker_client import AsyncDockerClient, DockerRefused
from remoteappmanager.docker.container import Container
from remoteappmanager.docker.networks import RealmNetwork
from remoteappmanager.docker.spec import NetworkPolicy, container_arguments
from remoteappmanager.exceptions import NotFound, RemoteAppError, ServiceUnavailable
from remoteappmanager.logging.logging_mixin import LoggingMixin

#: Two processors make five starts in a second however many are asked for at once;
#: more at a time only makes each slower.
MAX_STARTS = 2 * (os.cpu_count() or 1)
#: How often a start is tried again when the network was removed under it.
_ATTEMPTS = 4
_MISSING_SOURCE = re.compile(r"bind source path does not exist: (?P<path>.+)")


class Starter(LoggingMixin):
    """Creates and starts containers on the realm's network."""

    def __init__(self, client: AsyncDockerClient, network: RealmNetwork) -> None:
        self._client = client
        self._network = network
        self._starting = asyncio.Semaphore(MAX_STARTS)
        self._background: set[asyncio.Task[Any]] = set()
        #: Names of the containers of starts that are under way in this process.
        self.in_flight: set[str] = set()

    async def start(
        self,
        policy: NetworkPolicy,
        arguments: dict[str, Any],
        on_missing_source: Callable[[str], None],
    ) -> Container:
        """Create and start a container; ``arguments`` are those of ``spec.container_arguments``
        except for the network. On failure or cancellation it is removed again.
        """
        async with self._starting, self._network.in_use(), self._named(arguments["name"]):
            for attempt in range(1, _ATTEMPTS + 1):
                network_id = await self._network.ensure(policy)
                try:
                    return await self._start_on(
                        {**arguments, "network": policy, "network_id": network_id},
                        on_missing_source,
                    )
                except NotFound as exc:
                    # Another process stopped the realm's last container, and
                    # removed the network with it.
                    if attempt == _ATTEMPTS or not self._network.is_gone(exc):
                        raise
        raise AssertionError("unreachable")

    @asynccontextmanager
    async def _named(self, name: str) -> AsyncIterator[None]:
        self.in_flight.add(name)
        try:
            yield
        finally:
            self.in_flight.discard(name)

    async def shielded(self, work: Coroutine[Any, Any, None]) -> None:
        """Await ``work``, which goes on to its end also when the caller is cancelled."""
        await asyncio.shield(self._spawn(work))

    async def discard(self, docker_id: str) -> None:
        """Kill and remove a container of a failed start. Never raises: what it leaves
        behind is found by its labels at the next start-up.
        """
        await self.shielded(self._remove_quietly(docker_id))

    async def close(self, timeout: float = 5.0) -> None:
        """Give what goes on in the background ``timeout`` seconds to end."""
        if self._background:
            await asyncio.wait(self._background, timeout=timeout)

    async def _start_on(
        self, arguments: dict[str, Any], on_missing_source: Callable[[str], None]
    ) -> Container:
        async with AsyncExitStack() as undo:
            docker_id = await self._create_with_existing_sources(arguments, on_missing_source)
            undo.push_async_callback(self.discard, docker_id)
            await self._client.start(docker_id)
            container = Container.from_docker_dict(await self._client.inspect_container(docker_id))
            undo.pop_all()
            return container

    async def _create_with_existing_sources(
        self, arguments: dict[str, Any], on_missing_source: Callable[[str], None]
    ) -> str:
        """Create, and once more without each mount whose source Docker does not find.

        Only Docker knows: it may run on another host, or see what this process may not.
        """
        while True:
            try:
                return await self._create(container_arguments(**arguments))
            except DockerRefused as exc:
                match = _MISSING_SOURCE.search(str(exc))
                path = match["path"].strip().strip('"') if match else None
                mounts = [mount for mount in arguments["mounts"] if mount.source != path]
                if path is None or len(mounts) == len(arguments["mounts"]):
                    raise
                arguments = {**arguments, "mounts": mounts}
                on_missing_source(path)

    async def _create(self, arguments: Mapping[str, Any]) -> str:
        pending = self._client.submit("create_container", **arguments)
        answered = False
        try:
            created = await self._client.result(pending, "create_container", {})
            answered = True
        finally:
            if not answered:
                self._spawn(self._undo_create(pending, arguments["name"]))
        return str(created["Id"])

    async def _undo_create(
        self, pending: concurrent.futures.Future[dict[str, Any]], name: str
    ) -> None:
        """Remove what a call makes after its caller has gone: the thread cannot be stopped."""
        if pending.cancel():
            return
        try:
            created = await asyncio.wrap_future(pending)
            await self._remove_quietly(created["Id"])
        except (NotFound, DockerRefused):
            pass  # nothing was made
        except ServiceUnavailable:
            await self._remove_when_it_appears(name)

    async def _remove_when_it_appears(self, name: str) -> None:
        """Docker goes on after the connection broke: look for the name, which is unique."""
        for wait in (0.1, 0.5, 1, 2, 4, 8, 15):
            await asyncio.sleep(wait)
            try:
                await self._client.remove_container(name, v=True, force=True)
                return
            except NotFound:
                continue
            except RemoteAppError as exc:
                self.log.debug("Looking for what is left of %s: %s", name, exc)

    async def _remove_quietly(self, docker_id: str) -> None:
        try:
            await self._client.remove_container(docker_id, v=True, force=True)
        except NotFound:
            pass
        except RemoteAppError as exc:
            self.log.warning("A failed start left container %s behind: %s", docker_id, exc)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        # The loop keeps only weak references to tasks.
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task
