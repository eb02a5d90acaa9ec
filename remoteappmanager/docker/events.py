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
#: And whether somebody asked for a death: Docker says "stop" after it.
_OWNERS_ACTIONS = (*ACTIONS, "stop")
#: What changes which images there are, and their names.
_IMAGE_ACTIONS = ("tag", "untag", "delete", "load", "pull", "import")


@dataclasses.dataclass(frozen=True)
class ContainerEvent:
    """A container of the realm started, died, or was stopped.

    ``action`` is ``start``, ``die`` or ``stop``, ``time`` the daemon's clock in seconds since
    the epoch, ``image`` the name that it was started by.
    """

    action: str
    docker_id: str
    url_id: str
    user: str
    mapping_id: str
    time: float
    image: str = ""

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
            image=str(labels.get("image", "")),
        )


@dataclasses.dataclass(frozen=True)
class ImageEvent:
    """Docker has other images than before, or the same by other names."""


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


async def owner_events(
    client: AsyncDockerClient, realm: str, user_name: str, since: float
) -> AsyncGenerator[ContainerEvent | ImageEvent, None]:
    """What changes a user's lists: events of their containers in the realm, and of all images.

    One stream. Docker can filter labels only for containers and images alike,
    so that other users' containers are left out here. Ends as ``realm_events``.
    """
    filters = {
        "type": ["container", "image"],
        "event": [*_OWNERS_ACTIONS, *_IMAGE_ACTIONS],
    }
    async with aclosing(client.events(filters=filters, since=int(since))) as events:
        async for event in events:
            if event.get("Type") == "image":
                yield ImageEvent()
                continue
            labels = (event.get("Actor") or {}).get("Attributes") or {}
            owner = (labels.get(docker_labels.REALM), labels.get(docker_labels.USER))
            if owner == (realm, user_name):
                yield ContainerEvent.from_docker_dict(event)
