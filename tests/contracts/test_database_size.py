"""1,000 users x 10 applications: seconds, not minutes, on SQLite and on PostgreSQL."""

import pathlib
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from tests.fixtures.postgresql import PostgreSQLServer

#: Several times what is measured (benchmarks/remoteappdb.py: 0.6 s and 0.4 s), so that a busy
#: machine does not fail it, and far below the original's 453 s for a tenth of this.
APPLY_SECONDS = 10.0
LIST_CPU_SECONDS = 1.0

Typed = Callable[..., str]


@pytest.fixture(params=["sqlite", "postgresql"])
def typed(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Typed:
    """Types a command at a database that is ready for use; what it printed."""
    if request.param == "sqlite":
        db = str(tmp_path / "accounting.db")
    else:
        server: PostgreSQLServer = request.getfixturevalue("postgresql")
        db = server.make_database("size")

    def run(*words: str) -> str:
        command = [sys.executable, "-m", "remoteappmanager.cli.remoteappdb", db, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    run("init")
    return run


def test_a_thousand_users_with_ten_applications(typed: Typed, tmp_path: pathlib.Path) -> None:
    """``apply`` takes seconds; again, it changes nothing and says so; the list is quick."""
    users = ", ".join(f"user{n:04}" for n in range(1000))
    grants = [
        f"- {{application: image{n}, allow_home: true, users: [{users}]}}\n" for n in range(10)
    ]
    path = tmp_path / "wanted.yaml"
    path.write_text("grants:\n" + "".join(grants))

    started = time.monotonic()
    assert typed("apply", str(path)).endswith("11010 to add, 0 to remove.\n")
    assert time.monotonic() - started < APPLY_SECONDS
    assert typed("apply", str(path)) == "Nothing to change.\n"

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    listed = typed("user", "list", "--show-apps")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert listed.count("\n") == 10_002
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < (
        LIST_CPU_SECONDS
    )
