"""What the administration's sections cost in a large realm, beside a small one.

    python -m benchmarks.admin [--postgresql]

Two administrations run in one process: one of ten users, applications and containers, one of
10,000 users, 200 applications and 100 running containers. Each section is asked all that the
panel asks when it is opened, over HTTP, in turn at the one and at the other; the database is
real, Docker is the simulated engine, at the wire. Printed are medians in milliseconds, their
ratio, which is the figure to watch, and the SQL statements and requests to Docker of one opening.

Last results (two busy cores, Python 3.11, SQLite 3.40, PostgreSQL 15 with fsync off):

                            SQLite                 PostgreSQL            SQL, Docker
                     ten   large  ratio       ten   large  ratio     (the same in both)
    overview      5.9 ms   13 ms  x 2.2    6.6 ms   13 ms  x 2.0           2, 1
    containers    8.4 ms   26 ms  x 3.2    8.9 ms   25 ms  x 2.8           0, 2
    users         4.7 ms    8 ms  x 1.7    7.9 ms   17 ms  x 2.1           4, 0
    grants       14.2 ms   19 ms  x 1.3    7.9 ms   11 ms  x 1.4           3, 0
    applications  6.7 ms   24 ms  x 3.6    6.0 ms   14 ms  x 2.4           2, 1
    dialogs      10.1 ms   35 ms  x 3.5    9.2 ms   28 ms  x 3.1           1, 2
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import pathlib
import statistics
import tempfile
import time
from collections.abc import Callable

from tests.fakes.sized_realm import LARGE, SECTIONS, TEN, SizedRealm, sized_realm
from tests.fixtures.postgresql import PostgreSQLServer

ROUNDS = 30


async def seconds(realm: SizedRealm, section: str) -> float:
    """One opening of a section."""
    started = time.perf_counter()
    await realm.open(section)
    return time.perf_counter() - started


async def measure(name: str, make_url: Callable[[str], str]) -> None:
    """All sections, on databases at the URLs that ``make_url`` gives for a name."""
    print(f"{name:<14} {'ten':>9} {'large':>9} {'ratio':>7}   SQL, Docker")
    async with contextlib.AsyncExitStack() as stack:
        small = await stack.enter_async_context(sized_realm(TEN, make_url("small")))
        large = await stack.enter_async_context(sized_realm(LARGE, make_url("large")))
        for section in SECTIONS:
            pairs = [
                (await seconds(small, section), await seconds(large, section))
                for _ in range(ROUNDS)
            ]
            one, other = (statistics.median(column) for column in zip(*pairs, strict=True))
            counts = [await realm.cost(section) for realm in (small, large)]
            same = "the same" if counts[0] == counts[1] else f"{counts[0]} before"
            print(
                f"{section:<14} {one * 1000:6.1f} ms {other * 1000:6.1f} ms   x{other / one:4.1f}"
                f"   {counts[1][0]}, {counts[1][1]} ({same})"
            )


def main() -> None:
    """Measure on SQLite, and on PostgreSQL where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postgresql", action="store_true", help="start a server and measure it")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        directory = pathlib.Path(folder)
        asyncio.run(measure("SQLite", lambda name: f"sqlite:///{directory / name}.db"))
    if arguments.postgresql:
        with PostgreSQLServer() as server:
            asyncio.run(measure("PostgreSQL", server.make_database))


if __name__ == "__main__":
    main()
