"""``containers/`` of the administration: everything that runs in the realm."""

from __future__ import annotations

import builtins
from typing import Any

from pydantic import Field

from remoteappmanager.exceptions import NotFound
from remoteappmanager.user import User
from remoteappmanager.webapi.admin.listing import choose
from remoteappmanager.webapi.base import CollectionHandler, ItemHandler, Resource
from remoteappmanager.webapi.forms import Form, SearchQuery


class RealmContainer(Form):
    """A running container of anybody's."""

    docker_id: str
    name: str
    image_name: str
    image_id: str
    mapping_id: str
    user: str
    realm: str
    started: float = Field(description="Seconds since the epoch")

    @classmethod
    def of(cls, container: Any) -> RealmContainer:
        """From Docker's labels."""
        return cls(**{name: getattr(container, name) for name in cls.model_fields})


_COLUMNS = ("user", "image_name", "name", "mapping_id", "docker_id", "started")


class ContainerResource(Resource):
    """All running containers of the realm; the id is the ``url_id``."""

    name = "containers"
    summary = "Everybody's running applications"
    Item = RealmContainer
    Query = SearchQuery

    async def list(self, query: SearchQuery) -> tuple[dict[str, Form], int]:
        """One question to Docker, whatever the number."""
        found = await self.application.container_manager.find_containers()
        items = {container.url_id: RealmContainer.of(container) for container in found}
        return choose(items, query, _COLUMNS)

    async def delete(self, identifier: str) -> None:
        """Stop it, as its user would: the container, its address and its network go."""
        manager = self.application.container_manager
        for container in await manager.find_containers(url_id=identifier):
            await self.application.launcher.stop(User(name=container.user), identifier)
            return
        raise NotFound("There is no running container with that id.")


routes: builtins.list[Any] = [
    (r"containers/?", CollectionHandler, {"resource": ContainerResource}),
    (r"containers/([^/]+)/?", ItemHandler, {"resource": ContainerResource}),
]
