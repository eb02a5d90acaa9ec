"""What the accounting is given when somebody logs in."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from remoteappmanager.exceptions import ServiceUnavailable, UnsupportedOperation
from remoteappmanager.welcome import welcome
from tests.fakes.database import FakeDatabase

DEMO = {"app/demo": {"allow_home": True, "volume": "/data:/mnt:ro"}}


@pytest.mark.parametrize(
    ("known", "create", "demo", "users", "grants"),
    [
        (False, False, {}, [], 0),
        (False, True, {}, ["alice"], 0),
        (True, True, {}, ["alice"], 0),
        (False, False, DEMO, [], 0),
        (False, True, DEMO, ["alice"], 1),
        (True, False, DEMO, ["alice"], 1),
        (True, True, DEMO, ["alice"], 1),
    ],
)
def test_users_are_added_and_given_the_demo_applications(
    known: bool, create: bool, demo: dict[str, Any], users: list[str], grants: int
) -> None:
    """Unknown users are added where wanted; who is known gets the demo applications, once."""
    database = FakeDatabase()
    if known:
        database.create_user("alice")
    for _ in range(2):
        welcome(database, "alice", create_user=create, demo_applications=demo)
    assert [user.name for user in database.list_users()] == users
    found = database.get_accounting_for_user_name("alice")
    assert len(found) == grants
    for accounting in found:
        policy = accounting.application_policy
        assert (policy.allow_home, policy.allow_startup_data) == (True, False)
        assert (policy.volume_source, policy.volume_mode) == ("/data", "ro")


def test_a_demo_application_that_cannot_be_granted_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One broken entry does not take the others away."""
    database = FakeDatabase()
    demo = {"app/a": {"volume": "nonsense"}, "app/b": {}}
    welcome(database, "alice", create_user=True, demo_applications=demo)
    images = [item.application.image for item in database.get_accounting_for_user_name("alice")]
    assert images == ["app/b"]
    assert "app/a" in caplog.text


def test_a_read_only_accounting_is_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With CSV accounting nothing is added, and the log says so."""
    database = FakeDatabase()

    def refuse(*args: object, **kwargs: object) -> None:
        raise UnsupportedOperation("It is a CSV file.")

    monkeypatch.setattr(database, "create_user", refuse)
    with caplog.at_level(logging.WARNING):
        welcome(database, "alice", create_user=True, demo_applications=DEMO)
    assert "CSV" in caplog.text


def test_an_outage_is_told() -> None:
    """Nothing is swallowed that the next visit should try again."""
    database = FakeDatabase(outage=True)
    with pytest.raises(ServiceUnavailable):
        welcome(database, "alice", create_user=True, demo_applications={})
