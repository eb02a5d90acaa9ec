"""The accounting in an SQL database: SQLite or PostgreSQL.

Reading is one query wherever one is enough. Writers take turns (SQLite's
write lock, an advisory lock on PostgreSQL), so that what a writer has looked
up is still so when it writes.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    collate,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from remoteappmanager.db import orm_bulk, orm_schema
from remoteappmanager.db.bulk import Declaration, Plan, PlanListener
from remoteappmanager.db.exceptions import Exists, NotFound
from remoteappmanager.db.interfaces import ABCDatabase, check_page
from remoteappmanager.db.orm_engine import Database
from remoteappmanager.db.orm_models import (
    Accounting,
    Application,
    ApplicationPolicy,
    Base,
    IdMixin,
    User,
)
from remoteappmanager.db.orm_queries import (
    GRANTS,
    accounting_from_row,
    find_grant,
    find_pair,
    insert_policy,
    remove_unused_policies,
)
from remoteappmanager.db.orm_sessions import (
    accounting_for_user,
    detached_session,
    transaction,
)
from remoteappmanager.db.values import (
    PlainAccounting,
    PlainApplication,
    PlainUser,
    check_name,
    findable,
    findable_id,
    make_policy,
    only_one,
)

__all__ = [
    "Accounting",
    "Application",
    "ApplicationPolicy",
    "Base",
    "Database",
    "IdMixin",
    "ORMDatabase",
    "User",
    "accounting_for_user",
    "detached_session",
    "transaction",
]


_MOST = 2**31 - 1


class ORMDatabase(ABCDatabase):
    """The accounting in SQLite or PostgreSQL.

    Parameters
    ----------
    url:
        An SQLAlchemy URL; ``ValueError`` when it is none. Nothing is
        connected before the first question.
    kwargs:
        For :class:`Database`: ``busy_timeout`` in seconds, and whatever
        ``sqlalchemy.create_engine`` takes.

    Every method raises ``ServiceUnavailable`` when the database cannot be
    reached, is locked for too long or has other tables.
    """

    def __init__(self, url: str, **kwargs: Any) -> None:
        self.db = Database(url, **kwargs)

    def check(self) -> None:
        """Make sure that the file is there and sound, and that its tables are ours."""
        self.db.check_file()
        with self.db.reading() as connection:
            orm_schema.require_sound(connection)
            orm_schema.require_usable(connection)

    # --- users ------------------------------------------------------------

    def get_user(self, *, user_name: str | None = None, id: int | None = None) -> PlainUser | None:
        """A user, or None."""
        only_one("user_name", user_name, id)
        where = _is(User.id, id, User.name, user_name)
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

    def create_user(self, user_name: str) -> int:
        """Create a user; the new id."""
        check_name("the user's name", user_name)
        with self._creating(f"The user {user_name!r} exists already."):
            return self._insert(User, {"name": user_name})

    def remove_user(self, *, user_name: str | None = None, id: int | None = None) -> None:
        """Remove a user with all their grants."""
        only_one("user_name", user_name, id)
        with self.db.writing() as connection:
            where = _is(User.id, id, User.name, user_name)
            connection.execute(delete(User).where(where))
            remove_unused_policies(connection)

    # --- applications -----------------------------------------------------

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

    def create_application(self, app_name: str) -> int:
        """Create an application; the new id."""
        check_name("the application's image", app_name)
        with self._creating(f"The application {app_name!r} exists already."):
            return self._insert(Application, {"image": app_name})

    def remove_application(self, *, app_name: str | None = None, id: int | None = None) -> None:
        """Remove an application with all its grants."""
        only_one("app_name", app_name, id)
        with self.db.writing() as connection:
            where = _is(Application.id, id, Application.image, app_name)
            connection.execute(delete(Application).where(where))
            remove_unused_policies(connection)

    # --- grants -----------------------------------------------------------

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

    def grant_access(
        self,
        app_name: str,
        user_name: str,
        app_license: str | None,
        allow_home: bool,
        allow_view: bool,
        volume: str | None,
        allow_startup_data: bool,
    ) -> str:
        """Grant; the mapping id, the same one when the same grant is there already."""
        policy = make_policy(app_license, allow_home, allow_view, volume, allow_startup_data)
        with self.db.writing() as connection:
            user_id, app_id = find_pair(connection, app_name, user_name)
            found = find_grant(connection, user_id, app_id, policy)
            if found is not None:
                return found
            mapping_id = uuid.uuid4().hex
            connection.execute(
                insert(Accounting).values(
                    id=mapping_id,
                    user_id=user_id,
                    application_id=app_id,
                    application_policy_id=insert_policy(connection, policy),
                )
            )
            return mapping_id

    def revoke_access(
        self,
        app_name: str,
        user_name: str,
        app_license: str | None,
        allow_home: bool,
        allow_view: bool,
        volume: str | None,
        allow_startup_data: bool,
    ) -> None:
        """Take exactly that grant away."""
        policy = make_policy(app_license, allow_home, allow_view, volume, allow_startup_data)
        with self.db.writing() as connection:
            user_id, app_id = find_pair(connection, app_name, user_name)
            found = find_grant(connection, user_id, app_id, policy)
            if found is None:
                raise NotFound(
                    f"The user {user_name!r} has no grant of {app_name!r} with that policy."
                )
            connection.execute(delete(Accounting).where(Accounting.id == found))
            remove_unused_policies(connection)

    def revoke_access_by_id(self, mapping_id: str) -> None:
        """Take the grant with that mapping id away, if it is there."""
        with self.db.writing() as connection:
            connection.execute(delete(Accounting).where(Accounting.id == findable(mapping_id)))
            remove_unused_policies(connection)

    def revoke_all(self, app_name: str, user_name: str) -> int:
        """Take every grant of that application to that user away; how many there were."""
        with self.db.writing() as connection:
            user_id, app_id = find_pair(connection, app_name, user_name)
            where = (Accounting.user_id == user_id, Accounting.application_id == app_id)
            taken = connection.execute(delete(Accounting).where(*where)).rowcount
            if not taken:
                raise NotFound(f"The user {user_name!r} has no grant of {app_name!r}.")
            remove_unused_policies(connection)
        return taken

    # --- the whole ----------------------------------------------------------

    def apply(
        self,
        declaration: Declaration,
        *,
        prune: bool = False,
        dry_run: bool = False,
        on_plan: PlanListener | None = None,
    ) -> Plan:
        """Bring users, applications and grants to what ``declaration`` says, all or nothing.

        Nothing is removed unless ``prune``. ``on_plan`` is called with the
        plan before anything is changed; what it raises undoes everything.
        Two of these at one moment run one after the other.
        """
        with self.db.reading() if dry_run else self.db.writing() as connection:
            plan = orm_bulk.make_plan(connection, declaration, prune=prune)
            if on_plan is not None:
                on_plan(plan)
            if not dry_run:
                orm_bulk.carry_out(connection, plan)
        return plan

    def export(self) -> Declaration:
        """All users, applications and grants, as ``apply`` takes them."""
        with self.db.reading() as connection:
            return orm_bulk.current(connection)

    # --- helpers --------------------------------------------------------------

    def _grants(self, query: Select[*tuple[Any, ...]]) -> list[PlainAccounting]:
        with self.db.reading() as connection:
            found = [accounting_from_row(row) for row in connection.execute(query)]
        # Sorted here: databases disagree about the alphabet.
        found.sort(key=lambda item: (item.user.name, item.application.image))
        return found

    def _count(self, model: type[User] | type[Application]) -> int:
        with self.db.reading() as connection:
            return connection.execute(select(func.count(model.id))).scalar_one()

    def _insert(self, model: type[User] | type[Application], values: dict[str, str]) -> int:
        with self.db.writing() as connection:
            statement = insert(model).values(values).returning(model.id)
            return connection.execute(statement).scalar_one()

    @contextlib.contextmanager
    def _creating(self, message: str) -> Iterator[None]:
        try:
            yield
        except IntegrityError as exc:
            raise Exists(message) from exc

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


def _is(
    id_column: InstrumentedAttribute[int],
    id: int | None,
    name_column: InstrumentedAttribute[str],
    name: str | None,
) -> ColumnElement[bool]:
    """The row with that id, or where there is none, with that name."""
    if id is not None:
        return id_column == findable_id(id)
    return name_column == findable(name or "")
