"""Whether an SQL database has changed, without reading it.

SQLite counts other connections' changes (``PRAGMA data_version``); PostgreSQL
is told by whoever writes (``LISTEN``, ``NOTIFY``). Changes that are made with
other programs are seen at once on SQLite, and on PostgreSQL only if they
send the notification as well.
"""

from __future__ import annotations

import pathlib
import sqlite3
from typing import Any

from sqlalchemy import Connection, text

from remoteappmanager.db.changes import FileMark, stamp_of
from remoteappmanager.db.interfaces import ChangeMark
from remoteappmanager.db.orm_engine import CHANNEL, Database
from remoteappmanager.db.orm_errors import translated
from remoteappmanager.exceptions import ServiceUnavailable


def change_mark(database: Database) -> ChangeMark:
    """The cheapest one that this database has."""
    if not database.is_sqlite:
        return NotificationMark(database)
    path = database.path
    if path is None:
        return MemoryMark(database)
    if not database.may_write():
        # Such a process may have to open the file as one that does not change.
        return FileMark([path, pathlib.Path(f"{path}-wal")])
    return VersionMark(path)


class VersionMark(ChangeMark):
    """An SQLite file: a connection that sees the others' changes counted."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        self._file: tuple[int, ...] | None = None
        self._connection: sqlite3.Connection | None = None
        self._seen = self._look()

    def changed(self) -> bool:
        """See ``ChangeMark``. Also when the file was replaced by another one."""
        seen, self._seen = self._seen, self._look()
        return self._seen != seen

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _look(self) -> tuple[Any, ...]:
        stamp = stamp_of(self._path)
        file = stamp and stamp[:1]
        if self._connection is None or file != self._file:
            self.close()
            self._file = file
            self._connection = self._open()
        if self._connection is None:
            return (file, None)
        try:
            return (file, self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:  # locked at this moment, or not a database any more
            return (file, None)

    def _open(self) -> sqlite3.Connection | None:
        try:
            connection = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=rw", uri=True, check_same_thread=False
            )
            connection.execute("PRAGMA busy_timeout = 0")
        except sqlite3.Error:
            return None
        return connection


class MemoryMark(ChangeMark):
    """SQLite in memory: its one connection counts its own changes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen = self._look()

    def changed(self) -> bool:
        """See ``ChangeMark``."""
        seen, self._seen = self._seen, self._look()
        return self._seen != seen

    def _look(self) -> int:
        with self._database.reading() as connection:
            count: int = connection.execute(text("SELECT total_changes()")).scalar_one()
        return count


class NotificationMark(ChangeMark):
    """PostgreSQL: a connection that is told by every writer of ours."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None

    def changed(self) -> bool:
        """See ``ChangeMark``. Having to connect anew counts: nobody told us meanwhile."""
        try:
            if self._connection is None:
                self._listen()
                return True
            return self._told(self._connection)
        except ServiceUnavailable:
            self.close()
            raise

    def close(self) -> None:
        """Give up the connection."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.invalidate()
            connection.close()

    def _listen(self) -> None:
        with translated():
            self._connection = self._database.engine.connect()
            self._connection.execution_options(isolation_level="AUTOCOMMIT")
            self._connection.execute(text(f"LISTEN {CHANNEL}"))

    def _told(self, connection: Connection) -> bool:
        driver: Any = connection.connection.driver_connection
        try:
            return bool(list(driver.notifies(timeout=0)))
        except self._database.engine.dialect.loaded_dbapi.Error as exc:
            raise ServiceUnavailable("The database") from exc
