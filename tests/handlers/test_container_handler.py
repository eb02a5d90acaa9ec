"""A request for a container's address that reaches the per-user process."""

from __future__ import annotations

import pytest

from remoteappmanager.exceptions import NotFound, ServiceUnavailable
from tests.fakes.process import FETCH, Process


async def test_what_is_gone_is_said_with_a_way_home(process: Process) -> None:
    """A container that does not run: 404, and a link to the home page."""
    browser = await process.browser()
    answer = await browser.get(f"{process.base}containers/{'0' * 32}/deep/page?x=1")
    assert answer.status == 404
    assert "not running" in answer.text
    assert 'href="/user/alice/"' in answer.text
    assert "Refresh" not in answer.headers
    assert process.application.gate.published == []


@pytest.mark.parametrize("failure", [None, ServiceUnavailable("The gate"), NotFound("unknown")])
async def test_what_runs_without_a_route_goes_on_by_itself(
    process: Process, failure: Exception | None
) -> None:
    """A container that runs: the gate is asked to publish it, and the page looks again."""
    process.application.gate.failure = failure
    container = process.manager.add_container("alice")
    browser = await process.browser()
    answer = await browser.get(f"{process.base}containers/{container.url_id}/lab")
    assert answer.status == 503
    assert answer.headers["Refresh"] == ("1" if failure is None else "5")
    assert process.application.gate.published == [container.url_id]


async def test_somebody_elses_container_is_as_one_that_does_not_exist(process: Process) -> None:
    """No page says whether an id is another user's."""
    container = process.manager.add_container("bob")
    browser = await process.browser()
    answer = await browser.get(f"{process.base}containers/{container.url_id}/")
    assert answer.status == 404
    assert process.application.gate.published == []


async def test_scripts_and_sockets_get_plain_statuses(process: Process) -> None:
    """What an application's page fetches gets a status, never a page and never a redirect."""
    container = process.manager.add_container("alice")
    browser = await process.browser()
    for url_id, status in ((container.url_id, 503), ("gone", 404)):
        answer = await browser.fetch("GET", f"containers/{url_id}/api/kernels")
        assert answer.status == status
        assert answer.headers["Content-Type"].startswith("text/plain")
    socket = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-Fetch-Mode": "websocket"}
    path = f"{process.base}containers/{container.url_id}/socket"
    assert (await process.raw("GET", path, headers=socket)).status == 403
    assert (await browser.request("GET", path, socket)).status == 503


async def test_posts_are_answered_too(process: Process) -> None:
    """Whatever the method, the status says what is the case."""
    browser = await process.browser()
    assert (await browser.fetch("POST", "containers/gone/form")).status == 404


async def test_strangers_are_refused(process: Process) -> None:
    """Not logged in: to the login, or 403."""
    path = f"{process.base}containers/{'0' * 32}/"
    assert (await process.raw("GET", path, headers=FETCH)).status == 403


async def test_docker_away_is_a_page_that_recovers(process: Process) -> None:
    """Docker away: the page says so and looks again."""
    process.launcher.failure = ServiceUnavailable("Docker")
    answer = await (await process.browser()).get(f"{process.base}containers/abc/")
    assert answer.status == 503
    assert "Docker" in answer.text
    assert answer.headers["Refresh"] == "5"
