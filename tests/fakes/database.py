"""An accounting in memory, which passes the same contract as the real ones.

For tests of what stands on a database. ``calls`` counts what was asked;
``outage`` makes every question fail as a database does that is away.
"""

import collections
import dataclasses
import itertools
import threading
import uuid
from typing import Any

from remoteappmanager.db.exceptions import Exists, NotFound
from remoteappmanager.db.interfaces import ABCDatabase, ChangeMark
from remoteappmanager.db.values import (
    PlainAccounting,
    PlainApplication,
    PlainUser,
    check_name,
    make_policy,
    only_one,
)
from remoteappmanager.exceptions import ServiceUnavailable


@dataclasses.dataclass
class FakeDatabase(ABCDatabase):
    """Users, applications and grants in three dictionaries."""

    #: While true, the database does not answer.
    outage: bool = False
    #: Method name -> how many times it was called.
    calls: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)

    def __post_init__(self) -> None:
        self._ids = itertools.count(1)
        self._lock = threading.RLock()
        self._users: dict[str, PlainUser] = {}
        self._applications: dict[str, PlainApplication] = {}
        self._accounting: dict[str, PlainAccounting] = {}

    def change_mark(self) -> ChangeMark:
        return _FakeMark(self)

    def _called(self, method: str) -> None:
        self.calls[method] += 1
        if self.outage:
            raise ServiceUnavailable("The database")

    def check(self) -> None:
        self._called("check")

    def get_user(self, *, user_name: str | None = None, id: int | None = None) -> PlainUser | None:
        self._called("get_user")
        only_one("user_name", user_name, id)
        if user_name is not None:
            return self._users.get(user_name)
        return next((user for user in self._users.values() if user.id == id), None)

    def get_accounting_for_user(self, user: Any) -> list[PlainAccounting]:
        self._called("get_accounting_for_user")
        return self._of(
            lambda item: user is not None and item.user == PlainUser(user.id, user.name)
        )

    def get_accounting_for_user_name(self, user_name: str) -> list[PlainAccounting]:
        self._called("get_accounting_for_user_name")
        return self._of(lambda item: item.user.name == user_name)

    def create_user(self, user_name: str) -> int:
        self._called("create_user")
        check_name("the user's name", user_name)
        with self._lock:
            if user_name in self._users:
                raise Exists(f"The user {user_name!r} exists already.")
            self._users[user_name] = PlainUser(next(self._ids), user_name)
            return self._users[user_name].id

    def remove_user(self, *, user_name: str | None = None, id: int | None = None) -> None:
        self._called("remove_user")
        only_one("user_name", user_name, id)
        with self._lock:
            for user in list(self._users.values()):
                if user_name == user.name or id == user.id:
                    del self._users[user.name]
                    self._forget(lambda item, gone=user: item.user == gone)

    def list_users(self) -> list[PlainUser]:
        self._called("list_users")
        with self._lock:
            return sorted(self._users.values(), key=lambda user: user.name)

    def create_application(self, app_name: str) -> int:
        self._called("create_application")
        check_name("the application's image", app_name)
        with self._lock:
            if app_name in self._applications:
                raise Exists(f"The application {app_name!r} exists already.")
            self._applications[app_name] = PlainApplication(next(self._ids), app_name)
            return self._applications[app_name].id

    def remove_application(self, *, app_name: str | None = None, id: int | None = None) -> None:
        self._called("remove_application")
        only_one("app_name", app_name, id)
        with self._lock:
            for application in list(self._applications.values()):
                if app_name == application.image or id == application.id:
                    del self._applications[application.image]
                    self._forget(lambda item, gone=application: item.application == gone)

    def list_applications(self) -> list[PlainApplication]:
        self._called("list_applications")
        with self._lock:
            return sorted(self._applications.values(), key=lambda item: item.image)

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
        self._called("grant_access")
        policy = make_policy(app_license, allow_home, allow_view, volume, allow_startup_data)
        with self._lock:
            user, application = self._pair(app_name, user_name)
            new = PlainAccounting(uuid.uuid4().hex, user, application, policy)
            for item in self._accounting.values():
                if dataclasses.replace(new, id=item.id) == item:
                    return item.id
            self._accounting[new.id] = new
            return new.id

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
        self._called("revoke_access")
        policy = make_policy(app_license, allow_home, allow_view, volume, allow_startup_data)
        with self._lock:
            wanted = (*self._pair(app_name, user_name), policy)
            before = len(self._accounting)
            self._forget(
                lambda item: (item.user, item.application, item.application_policy) == wanted
            )
            if len(self._accounting) == before:
                raise NotFound(f"The user {user_name!r} has no such grant of {app_name!r}.")

    def revoke_access_by_id(self, mapping_id: str) -> None:
        self._called("revoke_access_by_id")
        with self._lock:
            self._accounting.pop(mapping_id, None)

    def _pair(self, app_name: str, user_name: str) -> tuple[PlainUser, PlainApplication]:
        if app_name not in self._applications:
            raise NotFound(f"There is no application {app_name!r}.")
        if user_name not in self._users:
            raise NotFound(f"There is no user {user_name!r}.")
        return self._users[user_name], self._applications[app_name]

    def _of(self, wanted: Any) -> list[PlainAccounting]:
        with self._lock:
            found = [item for item in self._accounting.values() if wanted(item)]
        return sorted(found, key=lambda item: item.application.image)

    def _forget(self, unwanted: Any) -> None:
        kept = {id: item for id, item in self._accounting.items() if not unwanted(item)}
        self._accounting = kept


class _FakeMark(ChangeMark):
    """Compares the whole content: a fake is small."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database
        self._seen = self._look()

    def changed(self) -> bool:
        if self._database.outage:
            raise ServiceUnavailable("The database")
        seen, self._seen = self._seen, self._look()
        return seen != self._seen

    def _look(self) -> tuple[object, ...]:
        database = self._database
        with database._lock:
            return (
                tuple(database._users),
                tuple(database._applications),
                tuple(database._accounting),
            )
