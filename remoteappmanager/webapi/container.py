"""``containers/``: start, look at and stop what the owner runs."""

from __future__ import annotations

import builtins
from typing import Annotated, Any

from pydantic import Field

from remoteappmanager.exceptions import NotFound
from remoteappmanager.webapi.base import CollectionHandler, ItemHandler, Resource
from remoteappmanager.webapi.forms import Form, PageQuery, Text


class ContainerItem(Form):
    """A running container."""

    name: str
    image_name: str
    mapping_id: str


class StartForm(Form):
    """What to start, and how."""

    mapping_id: Text
    configurables: Annotated[
        dict[str, Any] | None, Field(description="Tag of a configurable -> its values")
    ] = None


class ContainerResource(Resource):
    """The owner's running containers; the id is the ``url_id`` of their address."""

    name = "containers"
    summary = "Your running applications"
    Item = ContainerItem
    Create = StartForm

    async def list(self, query: PageQuery) -> tuple[dict[str, Form], int]:
        """All that run, oldest first."""
        found = await self.application.launcher.containers(self.user)
        return {item.url_id: _item(item) for item in query.page(list(found))}, len(found)

    async def retrieve(self, identifier: str) -> Form:
        """One of them."""
        for container in await self.application.launcher.containers(self.user):
            if container.url_id == identifier:
                return _item(container)
        raise NotFound("You have no running container with that id.")

    async def create(self, form: StartForm) -> str:
        """Start; done when the container answers at its address."""
        container = await self.application.launcher.launch(
            self.user, form.mapping_id, form.configurables
        )
        return container.url_id

    async def delete(self, identifier: str) -> None:
        """Stop and remove. ``NotFound`` unless it is the owner's."""
        await self.application.launcher.stop(self.user, identifier)


def _item(container: Any) -> ContainerItem:
    return ContainerItem(
        name=container.name, image_name=container.image_name, mapping_id=container.mapping_id
    )


routes: builtins.list[Any] = [
    (r"containers/?", CollectionHandler, {"resource": ContainerResource}),
    (r"containers/([^/]+)/?", ItemHandler, {"resource": ContainerResource}),
]
