"""The process of one user: ``remoteappmanager``."""

from __future__ import annotations

from typing import Any, ClassVar

from remoteappmanager.base_application import BaseApplication
from remoteappmanager.handlers.user_home_handler import UserHomeHandler
from remoteappmanager.webapi import application, container


class Application(BaseApplication):
    """Lets its owner see, start and stop the applications they are granted."""

    api_routes: ClassVar = [*application.routes, *container.routes]

    def page_routes(self) -> list[Any]:
        """The home page, and the same by a name that ``default_url`` does not redirect."""
        return [("", UserHomeHandler), ("home/?", UserHomeHandler)]
