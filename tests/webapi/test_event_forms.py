"""What the description says about live events."""

from __future__ import annotations

from typing import Any

import pytest

from remoteappmanager.events import (
    DockerChanged,
    Ended,
    Event,
    GrantRestored,
    GrantRevoked,
    GrantsChanged,
    ImagesChanged,
    Started,
    StartOver,
    StartWarned,
    StepEntered,
)
from remoteappmanager.launch_steps import STEPS
from remoteappmanager.webapi.event_forms import EVENTS
from remoteappmanager.webapi.feed import wire
from remoteappmanager.webapi.openapi import describe


def schemas() -> dict[str, Any]:
    """The components of a description without resources."""
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


EVERY = [
    StepEntered(mapping_id="m", step="wait"),
    StartWarned(mapping_id="m", step="environment", message="No such folder."),
    StartOver(mapping_id="m", url_id=None),
    Started(mapping_id="m", url_id="u"),
    Ended(mapping_id="m", url_id="u", name="Lab", asked=True, reason="It was stopped."),
    Ended(mapping_id="m", url_id="u", name="Lab", asked=False, reason="It died.", exit_code=1),
    GrantRevoked(mapping_id="m", url_id="u", name="Lab", ends_at=None),
    GrantRevoked(mapping_id="m", url_id="u", name="Lab", ends_at=12.5),
    GrantRestored(mapping_id="m", url_id="u"),
    GrantsChanged(),
    ImagesChanged(),
    DockerChanged(away=True),
]


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_what_is_sent_is_what_is_described(event: Event) -> None:
    """Key by key, with nothing besides."""
    name, data = wire(event)
    form = EVENTS[name]
    assert form.model_validate(data).model_dump(exclude_unset=True) == data


def test_no_event_is_forgotten_here() -> None:
    """Whatever can be told is tried above."""
    assert {type(event) for event in EVERY} == set(_leaves(Event))


def _leaves(kind: type[Event]) -> list[type[Event]]:
    below = kind.__subclasses__()
    return [leaf for one in below for leaf in _leaves(one)] if below else [kind]
