"""The home page."""

from __future__ import annotations

import html
import re

import pytest

from tests.fakes.hub import FakeHub
from tests.fakes.process import Process, running_process


def data(page: str) -> dict[str, str]:
    """The data attributes of the front end's root element."""
    return {
        name: html.unescape(value) for name, value in re.findall(r'data-([a-z-]+)="(.*?)"', page)
    }


async def test_the_page_tells_the_front_end_where_it_is(process: Process) -> None:
    """All that the front end cannot know by itself stands in data attributes."""
    browser = await process.browser()
    found = data((await browser.get(process.base)).text)
    token = found.pop("xsrf-token")
    assert token == browser.cookies["_xsrf"]
    version = found.pop("version")
    assert version
    assert found == {
        "base-url": "/user/alice/",
        "owner": "alice",
        "actor": "alice",
        "admin": "false",
        "session": "user",
        "logout-url": "/user/alice/logout",
        "hub-prefix": "/hub/",
        "switch-url": "",
        "login-service": "",
        "network-timeout": "30",
        "ga-tracking-id": "",
    }


async def test_the_page_costs_no_query_and_no_docker_call(process: Process) -> None:
    """The page itself asks nothing of the database or of Docker."""
    browser = await process.browser()
    await browser.get(process.base)
    assert not process.database.calls
    assert not process.manager.calls


async def test_the_page_has_nothing_inline(process: Process) -> None:
    """A Content-Security-Policy without inline script or style breaks nothing."""
    page = (await (await process.browser()).get(process.base)).text
    assert 'src="/user/alice/static/dist/user.js"' in page
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=", page)
    assert "http://" not in page and "https://" not in page


@pytest.mark.parametrize(
    ("default_url", "leads_to"),
    [
        ("/home", "/user/alice/home"),
        ("home", "/user/alice/home"),
        ("/user/alice/home", "/user/alice/home"),
        ("/", None),
        ("", None),
        ("https://evil.example/", None),
        ("//evil.example/", None),
        ("/../bob/", None),
    ],
)
async def test_default_url(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, default_url: str, leads_to: str | None
) -> None:
    """``Spawner.default_url`` is followed where it is a page of ours."""
    environment = {"JUPYTERHUB_DEFAULT_URL": default_url}
    async with running_process(monkeypatch, hub, environment=environment) as process:
        browser = await process.browser()
        answer = await browser.get(process.base)
        assert answer.headers.get("Location") == leads_to
        assert answer.status == (302 if leads_to else 200)
        assert (await browser.get(f"{process.base}home")).status == 200


async def test_head_is_answered_as_get(process: Process) -> None:
    """HEAD costs what GET does, and has no body."""
    browser = await process.browser()
    answer = await browser.request("HEAD", process.base, {"Sec-Fetch-Mode": "navigate"})
    assert (answer.status, answer.text) == (200, "")
