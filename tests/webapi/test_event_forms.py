"""What the description says about live events."""

from __future__ import annotations

from remoteappmanager.launch_steps import STEPS
from remoteappmanager.webapi.openapi import describe


def schemas() -> dict:
    return describe([], "/")["components"]["schemas"]


def test_each_event_is_described_by_name() -> None:
    """A client that knows the description knows every event's keys; ``at`` is in all of them."""
    events = schemas()["Events"]["properties"]
    assert list(events) == ["step", "warning", "change", "ended", "revoked", "granted"]
    for reference in events.values():
        form = schemas()[reference["$ref"].rsplit("/", 1)[1]]
        assert "at" in form["required"]


def test_what_may_be_unknown_is_null_and_never_absent() -> None:
    """An application that was stopped on purpose has no exit code; one may be revoked for good."""
    ended, revoked = schemas()["EndedData"], schemas()["RevokedData"]
    assert {"type": "null"} in ended["properties"]["exit_code"]["anyOf"]
    assert {"type": "null"} in revoked["properties"]["ends_at"]["anyOf"]
    assert set(ended["required"]) == set(ended["properties"])
    assert set(revoked["required"]) == set(revoked["properties"])


def test_the_steps_are_those_of_the_launcher() -> None:
    """In the order in which they come."""
    assert schemas()["StepData"]["properties"]["step"]["enum"] == list(STEPS)


def test_the_error_names_what_a_failed_start_tells() -> None:
    """The evidence is part of the description, so that clients can be generated from it."""
    keys = schemas()["Error"]["properties"]
    assert {"step", "exit_code", "out_of_memory", "log", "service", "ref"} <= set(keys)
