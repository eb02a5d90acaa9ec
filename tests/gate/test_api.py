"""The gate's own addresses."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from tests.fakes.gate_site import CLIENT, HINT_TOKEN, PREFIX, Site

ID = "0" * 32
ADDRESS = f"{PREFIX}api/containers/{ID}"


def bearer(token: str) -> dict[str, str]:
    """The header of a script."""
    return {"Authorization": f"token {token}"}


def tokens(site: Site) -> dict[str, str]:
    """Callers: as the Hub gives them their tokens."""
    return {
        # What a per-user process has: its server's token.
        "owner": site.fake_hub.add(
            "alice", scopes=["access:servers!server=alice/", "users:activity!user=alice"]
        ),
        "named": site.fake_hub.add("alice", scopes=["access:servers!server=alice/second"]),
        "other": site.fake_hub.add("bob", scopes=["access:servers!server=bob/"]),
        "admin": site.fake_hub.add(
            "root", admin=True, scopes=["access:services", "access:servers"]
        ),
        "service": site.fake_hub.add("portal", kind="service", scopes=["access:services"]),
        "narrow": site.fake_hub.add("alice2", scopes=["read:users:name!user=alice2"]),
        "powerless": site.fake_hub.add("stats", kind="service", scopes=["read:metrics"]),
    }


@pytest.mark.parametrize(
    "caller, status",
    [
        ("owner", 204),
        ("admin", 204),
        ("service", 204),
        ("other", 404),
        ("narrow", 404),
        ("powerless", 404),
    ],
)
async def test_who_may_publish_and_withdraw(
    site: Site, browser: aiohttp.ClientSession, caller: str, status: int
) -> None:
    """The container's owner by their process's token, administrators, services with access."""
    headers = bearer(tokens(site)[caller])
    site.containers.add("alice", ID)
    async with browser.put(ADDRESS, headers=headers) as answer:
        assert answer.status == status
    assert (site.proxy.table != {}) == (status == 204)
    await site.registrar.publish(ID)
    async with browser.delete(ADDRESS, headers=headers) as answer:
        assert answer.status == status
    assert (site.proxy.table == {}) == (status == 204)


async def test_a_cookie_publishes_nothing(site: Site, browser: aiohttp.ClientSession) -> None:
    """The API takes tokens only: a page cannot call it with its visitor's cookies."""
    site.containers.add("alice", ID)
    async with browser.put(ADDRESS, headers=site.user("alice")) as answer:
        assert answer.status == 403
    async with browser.put(ADDRESS, headers=bearer("bogus")) as answer:
        assert answer.status == 403
    async with browser.delete(ADDRESS) as answer:
        assert answer.status == 403


async def test_the_target_is_never_taken_from_the_request(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    """Whoever may publish still cannot say where to."""
    site.containers.add("alice", ID)
    body = json.dumps({"target": "http://evil.example", "urlpath": "/hub"})
    async with browser.put(ADDRESS, headers=bearer(tokens(site)["owner"]), data=body) as answer:
        assert answer.status == 204
    assert site.proxy.table == {f"/user/alice/containers/{ID}": site.url}


async def test_publish_of_nothing_and_withdraw_of_nothing(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    """What does not run cannot be published; what is gone need not be withdrawn."""
    headers = bearer(tokens(site)["owner"])
    async with browser.put(ADDRESS, headers=headers) as answer:
        assert answer.status == 404
    async with browser.delete(ADDRESS, headers=headers) as answer:
        assert answer.status == 204


@pytest.mark.parametrize("away", ["docker", "proxy", "hub"])
async def test_outages_are_said_in_words(
    site: Site, browser: aiohttp.ClientSession, away: str
) -> None:
    """503 with a message that may be shown."""
    headers = bearer(tokens(site)["owner"])
    site.containers.add("alice", ID)
    site.containers.away = away == "docker"
    site.proxy.away = away == "proxy"
    site.fake_hub.trouble = "fail" if away == "hub" else None
    async with browser.put(ADDRESS, headers=headers) as answer:
        assert answer.status == 503
        assert "not available" in (await answer.json())["message"]


async def test_the_list(site: Site, browser: aiohttp.ClientSession) -> None:
    """Everybody sees what is theirs; administrators and services see all, with the last use."""
    callers = tokens(site)
    site.containers.add("alice", ID)
    site.containers.add("bob", "1" * 32)
    await site.registrar.reconcile()
    site.forwarder.connections.used(ID)
    seen = {}
    for caller in ("owner", "other", "admin", "service", "narrow"):
        async with browser.get(
            f"{PREFIX}api/containers/", headers=bearer(callers[caller])
        ) as answer:
            seen[caller] = await answer.json()
    assert {caller: sorted(found) for caller, found in seen.items()} == {
        "owner": [ID],
        "other": ["1" * 32],
        "admin": [ID, "1" * 32],
        "service": [ID, "1" * 32],
        "narrow": [],
    }
    assert seen["admin"][ID]["user"] == "alice"
    assert seen["admin"][ID]["last_used"] > 0
    assert seen["admin"]["1" * 32]["last_used"] is None


@pytest.mark.parametrize(
    "headers, body, status",
    [
        (bearer(HINT_TOKEN), {"user": "alice"}, 204),
        (bearer("wrong"), {"user": "alice"}, 403),
        (bearer("h\u00efnt"), {"user": "alice"}, 403),
        ({}, {"user": "alice"}, 403),
        (bearer(HINT_TOKEN), {}, 400),
        (bearer(HINT_TOKEN), {"user": 1}, 400),
        (bearer(HINT_TOKEN), [], 400),
    ],
)
async def test_hints_come_from_the_hub_alone(
    site: Site,
    browser: aiohttp.ClientSession,
    headers: dict[str, str],
    body: object,
    status: int,
) -> None:
    """Known by their secret; anything else is refused."""
    async with browser.post(f"{PREFIX}api/hint", headers=headers, json=body) as answer:
        assert answer.status == status


async def test_health_says_no_names(site: Site, browser: aiohttp.ClientSession) -> None:
    """Anybody may ask whether the gate is up."""
    site.containers.add("alice", ID)
    await site.registrar.reconcile()
    async with browser.get(f"{PREFIX}api/health") as answer:
        assert await answer.json() == {
            "status": "ok",
            "docker": True,
            "proxy": True,
            "containers": 1,
        }


async def test_a_large_body_for_the_api_is_refused(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    """Only what is forwarded has no limit."""
    async with browser.post(f"{PREFIX}api/hint", data=b"x" * 200_000) as answer:
        assert answer.status == 400


# --- the sign-in -----------------------------------------------------------------------------


def cookies_of(answer: aiohttp.ClientResponse) -> dict[str, str]:
    """The cookies that an answer sets."""
    return {name: morsel.value for name, morsel in answer.cookies.items()}


def header(cookies: dict[str, str]) -> dict[str, str]:
    """As a browser sends them."""
    return {"Cookie": "; ".join(f'{name}="{value}"' for name, value in cookies.items())}


async def test_the_whole_sign_in(site: Site, browser: aiohttp.ClientSession) -> None:
    """A page of a container → login → Hub → callback → the page, with one cookie for the site."""
    path = f"{site.place('alice')}lab?x=1"
    site.fake_hub.add("alice")
    site.fake_hub.models["alice"]["scopes"] = ["access:services!service=remoteappgate"]
    site.fake_hub.logged_in = "alice"
    page = {"Accept": "text/html"}
    async with browser.get(path, headers=page, allow_redirects=False) as answer:
        login = answer.headers["Location"]
    async with browser.get(login, headers=page, allow_redirects=False) as answer:
        authorize = answer.headers["Location"]
        state = cookies_of(answer)
        assert {morsel["path"] for morsel in answer.cookies.values()} == {"/"}
    assert parse_qs(urlsplit(authorize).query)["code_challenge_method"] == ["S256"]
    async with browser.get(authorize, allow_redirects=False) as answer:
        callback = answer.headers["Location"]
    async with browser.get(callback, headers=header(state), allow_redirects=False) as answer:
        assert answer.headers["Location"] == path
        ours = answer.cookies[CLIENT]
        assert (ours["path"], ours["httponly"], ours["samesite"]) == ("/", True, "")
    async with browser.get(path, headers=header({CLIENT: ours.value})) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    "page", ["https://evil.example/", "//evil.example/", "/\\evil.example", "x", "/\n/evil"]
)
async def test_the_login_leads_to_no_other_site(
    site: Site, browser: aiohttp.ClientSession, page: str
) -> None:
    """An open redirect would lend our name to others."""
    async with browser.get(
        f"{PREFIX}login", params={"next": page}, allow_redirects=False
    ) as answer:
        assert answer.status == 400


async def test_a_callback_without_its_state(site: Site, browser: aiohttp.ClientSession) -> None:
    """Nobody can log somebody else's browser in as themselves."""
    async with browser.get(
        f"{PREFIX}oauth_callback?code=1&state=2", allow_redirects=False
    ) as answer:
        assert answer.status == 403
        assert answer.cookies == {}


async def test_the_rest_under_the_prefix_is_not_found(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    """No address of the gate answers by chance."""
    async with browser.get(f"{PREFIX}nothing") as answer:
        assert answer.status == 404
