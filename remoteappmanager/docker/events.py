"""A realm's container events."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from remoteappmanager.docker import docker_labels
from remoteappmanager.docker.async_docker_client import AsyncDockerClient

#: The only two that change which addresses work.
ACTIONS = ("start", "die")


@dataclasses.dataclass(frozen=True)
class ContainerEvent:
    """A container of the realm started or died.

    ``action`` is ``start`` or ``die``, ``time`` the daemon's clock in seconds since the epoch.
    """

    action: str
    docker_id: str
    url_id: str
    user: str
    mapping_id: str
    time: float

    @classmethod
    def from_docker_dict(cls, event: Mapping[str, Any]) -> ContainerEvent:
        """Make one of an item of Docker's event stream."""
        actor = event.get("Actor") or {}
        labels = actor.get("Attributes") or {}
        nanoseconds = event.get("timeNano")
        return cls(
            action=str(event.get("Action") or event.get("status") or ""),
            docker_id=str(actor.get("ID") or event.get("id") or ""),
            url_id=str(labels.get(docker_labels.URL_ID, "")),
            user=str(labels.get(docker_labels.USER, "")),
            mapping_id=str(labels.get(docker_labels.MAPPING_ID, "")),
            time=nanoseconds / 1e9 if nanoseconds else float(event.get("time") or 0),
        )


async def realm_events(
    client: AsyncDockerClient, realm: str, since: float | None = None
) -> AsyncGenerator[ContainerEvent, None]:
    """Start and die events of the realm's containers, from ``since`` (seconds since the epoch).

    Ends only with ``ServiceUnavailable``, or when it is closed.
    """
    arguments: dict[str, Any] = {
        "filters": {
            "type": "container",
            "event": list(ACTIONS),
            "label": [f"{docker_labels.REALM}={realm}"],
        }
    }
    if since is not None:
        arguments["since"] = int(since)
    async with aclosing(client.events(**arguments)) as events:
        async for event in events:
            yield ContainerEvent.from_docker_dict(event)
