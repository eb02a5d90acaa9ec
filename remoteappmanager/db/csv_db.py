"""The accounting in a CSV file, for small sites: read-only, edited by hand.

The file is looked at again when it has changed, so a grant is visible at the
next look. Ids come from the content: they are the same after a restart, and a
running container is found again by its mapping id.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import os
import pathlib
from collections.abc import Mapping
from typing import Any, NoReturn

from remoteappmanager.db import csv_format
from remoteappmanager.db.bulk import sorted_grants
from remoteappmanager.db.changes import FileMark, content_stamp
from remoteappmanager.db.exceptions import UnsupportedOperation
from remoteappmanager.db.interfaces import ABCDatabase, ChangeMark
from remoteappmanager.db.values import (
    PlainAccounting,
    PlainApplication,
    PlainPolicy,
    PlainUser,
    only_one,
)
from remoteappmanager.exceptions import ServiceUnavailable

log = logging.getLogger(__name__)


class CSVUser(PlainUser):
    """A user of the file."""


class CSVApplication(PlainApplication):
    """An application of the file."""


class CSVApplicationPolicy(PlainPolicy):
    """A policy of the file."""


class CSVAccounting(PlainAccounting):
    """A grant of the file."""


@dataclasses.dataclass(frozen=True)
class _Content:
    """The file as it was at one moment, told from others by ``stamp``."""

    stamp: tuple[int, ...]
    users: Mapping[str, CSVUser]
    applications: Mapping[str, CSVApplication]
    accounting: Mapping[str, list[CSVAccounting]]


class CSVDatabase(ABCDatabase):
    """The accounting in a CSV file.

    Parameters
    ----------
    csv_file_path:
        The file: UTF-8, its first row the header (``csv_format.HEADERS``).
    kwargs:
        Ignored, so that a configuration can be switched between backends.

    Raises ``IOError`` for a missing file, ``ValueError`` naming a missing
    header or the line that is wrong. When a later change of the file breaks
    it, every question is ``ServiceUnavailable`` until it is mended: an old
    answer might grant what has been taken away.
    """

    read_only = True

    def __init__(self, csv_file_path: str | os.PathLike[str], **kwargs: Any) -> None:
        self.path = pathlib.Path(csv_file_path)
        self._content = self._load()
        self._reported: tuple[int, ...] = ()

    def check(self) -> None:
        """Make sure that the file can be read; the errors are the constructor's."""
        self._content = self._load()

    def change_mark(self) -> ChangeMark:
        """The file's own stamp."""
        return FileMark([self.path])

    def get_user(self, *, user_name: str | None = None, id: int | None = None) -> CSVUser | None:
        """A user, or None."""
        only_one("user_name", user_name, id)
        users = self._current().users
        if user_name is not None:
            return users.get(user_name)
        return next((user for user in users.values() if user.id == id), None)

    def get_accounting_for_user(self, user: Any) -> list[CSVAccounting]:
        """The user's grants, by image."""
        content = self._current()
        if user is None or content.users.get(user.name) != CSVUser(user.id, user.name):
            return []
        return list(content.accounting.get(user.name, []))

    def get_accounting_for_user_name(self, user_name: str) -> list[CSVAccounting]:
        """The grants of the user of that name, by image."""
        return list(self._current().accounting.get(user_name, []))

    def list_users(self) -> list[CSVUser]:
        """All users, by name."""
        return list(self._current().users.values())

    def list_applications(self) -> list[CSVApplication]:
        """All applications, by image."""
        return list(self._current().applications.values())

    def create_user(self, user_name: str) -> NoReturn:
        """Refuse."""
        self._refuse()

    def remove_user(self, *, user_name: str | None = None, id: int | None = None) -> NoReturn:
        """Refuse."""
        self._refuse()

    def create_application(self, app_name: str) -> NoReturn:
        """Refuse."""
        self._refuse()

    def remove_application(self, *, app_name: str | None = None, id: int | None = None) -> NoReturn:
        """Refuse."""
        self._refuse()

    def grant_access(
        self,
        app_name: str,
        user_name: str,
        app_license: str | None,
        allow_home: bool,
        allow_view: bool,
        volume: str | None,
        allow_startup_data: bool,
    ) -> NoReturn:
        """Refuse."""
        self._refuse()

    def revoke_access(
        self,
        app_name: str,
        user_name: str,
        app_license: str | None,
        allow_home: bool,
        allow_view: bool,
        volume: str | None,
        allow_startup_data: bool,
    ) -> NoReturn:
        """Refuse."""
        self._refuse()

    def revoke_access_by_id(self, mapping_id: str) -> NoReturn:
        """Refuse."""
        self._refuse()

    def revoke_all(self, app_name: str, user_name: str) -> NoReturn:
        """Refuse."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise UnsupportedOperation(
            "The accounting is a CSV file, which is changed with an editor and not from here."
        )

    def _current(self) -> _Content:
        """The content, read again when the file has changed."""
        stamp: tuple[int, ...] = (0,)
        try:
            stamp = content_stamp(os.stat(self.path))
            if stamp != self._content.stamp:
                self._content = self._load()
        except (OSError, ValueError) as exc:
            if stamp != self._reported:
                log.error("The accounting file cannot be used: %s", exc)
                self._reported = stamp
            raise ServiceUnavailable("The database") from exc
        return self._content

    def _load(self) -> _Content:
        with open(self.path, "rb") as source:
            stamp = content_stamp(os.fstat(source.fileno()))
            raw = source.read()
        try:
            declaration = csv_format.parse(raw.decode("utf-8"))
        except UnicodeDecodeError as exc:
            line = raw.count(b"\n", 0, exc.start) + 1
            raise ValueError(f"{self.path}: line {line}: this is not UTF-8 text") from exc
        except ValueError as exc:
            raise ValueError(f"{self.path}: {exc}") from exc
        user_ids = _numbers("user", declaration.users)
        app_ids = _numbers("application", declaration.applications)
        users = {name: CSVUser(id, name) for name, id in user_ids.items()}
        applications = {name: CSVApplication(id, name) for name, id in app_ids.items()}
        accounting: dict[str, list[CSVAccounting]] = {}
        for grant in sorted_grants(declaration.grants):
            policy = CSVApplicationPolicy(*dataclasses.astuple(grant.policy))
            key = [grant.user, grant.application, *dataclasses.astuple(policy)]
            accounting.setdefault(grant.user, []).append(
                CSVAccounting(
                    _digest("accounting", key)[:32],
                    users[grant.user],
                    applications[grant.application],
                    policy,
                )
            )
        return _Content(stamp, users, applications, accounting)


def _digest(kind: str, content: Any) -> str:
    text = json.dumps([kind, content], ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _numbers(kind: str, names: frozenset[str]) -> dict[str, int]:
    """A number for each name, sorted by name: a part of its digest, exact in JavaScript.

    48 bits: two of a hundred thousand names collide once in sixty thousand
    sites. They are then told apart by counting on, in the order of the names.
    """
    numbers: dict[str, int] = {}
    taken = set[int]()
    for name in sorted(names):
        number = int(_digest(kind, name)[:12], 16)
        while number in taken:
            number += 1
        taken.add(number)
        numbers[name] = number
    return numbers
