"""``users/`` of the administration: who is in the accounting."""

from __future__ import annotations

import builtins
from typing import Any

from pydantic import Field

from remoteappmanager.exceptions import NotFound
from remoteappmanager.webapi.admin.listing import choose, find, named, number
from remoteappmanager.webapi.base import CollectionHandler, ItemHandler, Resource
from remoteappmanager.webapi.forms import MAX_COUNT, Form, SearchQuery, Text


class UserItem(Form):
    """A user of the accounting."""

    name: str


class UserForm(Form):
    """A new one."""

    name: Text


class UserQuery(SearchQuery):
    """The users, or the one with an id: one item cannot be retrieved (spec: rest)."""

    id: int | None = Field(None, ge=0, le=MAX_COUNT, description="Only the user with this id")


class UserResource(Resource):
    """The users; the id is a number."""

    name = "users"
    summary = "Users"
    Item = UserItem
    Create = UserForm
    Query = UserQuery

    async def list(self, query: UserQuery) -> tuple[dict[str, Form], int]:
        """One page of them, searched and sorted by the database; or the one asked for."""
        if query.id is not None:
            user = await self.database(self.application.database.get_user, id=query.id)
            found = {} if user is None else {str(user.id): UserItem(name=user.name)}
            return choose(found, query, ("name",))
        users, total = await find(self, self.application.database.find_users, query, "name")
        return {str(user.id): UserItem(name=user.name) for user in users}, total

    async def create(self, form: UserForm) -> str:
        """Add one. ``Exists``."""
        with named("name"):
            return str(await self.database(self.application.database.create_user, form.name))

    async def delete(self, identifier: str) -> None:
        """Remove one with their grants; fine when already gone."""
        user_id = number(identifier)
        if user_id is None:
            raise NotFound("There is no user with that id.")
        await self.database(self.application.database.remove_user, id=user_id)


routes: builtins.list[Any] = [
    (r"users/?", CollectionHandler, {"resource": UserResource}),
    (r"users/([^/]+)/?", ItemHandler, {"resource": UserResource}),
]
