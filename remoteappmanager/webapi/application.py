"""``applications/``: what the owner may start, and what of it runs."""

from __future__ import annotations

import builtins
from typing import Any

from pydantic import Field

from remoteappmanager.db.interfaces import ABCApplicationPolicy
from remoteappmanager.docker.container import Container
from remoteappmanager.exceptions import NotFound
from remoteappmanager.launcher import RunnableApplication
from remoteappmanager.webapi.base import CollectionHandler, ItemHandler, Resource
from remoteappmanager.webapi.forms import Form, PageQuery


class Policy(Form):
    """How the application may run."""

    app_license: str | None
    allow_home: bool
    allow_view: bool
    volume_source: str | None
    volume_target: str | None
    volume_mode: str | None
    allow_startup_data: bool

    @classmethod
    def of(cls, policy: ABCApplicationPolicy) -> Policy:
        """From the accounting."""
        return cls(**{name: getattr(policy, name) for name in cls.model_fields})


class ApplicationImage(Form):
    """The image, as its labels describe it."""

    name: str
    ui_name: str
    icon_128: str = Field(description="base64 of a PNG, or empty")
    description: str
    type: str = Field(description="vncapp, webapp, or empty for images that do not say")
    configurables: list[str] = Field(description="Tags of the start-time choices it supports")
    policy: Policy


class RunningContainer(Form):
    """What runs of an application."""

    name: str
    image_name: str
    url_id: str

    @classmethod
    def of(cls, container: Container) -> RunningContainer:
        """From Docker's labels."""
        return cls(name=container.name, image_name=container.image_name, url_id=container.url_id)


class ApplicationItem(Form):
    """A granted application. ``container`` is absent when nothing runs."""

    mapping_id: str
    image: ApplicationImage
    container: RunningContainer = Field(None, validate_default=False)  # type: ignore[assignment]

    @classmethod
    def of(cls, application: RunnableApplication) -> ApplicationItem:
        """From the launcher's answer."""
        image = application.image
        given: dict[str, Any] = {
            "mapping_id": application.mapping_id,
            "image": ApplicationImage(
                name=image.name,
                ui_name=image.ui_name,
                icon_128=image.icon_128,
                description=image.description,
                type=image.type,
                configurables=[configurable.tag for configurable in image.configurables],
                policy=Policy.of(application.accounting.application_policy),
            ),
        }
        if application.container is not None:
            given["container"] = RunningContainer.of(application.container)
        return cls(**given)


class ApplicationResource(Resource):
    """The applications granted to the owner, sorted by name."""

    name = "applications"
    summary = "Applications that you may start"
    Item = ApplicationItem

    async def list(self, query: PageQuery) -> tuple[dict[str, Form], int]:
        """One question to the database, two to Docker, whatever the number."""
        await self.application.welcome()
        found = await self.application.launcher.applications(self.user)
        items: dict[str, Form] = {
            application.mapping_id: ApplicationItem.of(application)
            for application in query.page(found)
        }
        return items, len(found)

    async def retrieve(self, identifier: str) -> Form:
        """One of them. ``NotFound`` also where Docker does not have its image."""
        for application in await self.application.launcher.applications(self.user):
            if application.mapping_id == identifier:
                return ApplicationItem.of(application)
        raise NotFound("You have no application with that id, or its image is missing.")


routes: builtins.list[Any] = [
    (r"applications/?", CollectionHandler, {"resource": ApplicationResource}),
    (r"applications/([^/]+)/?", ItemHandler, {"resource": ApplicationResource}),
]
