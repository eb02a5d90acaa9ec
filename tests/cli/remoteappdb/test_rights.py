"""Files that one may read and not write, seen by a process that has no more rights than a user."""

import hashlib
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator

import pytest

from remoteappmanager.db.orm import ORMDatabase

#: Root may write everywhere; without these capabilities it is bound by the files' modes.
_DROPPED = "-dac_override,-dac_read_search"
_WITHOUT_RIGHTS = (
    ["setpriv", f"--bounding-set={_DROPPED}", f"--inh-caps={_DROPPED}"] if os.getuid() == 0 else []
)


def type_it(*words: str) -> subprocess.CompletedProcess[str]:
    command = [*_WITHOUT_RIGHTS, sys.executable, "-m", "remoteappmanager.cli.remoteappdb"]
    return subprocess.run([*command, *words], capture_output=True, text=True, check=False)


@pytest.fixture
def path(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A database with one user, in a directory of its own."""
    folder = tmp_path / "folder"
    folder.mkdir()
    database = ORMDatabase(f"sqlite:///{folder}/accounting.db")
    database.db.initialise()
    database.create_user("alice")
    database.db.engine.dispose()
    yield folder / "accounting.db"
    folder.chmod(0o755)


def digest(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_who_may_only_read(path: pathlib.Path) -> None:
    """Reading works, although the file has a write-ahead log; a change is refused in one line."""
    before = digest(path)
    path.chmod(0o444)
    path.parent.chmod(0o555)
    listed = type_it(str(path), "user", "list", "--no-decoration")
    assert (listed.returncode, listed.stdout) == (0, "1  alice\n")
    refused = type_it(str(path), "user", "create", "bob")
    assert refused.returncode == 1
    assert refused.stderr == f"Error: {path}: The database is read-only.\n"
    assert digest(path) == before
    assert os.listdir(path.parent) == [path.name]


def test_who_may_only_read_while_somebody_writes(path: pathlib.Path) -> None:
    """What has been written is seen, although it is still in the log."""
    path.chmod(0o444)
    writer = ORMDatabase(f"sqlite:///{path}")
    if os.getuid() != 0:
        path.chmod(0o644)
    writer.create_user("bob")
    path.parent.chmod(0o555)
    listed = type_it(str(path), "user", "list", "--no-decoration")
    assert listed.stdout == "1  alice\n2  bob\n", listed.stderr
    writer.db.engine.dispose()


def test_who_may_not_even_read(path: pathlib.Path) -> None:
    """One line that names the path."""
    path.chmod(0o000)
    refused = type_it(str(path), "user", "list")
    assert refused.returncode == 1
    assert refused.stderr == f"Error: The database file {path} is not readable.\n"


def test_a_directory_that_one_may_not_write_to(path: pathlib.Path) -> None:
    """``init`` says where, and why."""
    path.parent.chmod(0o555)
    new = path.parent / "new.db"
    refused = type_it(str(new), "init")
    assert refused.returncode == 1
    assert refused.stderr == f"Error: The file {new} cannot be made: Permission denied.\n"
    assert os.listdir(path.parent) == [path.name]
