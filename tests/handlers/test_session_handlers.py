"""Logging in and out."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fakes.hub import FakeHub
from tests.fakes.process import NAVIGATE, Answer, Browser, Process, running_process


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


async def switched(process: Process, xsrf: str | None = None) -> tuple[Browser, Answer]:
    """What comes of pressing the button."""
    browser = await process.browser()
    token = browser.xsrf if xsrf is None else xsrf
    headers = {**NAVIGATE, "Content-Type": "application/x-www-form-urlencoded"}
    body = f"_xsrf={token}".encode()
    return browser, await browser.request("POST", f"{process.base}switch", headers, body)


async def test_an_admin_changes_between_the_two_sessions(admin: Process) -> None:
    """Asked first; then the Hub stops this process, and starts the other kind."""
    browser, answer = await switched(admin)
    assert answer.status == 200
    target = "/hub/spawn/alice?opt-session=user&next=%2Fuser%2Falice%2F"
    assert answer.headers["Refresh"] == f"3; url={target}"
    await asyncio.gather(*admin.application._kept)
    assert admin.hub.stopped == [("alice", admin.token)]
    page = await browser.get(f"{admin.base}switch")
    assert page.status == 200
    assert 'method="post"' in page.text
    assert browser.xsrf in page.text


async def test_the_way_to_the_administration_is_shown_to_admins_only(process: Process) -> None:
    """In a user's session: for an admin a way to the other kind, for others nothing."""
    _, answer = await switched(process)
    assert answer.status == 404
    process.application.hub.forget()
    process.hub.models["alice"]["admin"] = True
    browser, answer = await switched(process)
    assert "opt-session=admin" in answer.headers["Refresh"]
    page = await browser.get(process.base)
    assert 'data-switch-url="/user/alice/switch"' in page.text


async def test_a_foreign_page_cannot_end_a_session(admin: Process) -> None:
    """Without the XSRF token nothing happens, and a link only asks."""
    for token in ("", "wrong"):
        _, answer = await switched(admin, xsrf=token)
        assert answer.status in {302, 403}
    await (await admin.browser()).get(f"{admin.base}switch")
    assert admin.hub.stopped == []


async def test_a_hub_that_does_not_stop_us_is_logged(
    admin: Process, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing breaks; the log says that the session cannot be changed."""
    browser = await admin.browser()
    await browser.get(admin.base)
    oauth = admin.application.hub
    oauth.endpoint_url = "http://127.0.0.1:1/hub/api"
    await switched(admin)
    await asyncio.gather(*admin.application._kept)
    assert "cannot be changed" in caplog.text
