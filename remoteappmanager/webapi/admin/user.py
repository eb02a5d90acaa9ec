"""``users/`` of the administration: who is in the accounting."""

from __future__ import annotations

import builtins
from typing import Any

from remoteappmanager.exceptions import NotFound
from remoteappmanager.webapi.admin.listing import find, number
from remoteappmanager.webapi.base import CollectionHandler, ItemHandler, Resource
from remoteappmanager.webapi.forms import Form, SearchQuery, Text


class UserItem(Form):
    """A user of the accounting."""

    name: str


class UserForm(Form):
    """A new one."""

    name: Text


class UserResource(Resource):
    """The users; the id is a number."""

    name = "users"
    summary = "Users"
    Item = UserItem
    Create = UserForm
    Query = SearchQuery

    async def list(self, query: SearchQuery) -> tuple[dict[str, Form], int]:
        """One page of them, searched and sorted by the database."""
        users, total = await find(self, self.application.database.find_users, query, "name")
        return {str(user.id): UserItem(name=user.name) for user in users}, total

    async def create(self, form: UserForm) -> str:
        """Add one. ``Exists``."""
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
