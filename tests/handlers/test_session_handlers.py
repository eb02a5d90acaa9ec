"""Logging in and out."""

from __future__ import annotations

import logging
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fakes.hub import FakeHub
from tests.fakes.process import NAVIGATE, Process, running_process


async def test_a_visitor_is_sent_to_the_hub_with_pkce(process: Process) -> None:
    """The OAuth request carries a state and a PKCE challenge."""
    answer = await process.raw("GET", process.base, headers=NAVIGATE)
    assert answer.status == 302
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["client_id"] == ["jupyterhub-user-alice"]
    assert query["redirect_uri"] == ["/user/alice/oauth_callback"]
    assert query["code_challenge_method"] == ["S256"]
    assert query["state"] and query["code_challenge"]


async def test_login_ends_on_the_page_that_was_asked_for(process: Process) -> None:
    """After the login the browser is where it wanted to go, with a cookie for our path only."""
    browser = await process.browser()
    browser.cookies.clear()
    answer = await browser.get(f"{process.base}home?x=1")
    async with process.session.get(
        process.hub.url + answer.headers["Location"], allow_redirects=False
    ) as response:
        back = response.headers["Location"]
    answer = await browser.get(back)
    assert answer.headers["Location"] == f"{process.base}home?x=1"
    cookies = answer.headers.getall("Set-Cookie")  # type: ignore[attr-defined]
    login = next(cookie for cookie in cookies if cookie.startswith("jupyterhub-user-alice="))
    assert "Path=/user/alice/" in login
    assert "HttpOnly" in login


@pytest.mark.parametrize("name", ["bob smith+1@x.org", "ünï", "a'b\"c<d>", "%41", "x.y*(z)"])
async def test_any_name_can_log_in(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The prefix is percent-encoded, and matched literally."""
    hub.logged_in = name
    async with running_process(monkeypatch, hub, name=name) as process:
        browser = await process.browser()
        assert (await browser.fetch("GET", "api/v1/applications/")).status == 200


async def test_a_callback_without_our_state_is_refused(process: Process) -> None:
    """A foreign site cannot log a browser in as somebody else."""
    for query in ("", "?code=x", "?code=x&state=y", "?error=access_denied", "?state=y"):
        answer = await process.raw("GET", f"{process.base}oauth_callback{query}", headers=NAVIGATE)
        assert answer.status in {400, 403}, query
        assert "jupyterhub-user-alice" not in answer.cookies


async def test_a_code_that_the_hub_refuses_is_no_bug_of_ours(process: Process) -> None:
    """A code that is old or invented: 403, and one can try again."""
    answer = await process.raw("GET", process.base, headers=NAVIGATE)
    state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
    cookie = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
    callback = f"{process.base}oauth_callback?code=invented&state={state}"
    answer = await process.raw("GET", callback, headers={**NAVIGATE, "Cookie": cookie})
    assert answer.status == 403


async def test_next_never_leads_to_a_foreign_site(process: Process) -> None:
    """Whatever was asked for, a login ends on our own pages."""
    oauth = process.application.hub.oauth
    for url in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/user/alice/\\..\\x",
        "/user/alice\t/",
        "/user/bob/",
        "/hub/logout",
        "",
    ):
        assert oauth.get_next_url(oauth.generate_state(url)) == process.base, url
    inside = "/user/alice/home?x=1"
    assert oauth.get_next_url(oauth.generate_state(inside)) == inside


async def test_logout_forgets_here_and_goes_to_the_hub(process: Process) -> None:
    """The logout handler clears our cookie and goes to the Hub's logout."""
    browser = await process.browser()
    answer = await browser.get(f"{process.base}logout")
    assert answer.status == 302
    assert answer.headers["Location"] == "/hub/logout"
    assert "jupyterhub-user-alice" not in browser.cookies
    assert (await browser.get(process.base)).status == 302


async def test_codes_and_tokens_are_masked_in_the_log(
    process: Process, caplog: pytest.LogCaptureFixture
) -> None:
    """No secret in a log: not the code, the state, the tokens, nor the session."""
    from remoteappmanager.logging.masking import MaskingFilter

    caplog.handler.addFilter(MaskingFilter())
    with caplog.at_level(logging.INFO):
        browser = await process.browser()
        browser.cookies["jupyterhub-session-id"] = "f00dfeed" * 4
        await browser.get(process.base)
        await process.raw("GET", f"{process.base}?token={process.token}", headers=NAVIGATE)
    assert "oauth_callback" in caplog.text
    secrets = [*process.hub.tokens, "f00dfeed", browser.xsrf]
    assert not [secret for secret in secrets if secret in caplog.text]
    assert "code=[secret]" in caplog.text
