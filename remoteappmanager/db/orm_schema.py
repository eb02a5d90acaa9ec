"""Which tables a database has, and how it gets the ones we want.

A new database gets the tables of the models at once; an older one is brought
there by the migrations. A test proves that both end the same.
"""

from __future__ import annotations

import dataclasses
import pathlib
import typing
from typing import Any

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select, text

from remoteappmanager.db.orm_models import Base
from remoteappmanager.exceptions import ServiceUnavailable

#: Ours has a name of its own: the database may be shared with JupyterHub, which
#: uses Alembic too.
VERSION_TABLE = "remoteappmanager_version"

#: The revisions, oldest first; the same as in migrations/versions (tested).
FIRST = "0001"  # the tables of 1.x
SECOND = "0002"  # the tables of 2.x: licence, start-up data
HEAD = "0003"  # indexes for removals
REVISIONS = (FIRST, SECOND, HEAD)
#: Revisions that this release can work on as they are.
USABLE = (SECOND, HEAD)

_NEW_IN_2X = {"app_license", "allow_startup_data"}
_version = Table(
    VERSION_TABLE, MetaData(), Column("version_num", String(32), primary_key=True, nullable=False)
)


@dataclasses.dataclass(frozen=True)
class SchemaState:
    """What was found: ``revision`` is None where the tables are not ours."""

    revision: str | None
    #: Whether the revision is written down, or was recognised by the tables.
    recorded: bool = False
    #: Whether there is no table at all.
    empty: bool = False

    @property
    def pending(self) -> tuple[str, ...]:
        """The migrations that would bring it up to date."""
        if self.revision not in REVISIONS:
            return ()
        return REVISIONS[REVISIONS.index(self.revision) + 1 :]


def state(connection: Connection) -> SchemaState:
    """Recognise the tables. Changes nothing."""
    inspector = inspect(connection)
    present = set(inspector.get_table_names())
    if not present:
        return SchemaState(None, empty=True)
    if not present.issuperset(Base.metadata.tables):
        return SchemaState(None)
    if VERSION_TABLE in present:
        revision = connection.scalar(select(_version.c.version_num))
        if revision is not None:
            return SchemaState(str(revision), recorded=True)
    missing = {
        (name, column.name)
        for name, table in Base.metadata.tables.items()
        for column in table.columns
    } - {
        (name, column["name"])
        for name in Base.metadata.tables
        for column in inspector.get_columns(name)
    }
    if not missing:
        return SchemaState(SECOND)
    if missing == {("application_policy", column) for column in _NEW_IN_2X}:
        return SchemaState(FIRST)
    return SchemaState(None)


def require_usable(connection: Connection) -> None:
    """Raise ``ServiceUnavailable`` saying why, unless this release can work on the tables."""
    found = state(connection)
    if found.revision in USABLE:
        return
    if found.revision in REVISIONS:
        reason = "has the tables of an older release: run 'remoteappdb DB upgrade'"
    elif found.revision is not None:
        reason = f"was made by a newer release (its tables are of revision {found.revision})"
    elif found.empty:
        reason = "has no tables"
    else:
        reason = "is not an accounting database: it has other tables"
    raise ServiceUnavailable("The database", f"The database {reason}.")


def require_sound(connection: Connection) -> None:
    """Raise ``ServiceUnavailable`` when SQLite finds its file damaged."""
    if connection.dialect.name == "sqlite":
        found = connection.scalar(text("PRAGMA quick_check(1)"))
        if found != "ok":
            raise ServiceUnavailable("The database", "The database is damaged.")


def has_any_table(connection: Connection) -> bool:
    """Whether one of our tables is there already."""
    return not set(inspect(connection).get_table_names()).isdisjoint(
        [*Base.metadata.tables, VERSION_TABLE]
    )


def create(connection: Connection) -> None:
    """Make the tables, empty, at the newest revision."""
    Base.metadata.create_all(connection)
    _version.create(connection, checkfirst=True)
    connection.execute(_version.delete())
    connection.execute(_version.insert().values(version_num=HEAD))


def drop(connection: Connection) -> None:
    """Remove our tables, and all that is in them."""
    Base.metadata.drop_all(connection)
    _version.drop(connection, checkfirst=True)


def upgrade(connection: Connection) -> tuple[str, ...]:
    """Run the pending migrations; the revisions they are. All of them or none."""
    found = state(connection)
    if found.revision is None or found.revision not in REVISIONS:
        require_usable(connection)
    if not found.pending and found.recorded:
        return ()
    command, config = _alembic(connection)
    if not found.recorded:
        command.stamp(config, typing.cast(str, found.revision))
    command.upgrade(config, "head")
    return found.pending


def run_all_migrations(connection: Connection) -> None:
    """Make the tables from nothing by way of every older release: for tests."""
    command, config = _alembic(connection)
    command.upgrade(config, "head")


def _alembic(connection: Connection) -> tuple[Any, Any]:
    """Alembic's commands, and its configuration for this connection."""
    # Imported here alone: every other command is quicker without it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    folder = pathlib.Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return command, config
