"""CSV accounting: what a file may be, and what is said when it is wrong."""

import os
import pathlib

import pytest

from remoteappmanager.db import csv_format
from remoteappmanager.db.csv_db import (
    CSVAccounting,
    CSVApplication,
    CSVApplicationPolicy,
    CSVDatabase,
    CSVUser,
)
from remoteappmanager.exceptions import ServiceUnavailable

HEADER = ",".join(csv_format.HEADERS)
ROW = "alice,image,,1,0,1,/a,/b,ro,0"


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "accounting.csv"
    path.write_text(f"{HEADER}\n{ROW}\n")
    return path


def write(path: pathlib.Path, text: str | bytes) -> None:
    """Change the file, as one that is surely newer."""
    before = path.stat().st_mtime_ns
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(path, ns=(before + 10**9, before + 10**9))


def test_its_values(path: pathlib.Path) -> None:
    """``CSVUser``, ``CSVApplication``, ``CSVApplicationPolicy``, ``CSVAccounting``."""
    database = CSVDatabase(csv_file_path=str(path), ignored=1)
    (found,) = database.get_accounting_for_user(database.get_user(user_name="alice"))
    assert isinstance(found, CSVAccounting)
    assert isinstance(found.user, CSVUser)
    assert isinstance(found.application, CSVApplication)
    assert isinstance(found.application_policy, CSVApplicationPolicy)
    assert CSVUser(3, "x").name == "x"


def test_ids_are_the_same_after_a_restart(path: pathlib.Path) -> None:
    """They come from the content, not from chance, nor from the order of rows or columns."""
    first = CSVDatabase(path)
    names = list(csv_format.HEADERS)
    cells = dict(zip(names, ROW.split(","), strict=True))
    names.reverse()
    row = ",".join(cells[name] for name in names)
    other = row.replace("alice", "aaron")
    write(path, ",".join(names) + f"\n{other}\n{row}\n")
    second = CSVDatabase(path)
    for method in ("get_user", "get_accounting_for_user_name"):
        keyword = {"user_name": "alice"}
        assert getattr(first, method)(**keyword) == getattr(second, method)(**keyword)


@pytest.mark.parametrize("position", [2, 3, 4, 9])
def test_another_policy_is_another_id(path: pathlib.Path, position: int) -> None:
    """The mapping id names exactly one way to run."""
    (before,) = CSVDatabase(path).list_accounting()
    cells = ROW.split(",")
    cells[position] = {"": "licence", "0": "1", "1": "0"}[cells[position]]
    write(path, f"{HEADER}\n{','.join(cells)}\n")
    (after,) = CSVDatabase(path).list_accounting()
    assert before.id != after.id


def test_files_of_1x(path: pathlib.Path) -> None:
    """Columns for the licence and start-up data may be missing."""
    names = [name for name in csv_format.HEADERS if name not in csv_format.OPTIONAL]
    write(path, ",".join(names) + "\nalice,image,1,0,0,,,\n")
    (found,) = CSVDatabase(path).list_accounting()
    assert found.application_policy.app_license is None
    assert found.application_policy.allow_startup_data is False


@pytest.mark.parametrize(
    "name", [name for name in csv_format.HEADERS if name not in csv_format.OPTIONAL]
)
def test_a_missing_header_is_named(path: pathlib.Path, name: str) -> None:
    """ValueError that names it."""
    write(path, ",".join(n for n in csv_format.HEADERS if n != name) + "\n")
    with pytest.raises(ValueError, match=f"missing: {name}".replace(".", r"\.")):
        CSVDatabase(path)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",image,,1,0,0,,,,0", "user.name is empty"),
        ("alice,,,1,0,0,,,,0", "application.image is empty"),
        (",,,,,,,,,0", "user.name is empty"),
        ("alice,image,,yes,0,0,,,,0", "policy.allow_home is 1 or 0"),
        ("alice,image,,1,,0,,,,0", "policy.allow_view is 1 or 0"),
        ("alice,image,,1,0,1,,,,0", "policy.volume_source is empty"),
        ("alice,image,,1,0,1,/a,b,ro,0", "not an absolute path"),
        ("alice,image,,1,0,1,/a,/b,rx,0", "ro or rw"),
        ("alice,image,,1,0,0,,,0", "9 cells where the header has 10"),
        ('alice,"image,,1,0,0,,,,0', "unexpected end"),
        ("alice,image,,1,0,0,,,,0,0", "11 cells"),
        ("x" * 256 + ",image,,1,0,0,,,,0", "longer than 255"),
    ],
)
def test_a_bad_row_names_its_line(path: pathlib.Path, row: str, reason: str) -> None:
    """ValueError with the file, the line and what is wrong."""
    write(path, f'{HEADER}\n{ROW}\n\n"two\nlines",image,,1,0,0,,,,0\n{row}\n'.replace("two\n", ""))
    with pytest.raises(ValueError, match=r"accounting\.csv: line 5: ") as caught:
        CSVDatabase(path)
    assert reason in str(caught.value)


def test_text_that_is_not_utf8(path: pathlib.Path) -> None:
    """Spreadsheets save such files; the line is named."""
    write(path, f"{HEADER}\n{ROW}\nZo\xeb,image,,1,0,0,,,,0\n".encode("latin-1"))
    with pytest.raises(ValueError, match="line 3: this is not UTF-8"):
        CSVDatabase(path)


def test_a_byte_order_mark_and_windows_lines(path: pathlib.Path) -> None:
    """As spreadsheets write them."""
    write(path, "\ufeff" + f"{HEADER}\r\n{ROW}\r\n")
    assert len(CSVDatabase(path).list_accounting()) == 1


def test_a_missing_file(tmp_path: pathlib.Path) -> None:
    """IOError naming the path."""
    with pytest.raises(IOError, match=r"nothing\.csv"):
        CSVDatabase(tmp_path / "nothing.csv")


def test_a_volume_that_is_not_allowed_is_none(path: pathlib.Path) -> None:
    """The flag decides, as in the original."""
    write(path, f"{HEADER}\nalice,image,,1,0,0,/a,/b,ro,0\n")
    (found,) = CSVDatabase(path).list_accounting()
    assert found.application_policy.volume is None


def test_a_change_is_seen_at_the_next_look(path: pathlib.Path) -> None:
    """A grant is visible without a restart."""
    database = CSVDatabase(path)
    assert database.get_accounting_for_user_name("bob") == []
    write(path, f"{HEADER}\n{ROW}\n{ROW.replace('alice', 'bob')}\n")
    assert len(database.get_accounting_for_user_name("bob")) == 1


@pytest.mark.parametrize("damage", ["bad row", "gone"])
def test_a_file_that_breaks_while_in_use(path: pathlib.Path, damage: str) -> None:
    """No old answers, which might grant what was taken away; mended, it works again."""
    database = CSVDatabase(path)
    if damage == "gone":
        path.unlink()
    else:
        write(path, f"{HEADER}\nalice\n")
    with pytest.raises(ServiceUnavailable, match="The database"):
        database.list_users()
    path.touch()
    write(path, f"{HEADER}\n{ROW}\n\n")
    assert len(database.list_users()) == 1


def test_the_file_is_read_once(path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that has not changed is not read again."""
    database = CSVDatabase(path)
    monkeypatch.setattr(csv_format, "parse", None)
    assert len(database.list_users()) == 1
