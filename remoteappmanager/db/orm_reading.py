"""Asking an SQL database: each question is one query, a page of a list is two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, collate, func, select
from sqlalchemy.orm import InstrumentedAttribute

from remoteappmanager.db import orm_schema
from remoteappmanager.db.interfaces import ABCDatabase, check_page
from remoteappmanager.db.orm_engine import Database
from remoteappmanager.db.orm_models import Application, User
from remoteappmanager.db.orm_queries import GRANTS, accounting_from_row
from remoteappmanager.db.values import (
    PlainAccounting,
    PlainApplication,
    PlainUser,
    findable,
    findable_id,
    only_one,
)

_MOST = 2**31 - 1


class ORMReading(ABCDatabase):
    """The half of ``ORMDatabase`` that changes nothing."""

    def __init__(self, url: str, **kwargs: Any) -> None:
        self.db = Database(url, **kwargs)

    def check(self) -> None:
        """Make sure that the file is there and sound, and that its tables are ours."""
        self.db.check_file()
        with self.db.reading() as connection:
            orm_schema.require_sound(connection)
            orm_schema.require_usable(connection)

    def get_user(self, *, user_name: str | None = None, id: int | None = None) -> PlainUser | None:
        """A user, or None."""
        only_one("user_name", user_name, id)
        where = matching(User.id, id, User.name, user_name)
        with self.db.reading() as connection:
            row = connection.execute(select(User.id, User.name).where(where)).first()
        return None if row is None else PlainUser(row[0], row[1])

    def list_users(self) -> list[PlainUser]:
        """All users, by name."""
        return self.find_users()[0]

    def count_users(self) -> int:
        """How many users there are."""
        return self._count(User)

    def find_users(
        self,
        search: str | None = None,
        *,
        sort: str = "name",
        descending: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[list[PlainUser], int]:
        """One page of the users, and how many there are on all pages."""
        check_page("name", sort, limit, offset)
        rows, total = self._page(User, User.name, search, sort, descending, limit, offset)
        return [PlainUser(row[0], row[1]) for row in rows], total

    def list_applications(self) -> list[PlainApplication]:
        """All applications, by image name."""
        return self.find_applications()[0]

    def count_applications(self) -> int:
        """How many applications there are."""
        return self._count(Application)

    def find_applications(
        self,
        search: str | None = None,
        *,
        sort: str = "image",
        descending: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[list[PlainApplication], int]:
        """One page of the applications, and how many there are on all pages."""
        check_page("image", sort, limit, offset)
        column = Application.image
        rows, total = self._page(Application, column, search, sort, descending, limit, offset)
        return [PlainApplication(row[0], row[1]) for row in rows], total

    def get_accounting_for_user(self, user: Any) -> list[PlainAccounting]:
        """The user's grants, by image; ``[]`` for None and for somebody unknown.

        The name must fit the id: an id may have been given to somebody else.
        """
        if user is None:
            return []
        return self._grants(
            GRANTS.where(User.id == findable_id(user.id), User.name == findable(user.name))
        )

    def get_accounting_for_user_name(self, user_name: str) -> list[PlainAccounting]:
        """The grants of the user of that name, by image, in one query."""
        return self._grants(GRANTS.where(User.name == findable(user_name)))

    def list_accounting(self) -> list[PlainAccounting]:
        """Every grant, by user name and image, in one query."""
        return self._grants(GRANTS)

    def _grants(self, query: Select[*tuple[Any, ...]]) -> list[PlainAccounting]:
        with self.db.reading() as connection:
            found = [accounting_from_row(row) for row in connection.execute(query)]
        # Sorted here: databases disagree about the alphabet.
        found.sort(key=lambda item: (item.user.name, item.application.image))
        return found

    def _count(self, model: type[User] | type[Application]) -> int:
        with self.db.reading() as connection:
            return connection.execute(select(func.count(model.id))).scalar_one()

    def _page(
        self,
        model: type[User] | type[Application],
        column: InstrumentedAttribute[str],
        search: str | None,
        sort: str,
        descending: bool,
        limit: int | None,
        offset: int,
    ) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
        if search and not findable(search):
            return [], 0
        where = [column.icontains(search, autoescape=True)] if search else []
        by: ColumnElement[Any] = model.id.expression
        if sort != "id":
            # By code point, as Python sorts: the same order on every database.
            by = collate(column, "BINARY" if self.db.is_sqlite else "C")
        # No table is longer, and a larger number is none to SQLite.
        offset, limit = min(offset, _MOST), None if limit is None else min(limit, _MOST)
        page = select(model.id, column).where(*where)
        page = page.order_by(by.desc() if descending else by).limit(limit).offset(offset)
        with self.db.reading() as connection:
            rows = connection.execute(page).all()
            if limit is None and not offset:
                return rows, len(rows)
            total = connection.execute(select(func.count(model.id)).where(*where)).scalar_one()
        return rows, total


def matching(
    id_column: InstrumentedAttribute[int],
    id: int | None,
    name_column: InstrumentedAttribute[str],
    name: str | None,
) -> ColumnElement[bool]:
    """The row with that id, or where there is none, with that name."""
    if id is not None:
        return id_column == findable_id(id)
    return name_column == findable(name or "")
