"""``applications/`` and ``images/`` of the administration: what may be granted."""

from __future__ import annotations

import builtins
from typing import Any

from pydantic import Field

from remoteappmanager.exceptions import NotFound, ServiceUnavailable
from remoteappmanager.webapi.admin.listing import choose, find, named, number
from remoteappmanager.webapi.base import CollectionHandler, ItemHandler, Resource
from remoteappmanager.webapi.forms import Form, SearchQuery, Text


class ApplicationEntry(Form):
    """An application of the accounting."""

    image_name: str
    image_available: bool | None = Field(
        description="Whether Docker has the image; null while Docker is away"
    )


class ApplicationForm(Form):
    """A new one."""

    image_name: Text


class ApplicationResource(Resource):
    """The applications; the id is a number."""

    name = "applications"
    summary = "Applications"
    Item = ApplicationEntry
    Create = ApplicationForm
    Query = SearchQuery

    async def list(self, query: SearchQuery) -> tuple[dict[str, Form], int]:
        """One page of them: one question to the database, one to Docker."""
        database = self.application.database
        applications, total = await find(self, database.find_applications, query, "image")
        try:
            images = await self.application.container_manager.images()
        except ServiceUnavailable:
            images = None
        items: dict[str, Form] = {}
        for application in applications:
            known = None if images is None else images.find(application.image) is not None
            items[str(application.id)] = ApplicationEntry(
                image_name=application.image, image_available=known
            )
        return items, total

    async def create(self, form: ApplicationForm) -> str:
        """Add one, whether or not Docker has its image yet. ``Exists``."""
        database = self.application.database
        with named("image_name"):
            return str(await self.database(database.create_application, form.image_name))

    async def delete(self, identifier: str) -> None:
        """Remove one with its grants; fine when already gone."""
        application_id = number(identifier)
        if application_id is None:
            raise NotFound("There is no application with that id.")
        await self.database(self.application.database.remove_application, id=application_id)


class ImageItem(Form):
    """An image that Docker has, under one of its names."""

    name: str
    ui_name: str
    description: str
    type: str


class ImageResource(Resource):
    """The images that Docker has, to choose an application from; the id is the name."""

    name = "images"
    summary = "Images that Docker has"
    Item = ImageItem
    Query = SearchQuery

    async def list(self, query: SearchQuery) -> tuple[dict[str, Form], int]:
        """Each image under each of its names: one question to Docker."""
        found = {
            tag: ImageItem(
                name=tag, ui_name=image.ui_name, description=image.description, type=image.type
            )
            for image in await self.application.container_manager.images()
            for tag in image.tags
        }
        return choose(dict(sorted(found.items())), query, ("name", "ui_name", "type"))


routes: builtins.list[Any] = [
    (r"applications/?", CollectionHandler, {"resource": ApplicationResource}),
    (r"applications/([^/]+)/?", ItemHandler, {"resource": ApplicationResource}),
    (r"images/?", CollectionHandler, {"resource": ImageResource}),
]
