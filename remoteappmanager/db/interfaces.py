"""What an accounting backend is (spec: accounting).

Values are plain and frozen where we make them: usable from any thread, with
nothing loaded lazily behind the caller's back.
"""

import abc
from collections.abc import Sequence
from typing import Any

from remoteappmanager.db.exceptions import NotFound


class ABCApplication(abc.ABC):
    """An image that may be granted."""

    id: Any
    image: str


class ABCApplicationPolicy(abc.ABC):
    """How a granted application may run."""

    app_license: str | None
    allow_home: bool
    allow_view: bool
    #: True exactly when a volume is given.
    allow_common: bool
    volume_source: str | None
    volume_target: str | None
    volume_mode: str | None
    allow_startup_data: bool


class ABCAccounting(abc.ABC):
    """One grant. Its ``id`` is the ``mapping_id``: 32 hexadecimal digits."""

    id: str
    user: Any
    application: ABCApplication
    application_policy: ABCApplicationPolicy


class ChangeMark:
    """Says whether anything in an accounting may have changed, much cheaper than reading it.

    For one thread at a time. This one knows nothing and says no: for backends
    that have nothing cheap to look at. Who asks reads the whole now and then.
    """

    def changed(self) -> bool:
        """Whether anything may have changed since this was last called, or since the mark was made.

        Raises ``ServiceUnavailable`` when the database cannot be asked.
        """
        return False

    def close(self) -> None:
        """Let go of what the mark holds. It may be called again, and ``changed`` may not."""


class ABCDatabase(abc.ABC):
    """An accounting database. Every method is synchronous and safe from any thread.

    Backends that cannot write raise ``UnsupportedOperation`` from every
    writing method. A backend that cannot be reached raises
    ``ServiceUnavailable``.

    The methods that are not abstract have plain answers here, made from the
    others; a backend that can do better overrides them.
    """

    #: True for a backend whose writing methods all raise ``UnsupportedOperation``.
    read_only: bool = False

    def check(self) -> None:  # noqa: B027 (nothing to check is an answer)
        """Make sure the database can be used, before anything is asked of it.

        Raises ``IOError`` naming the path of a file that is missing or
        unreadable, ``ServiceUnavailable`` saying what is wrong otherwise.
        """

    def change_mark(self) -> ChangeMark:
        """A new mark, which connects when it is first asked. Never raises."""
        return ChangeMark()

    @abc.abstractmethod
    def get_user(self, *, user_name: str | None = None, id: int | None = None) -> Any:
        """A user with ``.id`` and ``.name``, or None when there is no such user.

        Raises ``ValueError`` unless exactly one argument is given.
        """

    @abc.abstractmethod
    def get_accounting_for_user(self, user: Any) -> Sequence[ABCAccounting]:
        """The user's grants; ``[]`` for None and for a user the database does not know."""

    @abc.abstractmethod
    def get_accounting_for_user_name(self, user_name: str) -> Sequence[ABCAccounting]:
        """The grants of the user of that name in one query; ``[]`` when unknown."""

    @abc.abstractmethod
    def create_user(self, user_name: str) -> int:
        """Create a user; the new id. Raises ``Exists``, ``ValueError`` for an empty name."""

    @abc.abstractmethod
    def remove_user(self, *, user_name: str | None = None, id: int | None = None) -> None:
        """Remove a user and their grants; nothing happens if absent.

        Raises ``ValueError`` unless exactly one argument is given.
        """

    @abc.abstractmethod
    def list_users(self) -> Sequence[Any]:
        """All users, by name."""

    @abc.abstractmethod
    def create_application(self, app_name: str) -> int:
        """Create an application; the new id.

        Raises ``Exists``, ``ValueError`` for an empty name.
        """

    @abc.abstractmethod
    def remove_application(self, *, app_name: str | None = None, id: int | None = None) -> None:
        """Remove an application and its grants; nothing happens if absent.

        Raises ``ValueError`` unless exactly one argument is given.
        """

    @abc.abstractmethod
    def list_applications(self) -> Sequence[ABCApplication]:
        """All applications, by image name."""

    @abc.abstractmethod
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
        """Grant; the mapping id, the same one when the same grant is there already.

        Raises ``NotFound`` for an unknown application or user, ``ValueError``
        for a ``volume`` that is not ``SOURCE:TARGET:MODE``.
        """

    @abc.abstractmethod
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
        """Take exactly that grant away. Raises ``NotFound`` and ``ValueError``."""

    @abc.abstractmethod
    def revoke_access_by_id(self, mapping_id: str) -> None:
        """Take the grant with that mapping id away; nothing happens if absent."""

    def revoke_all(self, app_name: str, user_name: str) -> int:
        """Take every grant of that application to that user away; how many there were.

        Raises ``NotFound`` for an unknown application or user, and where
        there is no such grant.
        """
        if self.get_user(user_name=user_name) is None:
            raise NotFound(f"There is no user {user_name!r}.")
        if all(item.image != app_name for item in self.list_applications()):
            raise NotFound(f"There is no application {app_name!r}.")
        found = [
            accounting.id
            for accounting in self.get_accounting_for_user_name(user_name)
            if accounting.application.image == app_name
        ]
        if not found:
            raise NotFound(f"The user {user_name!r} has no grant of {app_name!r}.")
        for mapping_id in found:
            self.revoke_access_by_id(mapping_id)
        return len(found)

    # --- for lists of any length ------------------------------------------

    def find_users(
        self,
        search: str | None = None,
        *,
        sort: str = "name",
        descending: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[Sequence[Any], int]:
        """One page of the users, and how many there are on all pages.

        Parameters
        ----------
        search:
            Only users whose name contains this text, letters' case aside.
        sort:
            ``"name"`` or ``"id"``; anything else is a ``ValueError``.
        limit, offset:
            The size of the page (None: all) and how many to pass over.
        """
        return _page(self.list_users(), "name", search, sort, descending, limit, offset)

    def find_applications(
        self,
        search: str | None = None,
        *,
        sort: str = "image",
        descending: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[Sequence[ABCApplication], int]:
        """One page of the applications, as :meth:`find_users`.

        ``sort`` is ``"image"`` or ``"id"``.
        """
        return _page(self.list_applications(), "image", search, sort, descending, limit, offset)

    def count_users(self) -> int:
        """How many users there are."""
        return len(self.list_users())

    def count_applications(self) -> int:
        """How many applications there are."""
        return len(self.list_applications())

    def list_accounting(self) -> Sequence[ABCAccounting]:
        """Every grant, by user name and image."""
        return [
            accounting
            for user in self.list_users()
            for accounting in self.get_accounting_for_user_name(user.name)
        ]


def check_page(name: str, sort: str, limit: int | None, offset: int) -> None:
    """Raise ``ValueError`` for a page nobody can have asked for; ``name`` is the text column."""
    if sort not in (name, "id"):
        raise ValueError(f"cannot sort by {sort!r}: it is {name!r} or 'id'")
    if offset < 0 or (limit is not None and limit < 0):
        raise ValueError("limit and offset are not negative")


def _page(
    items: Sequence[Any],
    name: str,
    search: str | None,
    sort: str,
    descending: bool,
    limit: int | None,
    offset: int,
) -> tuple[Sequence[Any], int]:
    check_page(name, sort, limit, offset)
    wanted = (search or "").lower()
    found = [item for item in items if wanted in getattr(item, name).lower()]
    found.sort(key=lambda item: getattr(item, sort), reverse=descending)
    end = None if limit is None else offset + limit
    return found[offset:end], len(found)
