"""The process of an administrator: ``remoteappadmin``."""

from __future__ import annotations

from typing import Any, ClassVar

from remoteappmanager import naming
from remoteappmanager.base_application import BaseApplication
from remoteappmanager.handlers.admin.admin_home_handler import AdminHomeHandler
from remoteappmanager.webapi.admin import accounting, application, container, stats, user

#: The panel's sections; each has an address, so that the browser's back button works.
SECTIONS = ("overview", "containers", "users", "applications")


class AdminApplication(BaseApplication):
    """Lets its owner, while the Hub calls them an administrator, manage the realm."""

    admin_only = True
    other_session = naming.USER_SESSION
    #: Whoever is no administrator any more is out at the next request.
    hub_cache = 0

    api_routes: ClassVar = [
        *user.routes,
        *application.routes,
        *accounting.routes,
        *container.routes,
        *stats.routes,
    ]

    def page_routes(self) -> list[Any]:
        """The panel, at its root and at each section's address."""
        return [
            ("", AdminHomeHandler),
            ("home/?", AdminHomeHandler),
            (f"({'|'.join(SECTIONS)})/?", AdminHomeHandler),
            ("users/([^/]+)(?:/.*)?", AdminHomeHandler),
        ]
