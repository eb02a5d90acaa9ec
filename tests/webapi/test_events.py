"""``events/``: what happens, as it happens."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from remoteappmanager.docker.events import ContainerEvent
from remoteappmanager.docker.evidence import Evidence
from remoteappmanager.watch import containers, grants
from remoteappmanager.webapi import events
from remoteappmanager.webapi.events import EventsHandler
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
    assert not process.application.feed.is_heard


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
        assert process.application.feed.is_heard
    async with asyncio.timeout(5):
        while process.application.feed.is_heard:  # noqa: ASYNC110 - the server's own event
            await asyncio.sleep(0.001)


async def test_who_comes_back_is_told_what_was_missed(process: Process) -> None:
    """By the id of the last event that the page has."""
    mapping_id = process.grant("app/tiny")
    async with opened(process) as response:
        await response.content.readline()
        await process.api("POST", "containers/", {"mapping_id": mapping_id})
        text = b""
        while b"id: " not in text:
            text = await response.content.readline()
    last = text.decode().removeprefix("id: ").strip()
    headers = {"Authorization": f"token {process.token}", "Last-Event-ID": last}
    async with opened(process, headers) as response:
        stream = Stream(response)
        seen = [await stream.next() for _ in range(2)]
    assert [name for name, _ in seen] == ["step", "change"]
    assert seen[0][1]["step"] == "start"


async def test_a_container_that_dies_is_told_with_its_evidence(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From Docker to the page; another user's is not told."""
    monkeypatch.setattr(containers, "WAIT_FOR_STOP", 0.001)
    container = process.manager.add_container("alice")
    process.manager.evidences[container.docker_id] = Evidence(137, False, "last words")
    watching = asyncio.create_task(process.application.container_watch.run())
    async with opened(process) as response:
        stream = Stream(response)
        await response.content.readline()
        happened = ("die", container.docker_id, container.url_id, "alice", "a" * 32, 1.0)
        process.manager.happening.put_nowait(ContainerEvent(*happened))
        name, data = await stream.next()
    watching.cancel()
    assert name == "ended"
    assert (data["url_id"], data["log"]) == (container.url_id, "last words")


async def test_a_grant_is_told(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the database to the page, while a page is open."""
    monkeypatch.setattr(grants, "INTERVAL", 0.001)
    watching = asyncio.create_task(process.application.grant_watch.run())
    async with opened(process) as response:
        stream = Stream(response)
        await response.content.readline()
        while process.application.grant_watch._granted is None:  # noqa: ASYNC110
            await asyncio.sleep(0)
        process.grant("app/tiny")
        assert (await stream.next())[0] == "change"
    watching.cancel()
