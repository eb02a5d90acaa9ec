"""``stats/`` of the administration: the realm in numbers."""

from __future__ import annotations

import builtins
from typing import Any

from pydantic import Field

from remoteappmanager.webapi.admin.opened import opened
from remoteappmanager.webapi.base import ObjectHandler, Resource
from remoteappmanager.webapi.forms import Form


class StatsItem(Form):
    """The numbers."""

    realm: str
    num_total_users: int
    num_active_users: int = Field(description="Users of whom something runs")
    num_applications: int
    num_running_containers: int
    accounting_writable: bool = Field(description="False for a read-only accounting (CSV)")
    opened: builtins.list[str] = Field(
        description="What the configuration opens beyond the defaults, a sentence each"
    )


class StatsResource(Resource):
    """One object; two questions to the database and one to Docker."""

    name = "stats"
    summary = "The realm in numbers"
    Item = StatsItem

    async def retrieve(self, identifier: str) -> Form:
        """Count."""
        database = self.application.database
        users = await self.database(database.count_users)
        applications = await self.database(database.count_applications)
        running = await self.application.container_manager.find_containers()
        return StatsItem(
            realm=self.application.file_config.docker_realm,
            num_total_users=users,
            num_active_users=len({container.user for container in running}),
            num_applications=applications,
            num_running_containers=len(running),
            accounting_writable=not database.read_only,
            opened=opened(self.application.file_config),
        )


routes: builtins.list[Any] = [(r"stats/?", ObjectHandler, {"resource": StatsResource})]
