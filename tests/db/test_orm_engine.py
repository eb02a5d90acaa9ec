"""Files and locks: every trouble is one readable error, and nothing is created or changed."""

import contextlib
import hashlib
import os
import pathlib
import sqlite3
from collections.abc import Callable, Iterator

import pytest

from remoteappmanager.db.exceptions import Exists
from remoteappmanager.db.orm import ORMDatabase
from remoteappmanager.exceptions import ServiceUnavailable


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "accounting.db"


def make(path: pathlib.Path, users: int = 300) -> ORMDatabase:
    database = ORMDatabase(f"sqlite:///{path}", busy_timeout=0.05)
    database.db.initialise()
    with sqlite3.connect(path) as raw:
        raw.executemany("INSERT INTO user (name) VALUES (?)", [(f"u{n}",) for n in range(users)])
    raw.close()
    return database


def half(path: pathlib.Path) -> None:
    make(path)
    os.truncate(path, path.stat().st_size // 2)


def zeroed(path: pathlib.Path) -> None:
    make(path)
    with path.open("r+b") as file:
        file.seek(2 * 4096)
        file.write(b"\0" * 4096)


def foreign(path: pathlib.Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE users (id)")


def of_a_newer_release(path: pathlib.Path) -> None:
    make(path)
    with contextlib.closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE remoteappmanager_version SET version_num = '9999'")


BROKEN: dict[str, tuple[Callable[[pathlib.Path], object], str]] = {
    "missing": (lambda path: None, "does not exist"),
    "a directory": (lambda path: path.mkdir(), "is not a file"),
    "empty": (lambda path: path.touch(), "has no tables"),
    "text": (lambda path: path.write_text("name,image\n" * 100), "is not an SQLite database"),
    "half-written": (half, "is damaged"),
    "zeroed": (zeroed, "is damaged"),
    "foreign": (foreign, "is not an accounting database"),
    "newer": (of_a_newer_release, "newer release"),
}


def fingerprint(folder: pathlib.Path) -> dict[str, str]:
    """Each file of a folder with its content."""
    return {
        item.name: hashlib.sha256(item.read_bytes()).hexdigest() if item.is_file() else "folder"
        for item in folder.iterdir()
    }


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_no_accounting(path: pathlib.Path, name: str) -> None:
    """The check says in one line what is wrong, and the file stays as it is."""
    spoil, reason = BROKEN[name]
    spoil(path)
    before = fingerprint(path.parent)
    database = ORMDatabase(f"sqlite:///{path}")
    with pytest.raises((OSError, ServiceUnavailable), match=reason) as caught:
        database.check()
    assert "\n" not in str(caught.value)
    for act in (lambda: database.create_user("alice"), lambda: database.db.upgrade()):
        with pytest.raises((OSError, ServiceUnavailable)):
            act()
    database.db.engine.dispose()
    assert fingerprint(path.parent) == before


@pytest.mark.parametrize("name", [name for name in BROKEN if name != "missing"])
def test_init_touches_nothing_that_exists(path: pathlib.Path, name: str) -> None:
    """``initialise`` refuses an existing file, whatever it is."""
    BROKEN[name][0](path)
    before = fingerprint(path.parent)
    with pytest.raises(Exists):
        ORMDatabase(f"sqlite:///{path}").db.initialise()
    assert fingerprint(path.parent) == before


def test_init_leaves_nothing_else(path: pathlib.Path) -> None:
    """The file appears whole, without drafts beside it."""
    make(path)
    assert os.listdir(path.parent) == ["accounting.db"]


def test_init_where_it_cannot(path: pathlib.Path) -> None:
    """IOError naming the path."""
    with pytest.raises(IOError, match=r"nowhere/x\.db"):
        ORMDatabase(f"sqlite:///{path.parent}/nowhere/x.db").db.initialise()


@pytest.fixture
def locked(path: pathlib.Path) -> Iterator[ORMDatabase]:
    """A database in which somebody else is writing."""
    database = make(path)
    database.create_user("before")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield database


def test_a_locked_file_says_so(locked: ORMDatabase) -> None:
    """Who wants to write is told after the busy timeout."""
    with pytest.raises(ServiceUnavailable, match="locked by another process"):
        locked.create_user("alice")


def test_a_locked_file_can_be_read(locked: ORMDatabase) -> None:
    """With a write-ahead log nobody who reads waits for a writer."""
    assert locked.get_user(user_name="before") is not None
    locked.check()


def test_a_file_of_the_original_that_is_locked(path: pathlib.Path) -> None:
    """Without a write-ahead log, reading says that it is locked."""
    database = make(path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ServiceUnavailable, match="locked by another process"):
            database.check()


def test_the_connections_settings(path: pathlib.Path) -> None:
    """SQLite: foreign keys on, WAL, a busy timeout."""
    database = make(path)
    with database.db.reading() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("foreign_keys", "journal_mode", "busy_timeout")
        }
    assert settings == {"foreign_keys": 1, "journal_mode": "wal", "busy_timeout": 50}


def test_the_first_write_gives_a_file_of_the_original_its_log(path: pathlib.Path) -> None:
    """Reading changes nothing; the first change makes it WAL."""
    database = make(path)
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
    before = fingerprint(path.parent)
    database = ORMDatabase(f"sqlite:///{path}")
    database.list_users()
    database.check()
    assert fingerprint(path.parent) == before
    database.create_user("alice")
    with database.db.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_odd_paths(tmp_path: pathlib.Path) -> None:
    """Blanks, hashes, and percent and question marks as a URL has them, are parts of a name."""
    database = ORMDatabase(f"sqlite:///{tmp_path}/a b%2520%3Fd#c;d.db")
    database.db.initialise()
    database.check()
    database.db.engine.dispose()
    assert [item.name for item in tmp_path.iterdir()] == ["a b%20?d#c;d.db"]


def test_reset_starts_anew(path: pathlib.Path) -> None:
    """``reset`` empties the tables."""
    database = make(path)
    database.db.reset()
    assert database.list_users() == []
    database.check()


def test_no_password_in_the_display_name() -> None:
    """What is printed has no password."""
    database = ORMDatabase("postgresql://me:secret@somewhere/x")
    assert "secret" not in database.db.display_name
