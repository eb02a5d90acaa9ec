"""Which database a command is about."""

from __future__ import annotations

import functools
import os
import typing
import urllib.parse

if typing.TYPE_CHECKING:
    from remoteappmanager.db.orm import ORMDatabase

_SQLITE = "sqlite:///"


def normalise_to_url(db: str) -> str:
    """The URL of what was typed: a text without ``:`` is the path of an SQLite file.

    >>> normalise_to_url("remoteapp.db")
    'sqlite:///remoteapp.db'
    """
    if ":" in db:
        return db
    # The two characters that mean something in a URL, and nothing in a path.
    return _SQLITE + os.path.expanduser(db).replace("%", "%25").replace("?", "%3F")


def is_sqlitedb_url(url: str) -> bool:
    """Whether the URL is one of an SQLite database."""
    return url.partition(":")[0].partition("+")[0] == "sqlite"


def sqlite_url_to_path(url: str) -> str:
    """The path in an SQLite URL; empty for a database in memory.

    Raises ``ValueError`` when the URL is not SQLite's.

    >>> sqlite_url_to_path("sqlite:////srv/remoteapp.db")
    '/srv/remoteapp.db'
    """
    prefix, found, path = url.partition(":///")
    if not is_sqlitedb_url(url) or not (found or prefix.endswith("://")):
        raise ValueError(f"{url!r} is not the URL of an SQLite database")
    path = urllib.parse.unquote(path.partition("?")[0])
    return "" if path == ":memory:" else path


def sqlitedb_present(url: str) -> bool:
    """Whether the file of an SQLite URL exists; it is looked at, never opened."""
    path = sqlite_url_to_path(url)
    return bool(path) and os.path.lexists(path)


def database(db: str) -> ORMDatabase:
    """The accounting at a path or URL, checked.

    Raises ``IOError`` naming the path of a missing or unreadable file,
    ``ServiceUnavailable`` when it cannot be used, ``ValueError`` for a bad URL.
    """
    found = RemoteAppDBContext(db).unchecked
    found.check()
    return found


class RemoteAppDBContext:
    """What the commands share: the database that was typed, opened when first needed."""

    def __init__(self, db: str) -> None:
        self.db_url = normalise_to_url(db)

    @functools.cached_property
    def unchecked(self) -> ORMDatabase:
        """The database, not looked at yet: it may not exist."""
        # SQLAlchemy is imported when it is needed: help is quick.
        from remoteappmanager.db.orm import ORMDatabase

        return ORMDatabase(self.db_url)

    @functools.cached_property
    def database(self) -> ORMDatabase:
        """The database, known to be usable."""
        self.unchecked.check()
        return self.unchecked
