"""remoteappmanager.webapi.feed: what goes over the wire, and what is told again."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from typing import Any

import pytest

from remoteappmanager.events import (
    Dispatcher,
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
from remoteappmanager.webapi.feed import MAX_PAST, MAX_UNSEEN, MAX_WAITING, Feed, Frame, wire

ENDED = Ended(
    mapping_id="m",
    url_id="u",
    name="Tiny",
    asked=False,
    reason="r",
    exit_code=1,
    out_of_memory=True,
    log="l",
    ref="f",
    at=1.0,
)
REVOKED = GrantRevoked(mapping_id="m", url_id="u", name="Tiny", ends_at=5.0, at=1.0)


@pytest.fixture
def dispatcher() -> Dispatcher:
    return Dispatcher()


@pytest.fixture
def feed(dispatcher: Dispatcher) -> Feed:
    return Feed(dispatcher)


def drained(queue: asyncio.Queue[Frame]) -> list[Frame]:
    return [queue.get_nowait() for _ in range(queue.qsize())]


def names(queue: asyncio.Queue[Frame]) -> list[str]:
    return [frame.name for frame in drained(queue)]


@pytest.mark.parametrize(
    ("event", "name", "data"),
    [
        (
            StepEntered(mapping_id="m", step="wait", at=1.0),
            "step",
            {"mapping_id": "m", "step": "wait", "at": 1.0},
        ),
        (
            StartWarned(mapping_id="m", step="wait", message="w", at=1.0),
            "warning",
            {"mapping_id": "m", "step": "wait", "message": "w", "at": 1.0},
        ),
        (
            StartOver(mapping_id="m", url_id=None, at=1.0),
            "change",
            {"mapping_id": "m", "at": 1.0},
        ),
        (ENDED, "ended", dataclasses.asdict(ENDED)),
        (REVOKED, "revoked", dataclasses.asdict(REVOKED)),
        (
            GrantRestored(mapping_id="m", url_id="u", at=1.0),
            "granted",
            {"mapping_id": "m", "url_id": "u", "at": 1.0},
        ),
        *(
            (event, "change", {"at": 1.0})
            for event in (
                Started(mapping_id="m", url_id="u", at=1.0),
                GrantsChanged(at=1.0),
                ImagesChanged(at=1.0),
                DockerChanged(away=True, at=1.0),
            )
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Event) else "",
)
def test_the_wire(event: Event, name: str, data: dict[str, Any]) -> None:
    """Each kind of event has its name and its data."""
    assert wire(event) == (name, data)


def test_a_frame_is_one_block_of_lines() -> None:
    """Whatever is in the data: a line's end would break the protocol."""
    text = Frame(7, "ended", {"log": "a\nb\r\n\n\u2028c"}).text("boot")
    assert text.startswith("id: boot.7\nevent: ended\ndata: {")
    assert text.endswith("}\n\n")
    assert text.count("\n") == 4
    assert json.loads(text.splitlines()[2].removeprefix("data: "))["log"] == "a\nb\r\n\n\u2028c"


def test_who_comes_in_the_middle_of_a_start_is_told_its_steps(
    dispatcher: Dispatcher, feed: Feed
) -> None:
    """And of a start that is over, nothing."""
    dispatcher.publish(StepEntered(mapping_id="m", step="grant"))
    dispatcher.publish(StartWarned(mapping_id="m", step="grant", message="w"))
    with feed.listen() as queue:
        assert names(queue) == ["step", "warning"]
        dispatcher.publish(StartOver(mapping_id="m", url_id="u"))
        assert names(queue) == ["change"]
    with feed.listen() as queue:
        assert queue.empty()


def test_a_notice_is_told_to_everybody_while_it_holds(dispatcher: Dispatcher, feed: Feed) -> None:
    """Until it is taken back, or the application has ended."""
    for end in (GrantRestored(mapping_id="m", url_id="u"), ENDED):
        dispatcher.publish(REVOKED)
        for _ in range(2):
            with feed.listen() as queue:
                assert names(queue) == ["revoked"]
        with feed.listen():
            dispatcher.publish(end)
        with feed.listen() as queue:
            assert queue.empty()


def test_an_end_that_nobody_saw_is_told_to_the_next_page(
    dispatcher: Dispatcher, feed: Feed
) -> None:
    """Once. One that was asked for is not: whoever asked knows."""
    dispatcher.publish(dataclasses.replace(ENDED, asked=True))
    dispatcher.publish(ENDED)
    with feed.listen() as queue:
        assert [frame.data["asked"] for frame in drained(queue)] == [False]
    with feed.listen() as queue:
        assert queue.empty()
        dispatcher.publish(ENDED)
    with feed.listen() as queue:
        assert queue.empty()


def test_who_comes_back_is_told_what_was_missed(dispatcher: Dispatcher, feed: Feed) -> None:
    """In order, and nothing twice."""
    dispatcher.publish(StepEntered(mapping_id="m", step="grant"))
    with feed.listen() as queue:
        last = drained(queue)[-1]
    dispatcher.publish(StepEntered(mapping_id="m", step="image"))
    dispatcher.publish(ENDED)
    with feed.listen(f"{feed.boot}.{last.number}") as queue:
        assert names(queue) == ["step", "ended"]
    with feed.listen(f"{feed.boot}.{last.number + 2}") as queue:
        assert queue.empty()


@pytest.mark.parametrize(
    "last_id", ["gone.1", "BOOT.99999", "BOOT.-1", "BOOT.x", "BOOT." + "9" * 400, "BOOT.", "?"]
)
def test_who_comes_back_from_too_far_away_looks_at_everything(
    dispatcher: Dispatcher, feed: Feed, last_id: str
) -> None:
    """From an earlier process, or with a number that was never given: look, and what holds."""
    dispatcher.publish(REVOKED)
    with feed.listen(last_id.replace("BOOT", feed.boot)) as queue:
        change, revoked = drained(queue)
        assert (change.name, revoked.name) == ("change", "revoked")
        assert change.data["missed"] and change.data["at"] > 1.6e9


def test_who_was_away_for_too_long_looks_at_everything(dispatcher: Dispatcher, feed: Feed) -> None:
    """What is remembered is bounded."""
    for _ in range(MAX_PAST + 5):
        dispatcher.publish(GrantsChanged())
    with feed.listen(f"{feed.boot}.1") as queue:
        assert names(queue) == ["change"]
    with feed.listen(f"{feed.boot}.{MAX_PAST}") as queue:
        assert names(queue) == ["change"] * 5


def test_a_slow_page_loses_the_oldest(dispatcher: Dispatcher, feed: Feed) -> None:
    """What waits for one page is bounded."""
    with feed.listen() as queue:
        for _ in range(MAX_WAITING + 5):
            dispatcher.publish(GrantsChanged())
        assert queue.qsize() == MAX_WAITING
        assert queue.get_nowait().number == 6


def test_ends_that_nobody_sees_are_bounded(dispatcher: Dispatcher, feed: Feed) -> None:
    """An application that is restarted by a script and dies each time fills no memory."""
    for _ in range(MAX_UNSEEN + 5):
        dispatcher.publish(ENDED)
    with feed.listen() as queue:
        assert queue.qsize() == MAX_UNSEEN


def test_whether_anybody_listens(feed: Feed) -> None:
    """The grants are watched for that."""
    assert not feed.is_heard
    with feed.listen():
        assert feed.is_heard
    assert not feed.is_heard
