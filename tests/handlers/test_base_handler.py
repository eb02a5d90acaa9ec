"""Pages: headers, errors, files, odd paths."""

from __future__ import annotations

import logging
import re

import pytest

from remoteappmanager.exceptions import ServiceUnavailable
from tests.fakes.hub import FakeHub
from tests.fakes.process import NAVIGATE, Process, running_process

EVERYWHERE = [
    "/user/alice/api",
    "/user/alice/api/v1/applications/",
    "/user/alice/api/v1/nothing/",
    "/user/alice/",
    "/user/alice",
    "/user/alice/nothing",
    "/user/alice/static/nothing.css",
    "/user/alice/static/css/pages.css",
    "/user/alice/static/../../secret",
    "/user/alice/logout",
    "/user/alice/oauth_callback",
    "/elsewhere",
    "/",
    "/user/alice/containers/abc/",
]


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_every_answer_has_the_version_and_closes_holes(process: Process, path: str) -> None:
    """X-JupyterHub-Version is on every answer, 404 included, and so are the policies."""
    answer = await process.raw("GET", path)
    assert answer.headers["X-JupyterHub-Version"].startswith("6.")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.status < 500


async def test_the_hub_is_answered_before_anybody_is_logged_in(process: Process) -> None:
    """``GET <base>api`` answers early."""
    answer = await process.raw("GET", f"{process.base}api")
    assert answer.status == 200
    assert answer.json["application"] == "remoteappmanager"
    assert process.hub.asked == []


@pytest.mark.parametrize(
    "path",
    [
        "static/..%2f..%2fversion.py",
        "static/%2e%2e/version.py",
        "static//etc/passwd",
        "static/%00",
        "static/dist/..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd",
        "%2e%2e/bob/api/v1/applications/",
        "containers/..%2f..%2fbob",
        "containers/%ff/",
        "api/v1/containers/%ff/",
        "api/v1/../../bob/",
    ],
)
async def test_path_tricks_lead_nowhere(process: Process, path: str) -> None:
    """No path leads out of what is ours, and none is a failure."""
    browser = await process.browser()
    answer = await browser.get(process.base + path)
    assert answer.status in {400, 403, 404}, answer.text
    assert "root:" not in answer.text


async def test_a_prefix_is_no_pattern(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The dot in a name matches a dot only."""
    async with running_process(monkeypatch, hub, name="a.b") as process:
        assert (await process.raw("GET", "/user/a.b/api")).status == 200
        assert (await process.raw("GET", "/user/axb/api")).status == 404


async def test_the_path_without_slash_leads_to_the_page(process: Process) -> None:
    """``/user/alice`` redirects to our own path, whatever Host says."""
    answer = await process.raw("GET", "/user/alice", headers={"Host": "evil.example"})
    assert answer.headers["Location"] == "/user/alice/"


async def test_an_outage_is_a_page_that_recovers_by_itself(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database outage is a page that says so, with a reference, and looks again."""
    config = {"auto_user_creation": True}
    async with running_process(monkeypatch, hub, config=config) as process:
        process.database.outage = True
        browser = await process.browser()
        answer = await browser.get(process.base)
        assert answer.status == 503
        assert "The database" in answer.text
        assert re.search(r"<code>[0-9a-f]{12}</code>", answer.text)
        assert answer.headers["Refresh"] == "5"
        process.database.outage = False
        assert (await browser.get(process.base)).status == 200


async def test_a_bug_shows_a_reference_and_nothing_else(
    process: Process, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not in the tree of errors is a 500 whose trace is found by its reference."""

    async def fail() -> None:
        raise RuntimeError("inner secret <b>")

    browser = await process.browser()
    monkeypatch.setattr(process.application, "welcome", fail)
    with caplog.at_level(logging.ERROR):
        answer = await browser.get(process.base)
    assert answer.status == 500
    assert "inner secret" not in answer.text
    ref = re.search(r"<code>([0-9a-f]{12})</code>", answer.text).group(1)  # type: ignore[union-attr]
    record = next(record for record in caplog.records if ref in record.getMessage())
    assert record.exc_info is not None
    assert "inner secret" in caplog.text


async def test_a_page_for_somebody_else_is_refused_with_a_way_home(process: Process) -> None:
    """Another user who is logged in gets a 403 page."""
    process.hub.add("bob")
    process.hub.logged_in = "bob"
    browser = await process.browser()
    answer = await browser.get(process.base)
    assert answer.status == 403
    assert 'href="/hub/home"' in answer.text
    assert 'id="app"' not in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_pages_have_no_other_methods(process: Process, method: str) -> None:
    """A method that a page does not have is refused, with what there is."""
    headers = {"Authorization": f"token {process.token}"}
    answer = await process.raw(method, process.base, headers=headers)
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD"


async def test_names_are_text_on_every_page(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name full of markup is shown as text."""
    name = "<img src=x onerror=alert(1)>\"'&"
    hub.logged_in = name
    async with running_process(monkeypatch, hub, name=name) as process:
        browser = await process.browser()
        for path in ("", "nothing", "containers/abc/"):
            answer = await browser.get(process.base + path)
            assert "<img" not in answer.text


async def test_scripts_get_a_plain_status(process: Process) -> None:
    """Not a page load: no page."""
    process.launcher.failure = ServiceUnavailable("Docker")
    answer = await process.raw(
        "GET",
        f"{process.base}containers/abc/data.json",
        headers={"Authorization": f"token {process.token}", "Sec-Fetch-Mode": "cors"},
    )
    assert answer.status == 503
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "Docker" in answer.text


async def test_analytics_are_allowed_only_where_configured(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Google's host is in the policy when ``ga_tracking_id`` is set, and only then."""
    async with running_process(monkeypatch, hub, config={"ga_tracking_id": "UA-1"}) as process:
        answer = await process.raw("GET", f"{process.base}api")
        assert "googletagmanager" in answer.headers["Content-Security-Policy"]
        page = await (await process.browser()).get(process.base)
        assert 'data-ga-tracking-id="UA-1"' in page.text


async def test_static_files_are_cached_as_their_names_allow(process: Process) -> None:
    """Files without a hash in their name are looked at again."""
    answer = await process.raw("GET", f"{process.base}static/css/pages.css")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "public, no-cache"
    again = {"If-None-Match": answer.headers["Etag"]}
    answer = await process.raw("GET", f"{process.base}static/css/pages.css", headers=again)
    assert answer.status == 304


async def test_an_anonymous_post_is_not_sent_to_log_in(process: Process) -> None:
    """Only page loads are redirected."""
    answer = await process.raw("POST", process.base, headers=NAVIGATE)
    assert answer.status == 403
    answer = await process.raw("GET", process.base, headers={"Sec-Fetch-Mode": "cors"})
    assert answer.status == 403
