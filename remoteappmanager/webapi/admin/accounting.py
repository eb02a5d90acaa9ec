"""``accounting/`` of the administration: the grants of one user."""

from __future__ import annotations

import builtins
import json
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from remoteappmanager.db.interfaces import ABCAccounting
from remoteappmanager.exceptions import InvalidRequest, NotFound
from remoteappmanager.webapi.admin.listing import choose, number
from remoteappmanager.webapi.base import CollectionHandler, ItemHandler, Resource
from remoteappmanager.webapi.errors import BadQueryArguments
from remoteappmanager.webapi.forms import Form, SearchQuery, Text

#: Text that may be empty or null, which means: none.
Optional = Annotated[str | None, StringConstraints(strip_whitespace=True, max_length=4096)]
UserId = Annotated[str | int, Field(description="A user's id; a number is accepted too")]


class GrantItem(Form):
    """A grant: user, application and policy."""

    user_id: str
    image_name: str
    app_license: str | None
    allow_home: bool
    allow_view: bool
    volume_source: str | None
    volume_target: str | None
    volume_mode: str | None
    allow_startup_data: bool

    @classmethod
    def of(cls, user_id: int, accounting: ABCAccounting) -> GrantItem:
        """From the accounting."""
        policy = accounting.application_policy
        options = set(cls.model_fields) - {"user_id", "image_name"}
        return cls(
            user_id=str(user_id),
            image_name=accounting.application.image,
            **{name: getattr(policy, name) for name in options},
        )


class GrantForm(Form):
    """A new grant. Volume source and target are given both, or neither for no volume."""

    user_id: UserId
    image_name: Text
    app_license: Optional = None
    allow_home: bool = False
    allow_view: bool = False
    volume_source: Optional = None
    volume_target: Optional = None
    volume_mode: Optional = None
    allow_startup_data: bool = False

    @property
    def volume(self) -> str | None:
        """As ``SOURCE:TARGET:MODE``; None for none. The database says what is wrong with it."""
        if not self.volume_source and not self.volume_target:
            return None
        mode = self.volume_mode or "ro"
        return f"{self.volume_source or ''}:{self.volume_target or ''}:{mode}"


class GrantQuery(SearchQuery):
    """Grants are always listed for one user."""

    filter: str = Field(
        description='JSON: {"user_id": "1"}',
        json_schema_extra={
            "contentMediaType": "application/json",
            "pattern": r'^\{"user_id": ("[0-9]{1,9}"|[0-9]{1,9})\}$',
        },
    )


class AccountingResource(Resource):
    """The grants of a user; the id is the mapping id."""

    name = "accounting"
    summary = "Grants of a user"
    Item = GrantItem
    Create = GrantForm
    Query = GrantQuery

    async def list(self, query: GrantQuery) -> tuple[dict[str, Form], int]:
        """The grants of the user in the filter: two questions to the database."""
        user = await self._user(_user_id(query.filter))
        if user is None:
            raise NotFound("There is no user with that id.")
        grants = await self.database(self.application.database.get_accounting_for_user, user)
        items = {grant.id: GrantItem.of(user.id, grant) for grant in grants}
        return choose(items, query, ("image_name", "volume_source", "volume_target"))

    async def create(self, form: GrantForm) -> str:
        """Grant. The same grant again gives the same id."""
        user = await self._user(form.user_id)
        if user is None:
            raise InvalidRequest("user_id: there is no user with that id.")
        try:
            return await self.database(
                self.application.database.grant_access,
                form.image_name,
                user.name,
                form.app_license or None,
                form.allow_home,
                form.allow_view,
                form.volume,
                form.allow_startup_data,
            )
        except ValueError as exc:
            raise InvalidRequest(f"The volume is not valid: {exc}") from exc

    async def delete(self, identifier: str) -> None:
        """Revoke; fine when already gone."""
        await self.database(self.application.database.revoke_access_by_id, identifier)

    async def _user(self, user_id: str | int) -> Any:
        row = number(str(user_id).strip())
        if row is None:
            return None
        return await self.database(self.application.database.get_user, id=row)


def _user_id(text: str) -> str | int:
    """The user's id in ``{"user_id": "1"}``. Raises ``BadQueryArguments``."""
    try:
        found = json.loads(text)["user_id"]
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise BadQueryArguments('filter: {"user_id": ...} is expected, as JSON.') from exc
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise BadQueryArguments("filter: user_id must be a text or a number.")
    return found


routes: builtins.list[Any] = [
    (r"accounting/?", CollectionHandler, {"resource": AccountingResource}),
    (r"accounting/([^/]+)/?", ItemHandler, {"resource": AccountingResource}),
]
