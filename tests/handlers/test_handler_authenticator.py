"""Who may use a process: rules, and the token and XSRF matrix."""

from __future__ import annotations

import asyncio
import time

import pytest

from remoteappmanager.handlers.handler_authenticator import may_use
from remoteappmanager.services.hub import Actor
from tests.fakes.hub import FakeHub
from tests.fakes.process import FETCH, NAVIGATE, Process, running_process


def actor(name: str = "alice", kind: str = "user", admin: bool = False) -> Actor:
    return Actor(name, kind, admin, frozenset())


@pytest.mark.parametrize(
    ("who", "admin_only", "expected"),
    [
        (None, False, False),
        (actor(), False, True),
        (actor("bob"), False, False),
        (actor("bob", admin=True), False, False),
        (actor(kind="service"), False, False),
        (actor(kind="service", admin=True), True, False),
        (actor("Alice"), False, False),
        (None, True, False),
        (actor(), True, False),
        (actor(admin=True), True, True),
        (actor("bob", admin=True), True, False),
    ],
)
def test_only_the_owner_and_only_an_administrator_administers(
    who: Actor | None, admin_only: bool, expected: bool
) -> None:
    """A user's process serves its owner alone; an administration an owner who is an admin."""
    assert may_use(who, "alice", admin_only=admin_only) is expected


#: credentials, method, how it is sent -> status. "cookie" is alice's browser.
MATRIX = [
    ("token", "GET", "script", 200),
    ("token", "POST", "script", 400),
    ("token", "GET", "fetch", 200),
    ("token", "POST", "fetch", 400),
    ("bearer", "GET", "script", 200),
    ("nothing", "GET", "script", 403),
    ("nothing", "POST", "script", 403),
    ("nothing", "GET", "navigate", 403),
    ("other user's token", "GET", "script", 403),
    ("other user's token", "POST", "script", 403),
    ("admin's token", "GET", "script", 403),
    ("service's token", "GET", "script", 403),
    ("token without scope", "GET", "script", 403),
    ("bogus token", "GET", "script", 403),
    ("token in the address", "GET", "script", 403),
    ("cookie", "GET", "navigate", 200),
    ("cookie", "GET", "script", 200),
    ("cookie", "GET", "fetch", 403),
    ("cookie", "POST", "fetch", 403),
    ("cookie", "POST", "navigate", 403),
    ("cookie", "POST", "script", 403),
    ("cookie", "DELETE", "fetch", 403),
    ("cookie and xsrf", "GET", "fetch", 200),
    ("cookie and xsrf", "POST", "fetch", 400),
    ("cookie and xsrf", "DELETE", "fetch", 404),
    ("cookie and wrong xsrf", "GET", "fetch", 403),
    ("cookie and wrong xsrf", "POST", "fetch", 403),
    ("cookie and other browser's xsrf", "POST", "fetch", 403),
    ("forged cookie", "GET", "navigate", 403),
]
SENT = {"script": {}, "fetch": FETCH, "navigate": NAVIGATE}


async def credentials(process: Process, given: str) -> tuple[dict[str, str], str]:
    """Headers and query for what the first column of the matrix says."""
    hub, token = process.hub, ""
    if given.startswith(("cookie", "forged")):
        browser = await process.browser()
        cookies = dict(browser.cookies)
        if given == "forged cookie":
            name = next(name for name in cookies if name.startswith("jupyterhub-user"))
            cookies[name] = cookies[name][:-4] + "0000"
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        if given.endswith("and xsrf"):
            headers["X-XSRFToken"] = browser.xsrf
        elif given.endswith("wrong xsrf"):
            headers["X-XSRFToken"] = browser.xsrf[:-2] + "xx"
        elif given.endswith("browser's xsrf"):
            headers["X-XSRFToken"] = (await process.browser()).xsrf + "x"
        return headers, ""
    if given == "nothing":
        return {}, ""
    if given == "token in the address":
        return {}, f"?token={process.token}"
    if given == "other user's token":
        token = hub.add("bob")
    elif given == "admin's token":
        token = hub.add("root", admin=True, scopes=["access:servers"])
    elif given == "service's token":
        token = hub.add("portal", kind="service")
    elif given == "token without scope":
        hub.models["alice"]["scopes"] = ["read:users!user=alice"]
        token = process.token
    elif given == "bogus token":
        token = "0" * 32
    else:
        token = process.token
    return {"Authorization": f"{'Bearer' if given == 'bearer' else 'token'} {token}"}, ""


@pytest.mark.parametrize(("given", "method", "sent", "expected"), MATRIX)
async def test_token_and_xsrf_matrix(
    process: Process, given: str, method: str, sent: str, expected: int
) -> None:
    """Cookie callers must send XSRF, token callers need none; nobody else gets in."""
    headers, query = await credentials(process, given)
    path = f"{process.base}api/v1/containers/{'no-such/' if method == 'DELETE' else ''}{query}"
    answer = await process.raw(method, path, headers={**SENT[sent], **headers})
    assert answer.status == expected, answer.text
    assert "Location" not in answer.headers
    assert not [name for name in answer.cookies if "oauth-state" in name]


@pytest.mark.parametrize("hung", ["hang", "fail", "nonsense"])
async def test_a_hub_that_does_not_answer_is_said_and_holds_up_nobody_else(
    process: Process, hung: str
) -> None:
    """A hung Hub must not block other requests; whoever must be asked about gets a 503."""
    assert (await process.api("GET", "applications/")).status == 200
    process.hub.trouble = hung
    process.application.hub.oauth.timeout = 0.3
    stranger = asyncio.create_task(process.api("GET", "applications/", token="f" * 32))
    await asyncio.sleep(0)
    began = time.monotonic()
    assert (await process.api("GET", "applications/")).status == 200
    assert (await process.raw("GET", f"{process.base}api")).status == 200
    assert time.monotonic() - began < 0.25
    answer = await stranger
    assert answer.status == 503
    assert answer.json["type"] == "Unable"
    assert "JupyterHub" in answer.json["message"]
    assert len(answer.json["ref"]) == 12


@pytest.mark.parametrize("token", ["a\tb", "é", "x" * 5000])
async def test_what_cannot_be_a_token_is_none(process: Process, token: str) -> None:
    """Odd tokens are refused, and break nothing."""
    headers = {"Authorization": f"token {token}"}
    answer = await process.raw("GET", f"{process.base}api/v1/applications/", headers=headers)
    assert answer.status == 403


async def test_a_demoted_administrator_is_out_at_once(admin: Process) -> None:
    """Whether someone may administer is asked of the Hub at each request, and not remembered."""
    browser = await admin.browser()
    assert (await admin.api("GET", "stats/")).status == 200
    assert (await browser.fetch("GET", "api/v1/stats/")).status == 200
    admin.hub.models["alice"]["admin"] = False
    assert (await admin.api("GET", "stats/")).status == 403
    assert (await browser.fetch("GET", "api/v1/stats/")).status == 403
    assert (await browser.get(admin.base)).status == 403


async def test_the_hub_is_asked_once_a_minute_about_a_user(process: Process) -> None:
    """In a user's process the Hub's answer is believed for a while."""
    for _ in range(3):
        assert (await process.api("GET", "applications/")).status == 200
    assert process.hub.asked.count("/hub/api/user") == 1


async def test_a_site_with_its_own_login_page(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``login_url`` is where an anonymous page visitor goes."""
    config = {"login_url": "https://portal.example.org/in"}
    async with running_process(monkeypatch, hub, config=config) as process:
        answer = await process.raw("GET", process.base, headers=NAVIGATE)
        assert answer.status == 302
        assert answer.headers["Location"] == "https://portal.example.org/in?next=%2Fuser%2Falice%2F"
        session = {**NAVIGATE, "Cookie": "jupyterhub-session-id=abc"}
        answer = await process.raw("GET", process.base, headers=session)
        assert answer.headers["Location"].startswith("/hub/api/oauth2/authorize?")
