"""``stats/``, and what the administration costs."""

from __future__ import annotations

import pytest

from tests.fakes.process import Process


async def test_the_numbers(admin: Process) -> None:
    """Users, applications, what runs, and of how many users."""
    for name in ("bob", "carol"):
        admin.database.create_user(name)
    admin.database.create_application("app/tiny")
    for user in ("bob", "bob", "dave"):
        admin.manager.add_container(user)
    assert (await admin.api("GET", "stats/")).json == {
        "realm": "tests",
        "num_total_users": 2,
        "num_active_users": 2,
        "num_applications": 1,
        "num_running_containers": 3,
        "accounting_writable": True,
        "opened": [],
    }
    assert (await admin.api("POST", "stats/", {})).headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("size", [1, 50])
@pytest.mark.parametrize(
    ("path", "queries", "docker_calls"),
    [
        ("stats/", 2, 1),
        ("users/", 1, 0),
        ("applications/", 1, 1),
        ("containers/", 0, 1),
        ("images/", 0, 1),
        ('accounting/?filter={"user_id":1}', 2, 0),
    ],
)
async def test_the_cost_is_constant(
    admin: Process, size: int, path: str, queries: int, docker_calls: int
) -> None:
    """The number of database and Docker calls is the same with ten and with ten thousand."""
    database = admin.database
    for number in range(size):
        database.create_user(f"u{number}")
        database.create_application(f"app/{number}")
        database.grant_access(f"app/{number}", "u0", None, False, False, None, False)
        admin.manager.add_container(f"u{number}")
        admin.manager.add_image(f"app/{number}:latest")
    database.calls.clear()
    assert (await admin.api("GET", path)).status == 200
    assert sum(database.calls.values()) == queries, database.calls
    assert len(admin.manager.calls) == docker_calls
