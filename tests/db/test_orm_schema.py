"""Older databases are recognised and upgraded without loss; the models have their migrations."""

import contextlib
import pathlib
import re
import sqlite3
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import remoteappmanager.db
from remoteappmanager.db import orm_schema
from remoteappmanager.db.orm import Base, ORMDatabase
from remoteappmanager.exceptions import ServiceUnavailable

#: The tables as a 2.x release made them on SQLite: written out, not made by our models.
TABLES_2X = """
CREATE TABLE user (id INTEGER NOT NULL, name VARCHAR, PRIMARY KEY (id));
CREATE UNIQUE INDEX ix_user_name ON user (name);
CREATE TABLE application (id INTEGER NOT NULL, image VARCHAR, PRIMARY KEY (id));
CREATE UNIQUE INDEX ix_application_image ON application (image);
CREATE TABLE application_policy (
    id INTEGER NOT NULL, app_license VARCHAR, allow_home BOOLEAN, allow_view BOOLEAN,
    allow_common BOOLEAN, volume_source VARCHAR, volume_target VARCHAR, volume_mode VARCHAR,
    allow_startup_data BOOLEAN, PRIMARY KEY (id));
CREATE TABLE accounting (
    id VARCHAR(32) NOT NULL, user_id INTEGER NOT NULL, application_id INTEGER NOT NULL,
    application_policy_id INTEGER NOT NULL, PRIMARY KEY (id),
    UNIQUE (user_id, application_id, application_policy_id),
    FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE,
    FOREIGN KEY(application_id) REFERENCES application (id) ON DELETE CASCADE,
    FOREIGN KEY(application_policy_id) REFERENCES application_policy (id) ON DELETE CASCADE);
"""
TABLES_1X = TABLES_2X.replace("app_license VARCHAR, ", "").replace(
    "allow_startup_data BOOLEAN, ", ""
)
ROWS = """
INSERT INTO user VALUES (3, 'alice'), (7, 'bob');
INSERT INTO application VALUES (2, 'image');
INSERT INTO application_policy (id, allow_home, allow_view, allow_common, volume_source,
    volume_target, volume_mode) VALUES (5, 1, 0, 1, '/a', '/b', 'ro');
INSERT INTO accounting VALUES ('0123456789abcdef0123456789abcdef', 3, 2, 5);
"""


def original(path: pathlib.Path, tables: str) -> ORMDatabase:
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.executescript(tables + ROWS)
    return ORMDatabase(f"sqlite:///{path}")


def rows(path: pathlib.Path) -> dict[str, list[Any]]:
    """What is in the columns that 1.x has."""
    with contextlib.closing(sqlite3.connect(path)) as raw:
        return {
            "user": raw.execute("SELECT id, name FROM user").fetchall(),
            "application": raw.execute("SELECT id, image FROM application").fetchall(),
            "policy": raw.execute(
                "SELECT id, allow_home, allow_view, allow_common, volume_source, volume_target,"
                " volume_mode FROM application_policy"
            ).fetchall(),
            "accounting": raw.execute("SELECT * FROM accounting").fetchall(),
        }


def check_content(database: ORMDatabase) -> None:
    (found,) = database.get_accounting_for_user_name("alice")
    assert found.id == "0123456789abcdef0123456789abcdef"
    assert found.application_policy.volume == "/a:/b:ro"
    assert found.application_policy.app_license is None
    assert found.application_policy.allow_startup_data is False


def test_a_2x_file_opens_as_it_is(tmp_path: pathlib.Path) -> None:
    """Read, granted, removed: without an upgrade, and without a table of versions."""
    database = original(tmp_path / "x.db", TABLES_2X)
    database.check()
    check_content(database)
    assert database.grant_access("image", "bob", "x", True, True, None, True)
    database.remove_user(user_name="alice")
    assert len(database.list_accounting()) == 1


def test_a_1x_file_is_recognised(tmp_path: pathlib.Path) -> None:
    """The message says what to type; users are told so too, and nothing is changed."""
    path = tmp_path / "x.db"
    database = original(path, TABLES_1X)
    before = path.read_bytes()
    for ask in (
        database.check,
        lambda: database.get_accounting_for_user_name("alice"),
        lambda: database.create_user("carol"),
    ):
        with pytest.raises(ServiceUnavailable, match="remoteappdb DB upgrade"):
            ask()
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("tables", "applied"), [(TABLES_1X, ("0002", "0003")), (TABLES_2X, ("0003",))]
)
def test_upgrade_loses_nothing(tmp_path: pathlib.Path, tables: str, applied: tuple) -> None:
    """Every row is there after it, with its id; a second upgrade has nothing to do."""
    path = tmp_path / "x.db"
    database = original(path, tables)
    before = rows(path)
    assert database.db.upgrade() == applied
    assert rows(path) == before
    database.check()
    check_content(database)
    assert database.db.upgrade() == ()


def test_a_failing_migration_leaves_the_file_as_it_was(tmp_path: pathlib.Path) -> None:
    """All of it happens or none."""
    path = tmp_path / "x.db"
    database = original(path, TABLES_1X + "CREATE VIEW ix_accounting_application_id AS SELECT 1;")
    with pytest.raises(ServiceUnavailable):
        database.db.upgrade()
    with contextlib.closing(sqlite3.connect(path)) as raw:
        names = {name for (name,) in raw.execute("SELECT name FROM sqlite_master")}
        columns = [row[1] for row in raw.execute("PRAGMA table_info(application_policy)")]
    assert orm_schema.VERSION_TABLE not in names
    assert "app_license" not in columns


def test_a_new_database_is_up_to_date(tmp_path: pathlib.Path) -> None:
    """What ``init`` makes needs no upgrade."""
    database = ORMDatabase(f"sqlite:///{tmp_path}/x.db")
    database.db.initialise()
    assert database.db.upgrade() == ()


def test_the_migrations_lead_to_the_models(tmp_path: pathlib.Path) -> None:
    """A change of the models without a migration fails here."""
    (tmp_path / "x.db").touch()
    database = ORMDatabase(f"sqlite:///{tmp_path}/x.db")
    with database.db.migrating() as connection:
        orm_schema.run_all_migrations(connection)
    assert differences(database) == []


def differences(database: ORMDatabase) -> list[Any]:
    """Where the tables differ from the models."""
    with database.db.reading() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, kind, parents: name != orm_schema.VERSION_TABLE,
            },
        )
        return compare_metadata(context, Base.metadata)


def test_the_comparison_finds_what_is_missing(tmp_path: pathlib.Path) -> None:
    """The test above can fail: a 1.x database differs from the models."""
    found = str(differences(original(tmp_path / "x.db", TABLES_1X)))
    assert "app_license" in found
    assert "ix_accounting_application_id" in found


def test_migrated_and_new_tables_are_the_same(tmp_path: pathlib.Path) -> None:
    """Column by column, in the words of SQLite."""
    new = ORMDatabase(f"sqlite:///{tmp_path}/new.db")
    new.db.initialise()
    migrated = ORMDatabase(f"sqlite:///{tmp_path}/migrated.db")
    (tmp_path / "migrated.db").touch()
    with migrated.db.migrating() as connection:
        orm_schema.run_all_migrations(connection)
    assert described(new) == described(migrated)


def described(database: ORMDatabase) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with contextlib.closing(sqlite3.connect(str(database.db.path))) as raw:
        for table in Base.metadata.tables:
            columns = raw.execute(f"PRAGMA table_info({table})").fetchall()
            found[table] = {
                "columns": sorted(
                    (name, type, null, key) for _, name, type, null, _, key in columns
                ),
                "keys": sorted(
                    row[2:7] for row in raw.execute(f"PRAGMA foreign_key_list({table})")
                ),
                "indexes": sorted(
                    (row[2], tuple(c[2] for c in raw.execute(f"PRAGMA index_info({row[1]})")))
                    for row in raw.execute(f"PRAGMA index_list({table})")
                ),
            }
    return found


def test_the_revisions_are_written_down() -> None:
    """The list in ``orm_schema`` is the chain of the scripts, in order."""
    folder = pathlib.Path(remoteappmanager.db.__file__).parent / "migrations"
    scripts = list(ScriptDirectory(str(folder)).walk_revisions())
    assert tuple(script.revision for script in reversed(scripts)) == orm_schema.REVISIONS
    for script in scripts:
        assert re.match(rf"r{script.revision}_", pathlib.Path(script.path).name)
