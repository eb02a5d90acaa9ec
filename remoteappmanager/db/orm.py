"""The accounting in an SQL database: SQLite or PostgreSQL.

Reading is one query wherever one is enough. Writers take turns (SQLite's
write lock, an advisory lock on PostgreSQL), so that what a writer has looked
up is still so when it writes.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError

from remoteappmanager.db import orm_bulk
from remoteappmanager.db.bulk import Declaration, Plan, PlanListener
from remoteappmanager.db.exceptions import Exists, NotFound
from remoteappmanager.db.interfaces import ChangeMark
from remoteappmanager.db.orm_changes import change_mark
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
    find_grant,
    find_pair,
    insert_policy,
    remove_unused_policies,
)
from remoteappmanager.db.orm_reading import ORMReading, matching
from remoteappmanager.db.orm_sessions import (
    accounting_for_user,
    detached_session,
    transaction,
)
from remoteappmanager.db.values import (
    check_name,
    findable,
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


class ORMDatabase(ORMReading):
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
    reached, is locked for too long or has other tables; a writing one
    ``UnsupportedOperation`` when this process may only read it.
    """

    # --- users and applications ------

    def create_user(self, user_name: str) -> int:
        """Create a user; the new id."""
        check_name("the user's name", user_name)
        with self._creating(f"The user {user_name!r} exists already."):
            return self._insert(User, {"name": user_name})

    def remove_user(self, *, user_name: str | None = None, id: int | None = None) -> None:
        """Remove a user with all their grants."""
        only_one("user_name", user_name, id)
        with self.db.writing() as connection:
            where = matching(User.id, id, User.name, user_name)
            connection.execute(delete(User).where(where))
            remove_unused_policies(connection)

    def create_application(self, app_name: str) -> int:
        """Create an application; the new id."""
        check_name("the application's image", app_name)
        with self._creating(f"The application {app_name!r} exists already."):
            return self._insert(Application, {"image": app_name})

    def remove_application(self, *, app_name: str | None = None, id: int | None = None) -> None:
        """Remove an application with all its grants."""
        only_one("app_name", app_name, id)
        with self.db.writing() as connection:
            where = matching(Application.id, id, Application.image, app_name)
            connection.execute(delete(Application).where(where))
            remove_unused_policies(connection)

    # --- grants -----------

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
        # Demo applications are granted at every login: what is there already is
        # found without waiting for a turn to write, and without the right to.
        with self.db.reading() as connection:
            pair = find_pair(connection, app_name, user_name)
            found = find_grant(connection, *pair, policy)
        if found is not None:
            return found
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

    # --- the whole ----------

    def change_mark(self) -> ChangeMark:
        """SQLite's count of changes, or PostgreSQL's notifications."""
        return change_mark(self.db)

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
