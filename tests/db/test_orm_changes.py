"""remoteappmanager.db.orm_changes: what the contract does not say of each kind of mark."""

from __future__ import annotations

import os
import pathlib
import shutil
from collections.abc import Iterator

import pytest

from remoteappmanager.db.changes import FileMark
from remoteappmanager.db.orm import ORMDatabase
from remoteappmanager.db.orm_changes import NotificationMark, VersionMark
from remoteappmanager.db.orm_engine import Database
from remoteappmanager.exceptions import ServiceUnavailable


@pytest.fixture
def database(tmp_path: pathlib.Path) -> Iterator[ORMDatabase]:
    database = ORMDatabase(f"sqlite:///{tmp_path}/accounting.db")
    database.db.initialise()
    yield database
    database.db.engine.dispose()


def test_a_file_that_was_put_in_its_place(database: ORMDatabase, tmp_path: pathlib.Path) -> None:
    """A backup that is moved over the file is a change, and later ones are seen in it."""
    mark = database.change_mark()
    assert isinstance(mark, VersionMark)
    shutil.copy(tmp_path / "accounting.db", tmp_path / "backup.db")
    os.replace(tmp_path / "backup.db", tmp_path / "accounting.db")
    assert mark.changed()
    assert not mark.changed()
    database.db.engine.dispose()
    database.create_user("alice")
    assert mark.changed()
    mark.close()


def test_a_file_that_comes_and_goes(tmp_path: pathlib.Path) -> None:
    """A mark of a file that is not there yet, or not any more, never fails."""
    path = tmp_path / "accounting.db"
    database = ORMDatabase(f"sqlite:///{path}")
    mark = database.change_mark()
    assert not mark.changed()
    database.db.initialise()
    assert mark.changed()
    database.db.engine.dispose()
    path.unlink()
    assert mark.changed()
    assert not mark.changed()
    mark.close()


def test_a_writer_in_the_middle_is_not_waited_for(database: ORMDatabase) -> None:
    """While somebody writes the mark answers at once, and has changed when they are done."""
    database.create_user("alice")
    mark = database.change_mark()
    with database.db.writing() as connection:
        connection.exec_driver_sql("UPDATE user SET name = 'carol'")
        mark.changed()
    assert mark.changed()
    mark.close()


def test_who_may_only_read_looks_at_the_files(
    database: ORMDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process without the right to write opens nothing, and sees the log grow as well."""
    monkeypatch.setattr(Database, "may_write", lambda self: False)
    mark = database.change_mark()
    monkeypatch.undo()
    assert isinstance(mark, FileMark)
    assert not mark.changed()
    database.create_user("alice")
    assert mark.changed()


def test_a_server_that_is_away() -> None:
    """It is said in our own words, each time, and the mark goes on working."""
    mark = NotificationMark(Database("postgresql://nobody@127.0.0.1:9/none"))
    for _ in range(2):
        with pytest.raises(ServiceUnavailable, match="database"):
            mark.changed()
    mark.close()
