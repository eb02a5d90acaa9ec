"""``events/``: what happens, as it happens."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from remoteappmanager import base_application
from remoteappmanager.docker.events import ContainerEvent
from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.webapi import events
from remoteappmanager.webapi.events import MAX_WAITING, Events, EventsHandler
from tests.fakes.process import FETCH, Process


class Stream:
    """Reads one stream."""

    def __init__(self, response: Any) -> None:
        self.response = response

    async def next(self) -> tuple[str, dict[str, Any]]:
        """The next event."""
        name = ""
        async for raw in self.response.content:
            line = raw.decode().rstrip("\n")
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                return name, json.loads(line.removeprefix("data: "))
        raise EOFError


def opened(process: Process, headers: dict[str, str] | None = None) -> Any:
    given = headers or {"Authorization": f"token {process.token}"}
    return process.session.get(f"{process.url}{process.base}api/v1/events/", headers=given)


async def test_a_start_is_told_step_by_step(process: Process) -> None:
    """Whoever listens sees the steps, the warnings and the end of a start."""
    mapping_id = process.grant("app/tiny")
    process.launcher.warning = "/gone is not mounted: it does not exist."
    async with opened(process) as response:
        assert response.headers["Content-Type"] == "text/event-stream"
        stream = Stream(response)
        await response.content.readline()
        await process.api("POST", "containers/", {"mapping_id": mapping_id})
        seen = [await stream.next() for _ in range(4)]
    assert [name for name, _ in seen] == ["step", "step", "warning", "change"]
    assert [data.get("step") for _, data in seen[:2]] == ["grant", "start"]
    assert seen[2][1]["message"] == process.launcher.warning
    assert {data.get("mapping_id") for _, data in seen[:3]} == {mapping_id}
    assert seen[0][1]["at"] > 1_600_000_000


async def test_who_comes_late_is_told_what_was(process: Process) -> None:
    """A page that is opened in the middle of a start sees its steps so far."""
    mapping_id = process.grant("app/tiny")
    process.launcher.hold = asyncio.Event()
    call = asyncio.create_task(process.api("POST", "containers/", {"mapping_id": mapping_id}))
    await process.launcher.entered.wait()
    async with opened(process) as response:
        assert (await Stream(response).next())[1]["step"] == "grant"
        process.launcher.hold.set()
        assert (await call).status == 201


async def test_a_stop_is_told(process: Process) -> None:
    """After a stop the list is worth a look."""
    container = process.manager.add_container("alice")
    async with opened(process) as response:
        await response.content.readline()
        await process.api("DELETE", f"containers/{container.url_id}/")
        assert (await Stream(response).next())[0] == "change"


async def test_strangers_hear_nothing(process: Process) -> None:
    """The stream is as closed as the rest, and needs XSRF with a cookie."""
    async with opened(process, {"X": "y"}) as response:
        assert response.status == 403
    browser = await process.browser()
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    async with opened(process, {**FETCH, "Cookie": cookie}) as response:
        assert response.status == 403
    async with opened(
        process, {**FETCH, "Cookie": cookie, "X-XSRFToken": browser.xsrf}
    ) as response:
        assert response.status == 200


async def test_a_stream_ends_and_so_the_caller_is_asked_anew(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No stream outlives a right for long: it ends, and coming back is asked who it is."""
    monkeypatch.setattr(EventsHandler, "life", 0.05)
    async with opened(process) as response:
        with pytest.raises(EOFError):
            await Stream(response).next()
    assert not process.application.events._listeners


async def test_silence_is_filled_with_comments(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proxies cut connections on which nothing comes."""
    monkeypatch.setattr(events, "HEARTBEAT", 0.01)
    async with opened(process) as response:
        lines = [await response.content.readline() for _ in range(3)]
    assert lines == [b"retry: 3000\n", b"\n", b":\n"]


async def test_a_listener_that_left_is_forgotten(process: Process) -> None:
    """Closed pages leave nothing behind."""
    async with opened(process) as response:
        await response.content.readline()
        assert len(process.application.events._listeners) == 1
    async with asyncio.timeout(5):
        while process.application.events._listeners:  # noqa: ASYNC110 - the server's own event
            await asyncio.sleep(0.001)


async def test_a_slow_page_loses_the_oldest() -> None:
    """What waits for one page is bounded."""
    told = Events()
    with told.listen() as queue:
        for _ in range(MAX_WAITING + 5):
            told.changed()
        assert queue.qsize() == MAX_WAITING


def event(action: str, user: str) -> ContainerEvent:
    return ContainerEvent(action, "d", "u", user, "m", 1.0)


async def test_what_happens_elsewhere_is_told(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container that dies, or that an administrator stops, is worth a look; others' are not.

    So is Docker going away, and coming back.
    """
    monkeypatch.setattr(base_application, "RETRY_WATCHING", 0.001)
    happening = process.manager.happening
    async with opened(process) as response:
        stream = Stream(response)
        happening.put_nowait(event("die", "bob"))
        happening.put_nowait(event("die", "alice"))
        assert (await stream.next())[0] == "change"
        happening.put_nowait(ServiceUnavailable("Docker"))
        assert (await stream.next())[0] == "change"
        happening.put_nowait(event("start", "alice"))
        assert (await stream.next())[0] == "change"
        assert happening.empty()


async def test_docker_is_watched_only_while_somebody_looks(process: Process) -> None:
    """One stream from Docker for all open pages, and none when there is none."""
    told = process.application.events
    assert process.manager.watching == 0
    with told.listen(), told.listen():
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert process.manager.watching == 1
    for _ in range(3):
        await asyncio.sleep(0)
    assert process.manager.watching == 0


async def test_new_grants_are_seen_after_a_while(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody tells of grants: a look is suggested now and then."""
    monkeypatch.setattr(events, "HEARTBEAT", 0.01)
    monkeypatch.setattr(events, "LOOK", 0.02)
    async with opened(process) as response:
        assert (await Stream(response).next())[0] == "change"
