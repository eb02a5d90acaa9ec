"""What remoteappdb costs: applying and listing 1,000 users x 10 applications.

    python benchmarks/remoteappdb.py [--postgresql]

Each figure is the median of several runs of the real command, as CPU seconds
of the process and as seconds on the clock; beside it the floor: what the same
work costs in plain SQL through Python's own sqlite3 (or psycopg) in a process
that imports nothing else. The ratio to the floor is the figure to watch: the
seconds depend on the machine.

Last results (two cores, Python 3.11, SQLite 3.40, PostgreSQL 15 with fsync off);
the original needed 1.70 s of CPU for the list, and 453 s for 1,000 grants:

                                   SQLite  to floor   PostgreSQL  to floor
    apply FILE.yaml                0.60 s     x 6.9       0.88 s     x 2.1
    apply FILE.csv                 0.61 s     x 7.1       0.91 s     x 2.1
    apply, nothing to change       0.43 s     x 4.9       0.54 s     x 1.3
    user list --show-apps          0.39 s     x 7.5       0.50 s     x 2.9
    app grant, one                 0.30 s    x 14.0       0.42 s    x 20.1
    --help                         0.08 s     x 3.7       0.08 s     x 3.9

Of each, 0.25 s is Python importing SQLAlchemy.
"""

import argparse
import contextlib
import dataclasses
import json
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.fixtures.postgresql import PostgreSQLServer  # noqa: E402

USERS, APPLICATIONS, RUNS = 1000, 10, 5
COMMAND = [sys.executable, "-m", "remoteappmanager.cli.remoteappdb"]

#: Reading every grant with users, applications and policies, and writing it out.
LIST_FLOOR = """
import sqlite3, sys
rows = sqlite3.connect(sys.argv[1]).execute(
    "SELECT u.id, u.name, a.image, p.* FROM accounting x JOIN user u ON u.id = x.user_id "
    "JOIN application a ON a.id = x.application_id "
    "JOIN application_policy p ON p.id = x.application_policy_id ORDER BY u.name, a.image")
print("\\n".join("  ".join(map(str, row)) for row in rows))
"""
LIST_FLOOR_PG = LIST_FLOOR.replace("sqlite3", "psycopg").replace("JOIN user", 'JOIN \\"user\\"')
#: Inserting the same rows.
APPLY_FLOOR = """
import sqlite3, sys, uuid
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
db.executemany("INSERT INTO user (name) VALUES (?)", [(f"floor{n}",) for n in range(1000)])
db.executemany("INSERT INTO application (image) VALUES (?)", [(f"floor{n}",) for n in range(10)])
users = [id for id, in db.execute("SELECT id FROM user")]
images = [id for id, in db.execute("SELECT id FROM application")]
db.execute("INSERT INTO application_policy (allow_home, allow_view, allow_common) VALUES (1, 0, 0)")
policy, = db.execute("SELECT max(id) FROM application_policy").fetchone()
db.executemany("INSERT INTO accounting VALUES (?, ?, ?, ?)",
    [(uuid.uuid4().hex, u, i, policy) for u in users for i in images])
db.execute("COMMIT")
"""
APPLY_FLOOR_PG = (
    APPLY_FLOOR.replace("sqlite3", "psycopg")
    .replace(", isolation_level=None", ", autocommit=True")
    .replace("BEGIN IMMEDIATE", "BEGIN")
    .replace('"INSERT INTO user', "'INSERT INTO \"user\"")
    .replace('VALUES (?)", [(f"floor{n}",) for n in range(1000)]',
             "VALUES (%s)', [(f'floor{n}',) for n in range(1000)]")
    .replace("SELECT id FROM user", 'SELECT id FROM \\"user\\"')
    .replace("VALUES (1, 0, 0)", "VALUES (true, false, false)")
    .replace("?", "%s")
    .replace("db.executemany", "db.cursor().executemany")
)  # fmt: skip


@dataclasses.dataclass
class Cost:
    """Medians of one command, in seconds."""

    cpu: float
    wall: float


def measure(command: list[str], before: list[str] | None = None, runs: int = RUNS) -> Cost:
    """Run a command several times; ``before`` puts things right, uncounted, each time."""
    cpu, wall = [], []
    for _ in range(runs):
        if before:
            subprocess.run(before, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall.append(time.perf_counter() - started)
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu.append(now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime)
    return Cost(statistics.median(cpu), statistics.median(wall))


def report(what: str, cost: Cost, floor: Cost) -> None:
    print(
        f"{what:<44} {cost.cpu:6.2f} s CPU {cost.wall:6.2f} s"
        f"   floor {floor.cpu:5.2f} {floor.wall:5.2f}   x{cost.wall / floor.wall:5.1f}"
    )


def run(name: str, db: str, driver_db: str, floors: tuple[str, str], folder: pathlib.Path) -> None:
    """All measurements on one empty database."""
    nothing = measure([sys.executable, "-c", "pass"])
    subprocess.run([*COMMAND, db, "init"], check=True, stderr=subprocess.DEVNULL)
    wanted, empty = folder / "wanted.yaml", folder / "empty.yaml"
    users = [f"user{n:04}" for n in range(USERS)]
    wanted.write_text(
        "grants:\n"
        + "".join(
            f"- {{application: image{n}, allow_home: true, users: {json.dumps(users)}}}\n"
            for n in range(APPLICATIONS)
        )
    )
    empty.write_text("users: []\n")
    csv = folder / "wanted.csv"
    clear = [*COMMAND, db, "apply", str(empty), "--prune"]
    apply = [*COMMAND, db, "apply", str(wanted)]
    floor_list, floor_apply = ([sys.executable, "-c", code, driver_db] for code in floors)
    floor = measure(floor_apply, before=clear)
    print(f"{name}: {USERS} users x {APPLICATIONS} applications")
    report("apply FILE.yaml", measure(apply, before=clear), floor)
    subprocess.run([*COMMAND, db, "export", str(csv)], check=True)
    report("apply FILE.csv", measure([*apply[:-1], str(csv)], before=clear), floor)
    report("apply FILE.yaml again (nothing to change)", measure(apply), floor)
    report("user list --show-apps", measure([*COMMAND, db, "user", "list", "--show-apps"]),
           measure(floor_list))  # fmt: skip
    report("user list", measure([*COMMAND, db, "user", "list"]), nothing)
    report("app grant, one", measure([*COMMAND, db, "app", "grant", "image1", "user0001"]), nothing)
    report("--help", measure([*COMMAND, "--help"]), nothing)


@contextlib.contextmanager
def scratch() -> Iterator[pathlib.Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield pathlib.Path(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postgresql", action="store_true", help="start a server and measure it")
    arguments = parser.parse_args()
    with scratch() as folder:
        db = str(folder / "accounting.db")
        run("SQLite", db, db, (LIST_FLOOR, APPLY_FLOOR), folder)
    if arguments.postgresql:
        with scratch() as folder, PostgreSQLServer() as server:
            url = server.make_database("benchmark")
            plain = url.replace("+psycopg", "")
            run("PostgreSQL", url, plain, (LIST_FLOOR_PG, APPLY_FLOOR_PG), folder)


if __name__ == "__main__":
    main()
