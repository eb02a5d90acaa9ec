"""Connections: one engine per database, opened when first needed.

Everything that differs between SQLite and PostgreSQL lives here: how a file
is opened without ever being created, who may write at a time, and what the
drivers' errors mean.
"""

from __future__ import annotations

import contextlib
import functools
import os
import pathlib
import sqlite3
import tempfile
import typing
import urllib.parse
from collections.abc import Iterator
from typing import Any

import sqlalchemy.exc
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool, QueuePool

from remoteappmanager.db import orm_schema
from remoteappmanager.db.orm_errors import translated
from remoteappmanager.exceptions import Exists, ServiceUnavailable

#: Seconds to wait for another process that writes. Well under ``network_timeout``.
BUSY_TIMEOUT = 10.0
#: Seconds to wait for a PostgreSQL server that does not answer.
CONNECT_TIMEOUT = 5
#: PostgreSQL's advisory lock that every writer of ours takes ("remo" as a number).
_WRITERS = 0x72656D6F
#: PostgreSQL's channel on which every writer of ours says that there is something new.
CHANNEL = "remoteappmanager"


class Database:
    """An engine, sessions on it, and the making of tables.

    Parameters
    ----------
    url:
        An SQLAlchemy URL. ``ValueError`` when it is none.
    busy_timeout:
        Seconds to wait while another process writes.
    kwargs:
        Handed to ``sqlalchemy.create_engine``.

    Nothing is connected before the first use, so an outage is an error of
    that use and not a process that does not start.
    """

    def __init__(self, url: str, *, busy_timeout: float | None = None, **kwargs: Any) -> None:
        try:
            parsed = make_url(url)
            if parsed.drivername in ("postgresql", "postgres"):
                parsed = parsed.set(drivername="postgresql+psycopg")
            parsed.get_dialect()
        except (sqlalchemy.exc.ArgumentError, sqlalchemy.exc.NoSuchModuleError) as exc:
            raise ValueError(f"{url!r} is not the URL of a database") from exc
        try:
            parsed.get_dialect().import_dbapi()
        except ImportError as exc:
            raise ValueError(f"the driver of {parsed.drivername!r} is not installed") from exc
        self.url: URL = parsed
        self.busy_timeout = BUSY_TIMEOUT if busy_timeout is None else busy_timeout
        self._kwargs = kwargs
        self._prepared_to_write = False

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite, in a file or in memory."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def path(self) -> pathlib.Path | None:
        """The SQLite file; None for SQLite in memory and for a server."""
        name = self.url.database
        if not self.is_sqlite or name in (None, "", ":memory:"):
            return None
        return pathlib.Path(str(name))

    @functools.cached_property
    def engine(self) -> Engine:
        """The engine. Making it connects to nothing."""
        if self.is_sqlite:
            return self._sqlite_engine()
        options: dict[str, Any] = {"pool_pre_ping": True, **self._kwargs}
        arguments = dict(options.pop("connect_args", {}))
        arguments.setdefault("connect_timeout", CONNECT_TIMEOUT)
        return create_engine(self.url, connect_args=arguments, **options)

    @functools.cached_property
    def _writing_engine(self) -> Engine:
        return self.engine.execution_options(remoteapp_writes=True)

    def create_session(self) -> Session:
        """A new session. Its objects stay usable after a commit and after its end.

        Raises ``IOError`` naming the path of an SQLite file that is missing
        or unreadable.
        """
        self.check_file()
        return Session(self.engine, expire_on_commit=False)

    @property
    def display_name(self) -> str:
        """The path, or the URL without its password: for messages to administrators."""
        return str(self.path) if self.path else self.url.render_as_string(hide_password=True)

    def initialise(self) -> None:
        """Make the tables in a new SQLite file, or in a server's empty database.

        Raises ``Exists`` when the file or the tables exist, ``IOError`` when
        the file cannot be made. The file appears whole or not at all.
        """
        path = self.path
        if path is None:
            with translated(), self._transaction(self._writing_engine) as connection:
                if orm_schema.has_any_table(connection):
                    raise Exists("The accounting's tables exist already.")
                orm_schema.create(connection)
            return
        if os.path.lexists(path):
            raise Exists(f"The file {path} exists already. It is left as it is.")
        try:
            with tempfile.TemporaryDirectory(prefix=".remoteappdb-", dir=path.parent) as folder:
                quoted = folder.replace("%", "%25").replace("?", "%3F")
                draft = Database(f"sqlite:///{quoted}/draft.db")
                draft.reset()
                draft._prepare_to_write()
                draft.engine.dispose()
                _move_to_new(str(draft.path), path)
        except FileExistsError as exc:
            raise Exists(f"The file {path} exists already. It is left as it is.") from exc
        except OSError as exc:
            raise OSError(f"The file {path} cannot be made: {exc.strerror}.") from exc

    def upgrade(self) -> tuple[str, ...]:
        """Run the pending migrations; what they did, in words. All of them or none.

        Raises ``IOError`` and ``ServiceUnavailable`` as ``ORMDatabase.check``.
        """
        self.check_file()
        with self.migrating() as connection:
            orm_schema.require_sound(connection)
            return orm_schema.upgrade(connection)

    def reset(self) -> None:
        """Make the tables anew, empty. **Everything in them is lost.**

        A missing SQLite file is created by this and by nothing else.
        """
        if self.path is not None:
            self.path.touch(exist_ok=True)
        with translated(), self._transaction(self._writing_engine) as connection:
            orm_schema.drop(connection)
            orm_schema.create(connection)

    def check_file(self) -> None:
        """Raise ``IOError`` naming the path unless this is a readable file, or no file at all."""
        path = self.path
        if path is None:
            return
        if not path.exists():
            raise FileNotFoundError(f"The database file {path} does not exist.")
        if not path.is_file():
            raise OSError(f"The database {path} is not a file.")
        if not os.access(path, os.R_OK):
            raise PermissionError(f"The database file {path} is not readable.")

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection on which everything read belongs to one moment."""
        with translated(), self._transaction(self.engine) as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection that is alone in writing; committed at the end, undone on any error."""
        with translated():
            self._prepare_to_write()
            with self._transaction(self._writing_engine) as connection:
                yield connection

    @contextlib.contextmanager
    def migrating(self) -> Iterator[Connection]:
        """As :meth:`writing`, for changing the tables themselves: references are not enforced.

        SQLite changes a table by copying it, and dropping the old one would
        cascade.
        """
        engine = self._writing_engine.execution_options(remoteapp_references=False)
        with translated(), engine.connect() as connection:
            try:
                with connection.begin():
                    self._take_turn(connection)
                    yield connection
            finally:
                connection.invalidate()

    @contextlib.contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        with engine.connect() as connection, connection.begin():
            if engine is self._writing_engine:
                self._take_turn(connection)
            yield connection

    def _take_turn(self, connection: Connection) -> None:
        """Wait for other writers. On SQLite, beginning was enough."""
        if self.url.get_backend_name() == "postgresql":
            milliseconds = int(self.busy_timeout * 1000)
            connection.execute(text(f"SET LOCAL lock_timeout = {milliseconds}"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_WRITERS})"))
            # Sent when this is committed, and not at all when it is undone.
            connection.execute(text(f"NOTIFY {CHANNEL}"))

    def _prepare_to_write(self) -> None:
        """Before the first change: make sure that it is ours to change, and let readers read on.

        With a write-ahead log nobody who reads waits for a writer. The mode
        stays with the file. It cannot be had on some file systems, nor while
        somebody else has the file open in the old mode: it is then left.
        """
        if self._prepared_to_write:
            return
        with self._transaction(self.engine) as connection:
            orm_schema.require_usable(connection)
        if self.path is not None:
            raw = self.engine.raw_connection()
            try:
                cursor = raw.cursor()
                cursor.execute("PRAGMA busy_timeout = 0")
                with contextlib.suppress(sqlite3.OperationalError):
                    cursor.execute("PRAGMA journal_mode = WAL")
                cursor.execute(f"PRAGMA busy_timeout = {int(self.busy_timeout * 1000)}")
            finally:
                raw.close()
        self._prepared_to_write = True

    def _sqlite_engine(self) -> Engine:
        if self.path is None:
            # One connection for all threads, in turn: each would else see a
            # memory of its own.
            options: dict[str, Any] = {
                "poolclass": QueuePool,
                "pool_size": 1,
                "max_overflow": 0,
                "connect_args": {"check_same_thread": False},
            }
        else:
            options = {"creator": self._open_file}
            if not self.may_write():
                # A file opened as unchanging must not be kept open: see _open_file.
                options["poolclass"] = NullPool
        engine = create_engine(self.url, **{**options, **self._kwargs})
        event.listen(engine, "connect", self._on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
        return engine

    def _open_file(self) -> sqlite3.Connection:
        """Open the file. It is never created.

        Who may only read, as the process of a system user, cannot open a
        file with a write-ahead log while nobody else has it open: SQLite
        would have to make the log's index. Without a log the file is whole,
        and is opened as one that does not change, for this one question.
        """
        try:
            self.check_file()
        except OSError as exc:
            raise ServiceUnavailable("The database") from exc
        address = f"file:{urllib.parse.quote(os.path.abspath(str(self.path)))}"
        connect = functools.partial(
            sqlite3.connect, uri=True, check_same_thread=False, timeout=self.busy_timeout
        )
        if self.may_write():
            return connect(f"{address}?mode=rw")
        connection = connect(f"{address}?mode=ro")
        try:
            connection.execute("PRAGMA schema_version")
        except sqlite3.OperationalError:
            connection.close()
            if os.path.exists(f"{self.path}-wal"):
                raise
            return connect(f"{address}?mode=ro&immutable=1")
        return connection

    def may_write(self) -> bool:
        """Whether this process may write an SQLite file, and beside it."""
        path = os.path.abspath(str(self.path))
        return os.access(path, os.W_OK) and os.access(os.path.dirname(path), os.W_OK)

    def _on_sqlite_connect(self, connection: Any, record: Any) -> None:
        # The driver would begin transactions by itself, at the first change:
        # too late to be alone in writing. See _on_sqlite_begin.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA busy_timeout = {int(self.busy_timeout * 1000)}")


def _move_to_new(source: str, target: pathlib.Path) -> None:
    """Give ``source`` the name ``target``; ``FileExistsError`` when there is such a file."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # no hard links on this file system: claim the name, then replace it
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        os.replace(source, target)


def _on_sqlite_begin(connection: Connection) -> None:
    """Begin as a reader or as the one writer, which waits for its turn here and nowhere later."""
    options = connection.get_execution_options()
    raw = typing.cast(sqlite3.Connection, connection.connection.dbapi_connection)
    if not options.get("remoteapp_references", True):
        raw.execute("PRAGMA foreign_keys = OFF")
    raw.execute("BEGIN IMMEDIATE" if options.get("remoteapp_writes") else "BEGIN")
