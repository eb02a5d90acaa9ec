"""remoteappmanager.launch_steps"""

from __future__ import annotations

import asyncio

import pytest

from remoteappmanager.events import ApplicationEvent, Dispatcher, StartWarned, StepEntered
from remoteappmanager.exceptions import (
    Exists,
    InvalidRequest,
    LaunchFailed,
    NotFound,
    OperationInProgress,
    RemoteAppError,
    ServiceUnavailable,
)
from remoteappmanager.launch_steps import STEPS, Walk


async def test_steps_are_announced() -> None:
    """Whoever wants to know hears of each step, and of warnings in it."""
    told: list[ApplicationEvent] = []
    events = Dispatcher()
    events.subscribe(ApplicationEvent, told.append)
    walk = Walk(5, "m", events)
    for name in STEPS:
        async with walk.step(name):
            if name == "environment":
                walk.warn_of_missing("/data")
    assert [event.step for event in told if isinstance(event, StepEntered)] == list(STEPS)
    [warning] = [event for event in told if isinstance(event, StartWarned)]
    assert warning.step == "environment" and "/data" in warning.message
    assert {event.mapping_id for event in told} == {"m"}


async def test_one_deadline_for_the_whole() -> None:
    """A step that takes too long fails by its name; later steps have no time left."""
    walk = Walk(0.02, "m", Dispatcher())
    for name in ("start", "publish"):
        with pytest.raises(LaunchFailed, match=r"0\.02 seconds") as caught:
            async with walk.step(name):
                await asyncio.Event().wait()
        assert caught.value.step == name
    assert walk.seconds_left == 0


@pytest.mark.parametrize(
    "error",
    [
        InvalidRequest("x"),
        OperationInProgress("x"),
        LaunchFailed("start", "x"),
        ServiceUnavailable("Docker"),
    ],
)
async def test_errors_that_pass(error: RemoteAppError) -> None:
    """What the caller must tell apart stays what it is."""
    with pytest.raises(type(error)) as caught:
        async with Walk(5, "m", Dispatcher()).step("image"):
            raise error
    assert caught.value is error


@pytest.mark.parametrize("error", [NotFound("gone"), Exists("gone"), RemoteAppError("gone")])
async def test_errors_that_become_launch_failed(error: RemoteAppError) -> None:
    """Any other of our errors fails the start at the named step, in the same words."""
    with pytest.raises(LaunchFailed, match="gone") as caught:
        async with Walk(5, "m", Dispatcher()).step("publish"):
            raise error
    assert caught.value.step == "publish"
