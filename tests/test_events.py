"""remoteappmanager.events: the tree and the dispatcher."""

from __future__ import annotations

import dataclasses
import time

import pytest

from remoteappmanager.events import (
    ApplicationEvent,
    Dispatcher,
    DockerChanged,
    Ended,
    Event,
    GrantsChanged,
    Started,
    StartOver,
    StepEntered,
)

STEP = StepEntered(mapping_id="m", step="grant")
OVER = StartOver(mapping_id="m", url_id="u")
AWAY = DockerChanged(away=True)


def test_whoever_subscribed_to_a_kind_hears_of_the_kinds_below_it() -> None:
    """A subscription to the root hears everything, one to a branch its branch."""
    dispatcher, root, branch = Dispatcher(), [], []
    dispatcher.subscribe(Event, root.append)
    dispatcher.subscribe(ApplicationEvent, branch.append)
    for event in (STEP, AWAY, OVER):
        dispatcher.publish(event)
    assert root == [STEP, AWAY, OVER]
    assert branch == [STEP, OVER]


def test_attributes_narrow_a_subscription() -> None:
    """All of them must be equal."""
    dispatcher, heard = Dispatcher(), []
    dispatcher.subscribe(Started, heard.append, mapping_id="m", url_id="u")
    wanted = Started(mapping_id="m", url_id="u")
    for event in (wanted, Started(mapping_id="m", url_id="x"), Started(mapping_id="x", url_id="u")):
        dispatcher.publish(event)
    assert heard == [wanted]


def test_an_attribute_that_no_such_event_has_is_refused() -> None:
    """Nobody would ever be called, and that would go unnoticed."""
    with pytest.raises(ValueError, match=r"StepEntered has no 'colour'"):
        Dispatcher().subscribe(StepEntered, lambda event: None, colour="red")


def test_a_subscription_ends() -> None:
    """Also from within a handler, and twice."""
    dispatcher, heard = Dispatcher(), []

    def once(event: Event) -> None:
        heard.append(event)
        unsubscribe()

    unsubscribe = dispatcher.subscribe(GrantsChanged, once)
    dispatcher.publish(GrantsChanged())
    dispatcher.publish(GrantsChanged())
    unsubscribe()
    assert len(heard) == 1


def test_handlers_are_called_in_the_order_of_subscription() -> None:
    """So that what one remembers is there for the next."""
    dispatcher, order = Dispatcher(), []
    for number in range(3):
        dispatcher.subscribe(Event, lambda event, number=number: order.append(number))
    dispatcher.publish(AWAY)
    assert order == [0, 1, 2]


def test_events_are_values_with_the_time_at_which_they_happened() -> None:
    """Frozen, and told apart by what they say."""
    assert abs(STEP.at - time.time()) < 60
    with pytest.raises(dataclasses.FrozenInstanceError):
        STEP.step = "image"  # type: ignore[misc]
    ended = Ended(mapping_id="m", url_id="u", name="n", asked=True, reason="r", at=1.0)
    assert ended == dataclasses.replace(ended)
    assert ended != dataclasses.replace(ended, asked=False)
