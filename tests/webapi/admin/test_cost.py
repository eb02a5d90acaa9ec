"""What a section of the panel costs, at the wire: SQL statements and requests to Docker."""

from __future__ import annotations

import pathlib
import time
from collections.abc import AsyncIterator

import pytest

from remoteappmanager.admin_application import AdminApplication
from tests.fakes.sized_realm import LARGE, SECTIONS, TEN, Size, SizedRealm, sized_realm

#: SQL statements and requests to Docker of each section, whatever the size of the realm.
COSTS = {
    "overview": (2, 1),
    "containers": (0, 2),
    "users": (4, 0),
    "grants": (3, 0),
    "applications": (2, 1),
    "dialogs": (1, 2),
}

#: A section is there well within a second. Several times what benchmarks/admin.py measures, so
#: that a busy machine does not fail it.
SECONDS = 1.0


@pytest.fixture(params=[TEN, LARGE], ids=["ten", "large"])
async def realm(
    request: pytest.FixtureRequest, tmp_path: pathlib.Path
) -> AsyncIterator[SizedRealm]:
    """Ten of each; and 10,000 users, 200 applications, 100 running containers."""
    size: Size = request.param
    async with sized_realm(size, f"sqlite:///{tmp_path / 'accounting.db'}") as found:
        yield found


def test_every_list_is_in_a_section() -> None:
    """A resource that is added is measured too."""
    asked = {path.partition("/")[0] for paths in SECTIONS.values() for path in paths}
    listed = {
        arguments["resource"].name
        for _, _, arguments in AdminApplication.api_routes
        if arguments["resource"].has("list") or arguments["resource"].has("retrieve")
    }
    assert asked == listed
    assert set(COSTS) == set(SECTIONS)


async def test_the_cost_is_the_same_at_any_size(realm: SizedRealm) -> None:
    """The same number of SQL statements and Docker calls with ten of everything and with
    thousands; and each section is there well within a second.
    """
    costs, seconds = {}, {}
    for section in SECTIONS:
        started = time.perf_counter()
        costs[section] = await realm.cost(section)
        seconds[section] = time.perf_counter() - started
    assert costs == COSTS
    assert max(seconds.values()) < SECONDS, seconds
