"""The state of the simulated engine: containers, networks, events."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import json
import os
import re
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from tests.fakes.docker_containers import Container
from tests.fakes.docker_images import FakeImage, Images, has_label
from tests.fakes.docker_networks import Filters, Network, Networks, Refused

_NAME = re.compile(r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]+", re.ASCII)


class Engine:
    """Everything a real engine would know. All methods belong to one event loop."""

    def __init__(self, images: Sequence[FakeImage]) -> None:
        self.images = Images(images)
        self.containers: dict[str, Container] = {}
        self.networks = Networks()
        #: Image name -> (behaviour, seconds) of the program in its containers.
        self.behaviours: dict[str, tuple[str, float]] = {}
        self._history: collections.deque[dict[str, Any]] = collections.deque(maxlen=256)
        self._listeners: set[asyncio.Queue[dict[str, Any] | None]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    # --- containers -----------------------------------------------------------

    def create(self, name: str, body: Mapping[str, Any]) -> Container:
        """Create a container, as Docker checks it."""
        image = self.images.find(body.get("Image") or "")
        name = name.lstrip("/") or secrets.token_hex(6)
        if not _NAME.fullmatch(name):
            raise Refused(
                400,
                f"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
            )
        if image is None:
            reference = body.get("Image", "")
            tag = "" if ":" in reference.rpartition("/")[2] or "@" in reference else ":latest"
            raise Refused(404, f"No such image: {reference}{tag}")
        for other in self.containers.values():
            if other.name == name:
                raise Refused(
                    409,
                    f'Conflict. The container name "/{name}" is already in use by container '
                    f'"{other.id}". You have to remove (or rename) that container to be able to '
                    "reuse that name.",
                )
        for mount in (body.get("HostConfig") or {}).get("Mounts") or []:
            if mount.get("Type") == "bind" and not os.path.exists(mount["Source"]):
                raise Refused(
                    400,
                    'invalid mount config for type "bind": bind source path does not exist: '
                    + mount["Source"],
                )
        container = Container(name, body, image)
        mode = container.host_config.get("NetworkMode") or "default"
        if mode not in ("default", "bridge"):
            container.network_name = self.networks.name(mode)
        self.containers[container.id] = container
        self._emit(container, "create")
        return container

    async def start(self, container: Container) -> bool:
        """Start it; False when it runs already."""
        if container.running:
            return False
        mode = container.host_config.get("NetworkMode") or "default"
        try:
            network = self.networks.find("bridge" if mode == "default" else mode)
        except Refused as refusal:
            container.exit_code, container.error = 128, str(refusal)
            raise
        behaviour, seconds = self.behaviours.get(container.body["Image"], ("normal", 0.0))
        await container.start(behaviour, seconds)
        container.network_id = network.id
        self._emit(container, "start")
        task = asyncio.create_task(self._watch(container))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _watch(self, container: Container) -> None:
        await container.run_out()
        self._emit(container, "die", exitCode=str(container.exit_code))
        container.ended.set()

    async def stop(self, container: Container, grace: float) -> bool:
        """Stop it; False when it does not run."""
        if not container.running:
            return False
        self._emit(container, "kill", signal="15")
        await container.stop(grace)
        self._emit(container, "stop")
        return True

    def kill(self, container: Container, number: int) -> None:
        """Send it a signal."""
        if not container.running:
            raise Refused(
                409,
                f"Cannot kill container: {container.id}: Container {container.id} is not running",
            )
        self._emit(container, "kill", signal=str(number))
        container.signal(number)

    async def remove(self, container: Container, force: bool) -> None:
        """Remove it; a running one only by force."""
        if container.running:
            if not force:
                raise Refused(
                    409,
                    f"You cannot remove a running container {container.id}. Stop the container "
                    "before attempting removal or force remove",
                )
            self.kill(container, 9)
            await container.ended.wait()
        if self.containers.pop(container.id, None) is not None:
            self._emit(container, "destroy")

    def container(self, reference: str) -> Container:
        """The container of that id, beginning of an id, or name."""
        name = reference.lstrip("/")
        for container in self.containers.values():
            if name in (container.id, container.name):
                return container
        matches = [one for one in self.containers.values() if one.id.startswith(name)]
        if len(matches) == 1:
            return matches[0]
        raise Refused(404, f"No such container: {reference}")

    def listed(self, everything: bool, filters: Filters) -> list[dict[str, Any]]:
        """The answer to ``GET /containers/json``, newest first."""
        known = {"label", "status", "name", "id", "ancestor", "network"}
        if unknown := set(filters) - known:
            raise Refused(400, f"Invalid filter '{unknown.pop()}'")
        everything = everything or "status" in filters
        return [
            container.list_item()
            for container in reversed(self.containers.values())
            if (everything or container.running) and self._matches(container, filters)
        ]

    def _matches(self, container: Container, filters: Filters) -> bool:
        def any_of(key: str, *values: str) -> bool:
            wanted = filters.get(key)
            return not wanted or any(value in wanted for value in values)

        names = filters.get("name")
        ids = filters.get("id")
        ancestors = [self.images.find(name) for name in filters.get("ancestor", ())]
        return (
            all(has_label(container.labels, label) for label in filters.get("label", ()))
            and any_of("status", container.status)
            and any_of("network", container.network_name, container.network_id)
            and (not names or any(re.search(name, f"/{container.name}") for name in names))
            and (not ids or any(container.id.startswith(one) for one in ids))
            and (not ancestors or container.image in ancestors)
        )

    async def end_all(self) -> None:
        """The engine goes away: every process with it, and every listener."""
        running = [one for one in self.containers.values() if one.running]
        for container in running:
            container.signal(9)
        for container in running:
            await container.ended.wait()
        for listener in self._listeners:
            listener.put_nowait(None)

    def on_network(self, network: Network) -> list[Container]:
        """The running containers on it."""
        return [one for one in self.containers.values() if one.network_id == network.id]

    # --- events ---------------------------------------------------------------

    def _emit(self, container: Container, action: str, **more: str) -> None:
        now = time.time_ns()
        image = container.body["Image"]
        attributes = container.labels | {"image": image, "name": container.name} | more
        event = {
            "status": action,
            "id": container.id,
            "from": image,
            "Type": "container",
            "Action": action,
            "Actor": {"ID": container.id, "Attributes": attributes},
            "scope": "local",
            "time": now // 10**9,
            "timeNano": now,
        }
        self._history.append(event)
        for listener in self._listeners:
            listener.put_nowait(event)

    async def events(self, filters: Filters, since: float | None) -> AsyncIterator[bytes]:
        """Lines of JSON for ever, beginning with the remembered ones after ``since``."""
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        if since is not None:
            for event in self._history:
                if event["timeNano"] >= since * 10**9:
                    queue.put_nowait(event)
        self._listeners.add(queue)
        with contextlib.ExitStack() as stack:
            stack.callback(self._listeners.discard, queue)
            while (event := await queue.get()) is not None:
                if self._wanted(event, filters):
                    yield json.dumps(event).encode() + b"\n"

    @staticmethod
    def _wanted(event: Mapping[str, Any], filters: Filters) -> bool:
        attributes = event["Actor"]["Attributes"]
        tests = {
            "type": event["Type"],
            "event": event["Action"],
            "container": event["id"],
            "image": event["from"],
        }
        return all(
            value in filters[key] for key, value in tests.items() if filters.get(key)
        ) and all(has_label(attributes, label) for label in filters.get("label", ()))
