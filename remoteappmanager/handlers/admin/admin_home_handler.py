"""The page that holds the administration panel."""

from __future__ import annotations

from typing import Any

from remoteappmanager import naming
from remoteappmanager.handlers.user_home_handler import HomeHandler


class AdminHomeHandler(HomeHandler):
    """``/user/NAME/`` of an administration session, and the panel's addresses below it."""

    template = "admin/home.html"
    session = naming.ADMIN_SESSION

    def app_data(self) -> dict[str, Any]:
        """As for users, and whether the accounting can be written."""
        read_only = self.application.database.read_only
        return {**super().app_data(), "accounting-writable": "false" if read_only else "true"}
