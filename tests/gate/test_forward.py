"""Requests that pass the gate, and those that do not: attacks first."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import aiohttp
import pytest
from tornado.web import create_signed_value

from tests.fakes.gate_site import CLIENT, Peer, Site
from tests.gate.tunnels import SWITCH, UPGRADE, echo, lines, open_tunnel, raw, tunnel_is_cut

NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none", "Sec-Fetch-Dest": "document"}
FETCH = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}


def hub_xsrf() -> str:
    """An XSRF token of JupyterHub's."""
    signed = create_signed_value(b"x" * 32, "_xsrf", "id")
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


# --- who gets in ------------------------------------------------------------------


async def test_the_owner_enters(site: Site, browser: aiohttp.ClientSession) -> None:
    """The owner of a container gets what it answers."""
    path = site.place("alice")
    async with browser.get(path, headers=site.user("alice")) as answer:
        assert (answer.status, await answer.read()) == (200, b"hi")


async def test_an_administrator_enters(site: Site, browser: aiohttp.ClientSession) -> None:
    """An administrator may enter everybody's container."""
    path = site.place("alice")
    async with browser.get(path, headers=site.user("root", admin=True)) as answer:
        assert answer.status == 200


async def test_others_get_the_404_of_an_address_that_does_not_exist(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    """Another logged-in user cannot tell a container from nothing: status, headers, body."""
    path = site.place("alice")
    seen = []
    for address in (path, path.replace("0" * 32, "1" * 32), "/user/nobody/containers/2/"):
        async with browser.get(address, headers=site.user("bob") | NAVIGATION) as answer:
            seen.append((answer.status, sorted(answer.headers.items()), await answer.read()))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][0] == 404
    assert site.container.received == []


async def test_anonymous_visitors_cannot_tell_either(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    """Nobody logged in: existing or not, a page leads to the login and nothing else does."""
    path = site.place("alice")
    for address in (path, path.replace("0" * 32, "1" * 32)):
        async with browser.get(address, headers=NAVIGATION, allow_redirects=False) as answer:
            assert answer.status == 302
            assert answer.headers["Location"].startswith("/services/remoteappgate/login?next=%2F")
        async with browser.get(address, headers=FETCH, allow_redirects=False) as answer:
            assert answer.status == 403
        async with browser.post(address, data=b"x", allow_redirects=False) as answer:
            assert answer.status == 403
        _, writer, head = await open_tunnel(site, address, {})
        assert b" 403 " in head
        writer.close()
    assert site.container.received == []


@pytest.mark.parametrize(
    "cookie",
    [
        pytest.param("service-remoteappgate=forged", id="not-signed"),
        pytest.param(
            f"{CLIENT}={create_signed_value(b'y' * 32, CLIENT, 'token').decode()}", id="other-key"
        ),
        pytest.param(
            f"{CLIENT}={create_signed_value(b's' * 32, 'other', 'token').decode()}", id="other-name"
        ),
        pytest.param(
            f"{CLIENT}={create_signed_value(b's' * 32, CLIENT, 'no-token').decode()}", id="unknown"
        ),
    ],
)
async def test_a_forged_cookie_is_nobody(
    site: Site, browser: aiohttp.ClientSession, cookie: str
) -> None:
    """Not signed by us, or with a token that the Hub does not know: it says nothing."""
    path = site.place("alice")
    async with browser.get(path, headers={"Cookie": cookie, **FETCH}) as answer:
        assert answer.status == 403


async def test_a_token_for_something_else_does_not_enter(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    """A token of the owner that was made to read their name only gives the same 404."""
    path = site.place("alice")
    token = site.fake_hub.add("alice", scopes=["read:users:name!user=alice"])
    async with browser.get(path, headers={"Authorization": f"token {token}"}) as answer:
        assert answer.status == 404


async def test_a_service_does_not_enter(site: Site, browser: aiohttp.ClientSession) -> None:
    """A service of the Hub is nobody's user."""
    path = site.place("alice")
    token = site.fake_hub.add("culler", kind="service", scopes=["access:services"])
    async with browser.get(path, headers={"Authorization": f"token {token}"}) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/user/bob/containers/{id}/",
        "/user/alice/containers/{id}/../../../bob/containers/1/",
        "/x/user/alice/containers/{id}/",
        "//user/alice/containers/{id}/",
        "/user/alice/containers/{id}x/",
        "/user/alice/containers/",
    ],
)
async def test_odd_paths_lead_to_no_other_container(site: Site, path: str) -> None:
    """What is not exactly the path of a container is nothing, or stays in that container."""
    site.place("alice")
    await_request = lines(
        f"GET {path.format(id='0' * 32)} HTTP/1.1",
        {"Host": "x", **site.user("bob"), "Connection": "close"},
    )
    reader, writer = await raw(site, await_request)
    assert b" 404 " in await asyncio.wait_for(reader.readline(), 5)
    assert site.container.received == []
    writer.close()


async def test_the_hub_away_is_said_and_lets_nobody_in(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    """When the Hub does not answer, an unknown visitor is told so; a known one stays in."""
    path = site.place("alice")
    async with browser.get(path, headers=site.user("alice")) as answer:
        assert answer.status == 200
    bob = site.user("bob")
    site.fake_hub.trouble = "fail"
    async with browser.get(path, headers=bob) as answer:
        assert answer.status == 503
    async with browser.get(path, headers=site.user("alice")) as answer:
        assert answer.status == 200


async def test_many_requests_ask_the_hub_once(site: Site, browser: aiohttp.ClientSession) -> None:
    """A page's hundred parts cost one question to the Hub."""
    path = site.place("alice")

    async def get() -> int:
        async with browser.get(path, headers=site.user("alice")) as answer:
            return answer.status

    assert set(await asyncio.gather(*(get() for _ in range(100)))) == {200}
    assert site.fake_hub.asked.count("/hub/api/user") == 1


# --- other sites -----------------------------------------------------------------------


async def test_another_sites_websocket_fails(site: Site) -> None:
    """A page elsewhere opens a WebSocket with the user's cookie: the container sees nothing."""
    path = site.place("alice")
    for origin in ("http://evil.example", "null", f"{site.url}.evil.example", "http://127.0.0.1"):
        headers = site.user("alice") | {"Origin": origin}
        _, writer, head = await open_tunnel(site, path, headers)
        assert b" 403 " in head, origin
        writer.close()
    assert site.container.received == []


async def test_our_own_pages_websocket_works(site: Site) -> None:
    """The application's page opens a WebSocket to itself."""
    site.container.script = echo
    path = site.place("alice")
    reader, writer, head = await open_tunnel(
        site, path, site.user("alice") | {"Origin": site.url, "Sec-Fetch-Site": "same-origin"}
    )
    assert b" 101 " in head
    writer.write(b"ping")
    assert await asyncio.wait_for(reader.readexactly(4), 5) == b"ping"
    writer.close()


@pytest.mark.parametrize(
    "method, headers, status",
    [
        ("POST", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
        ("POST", {"Sec-Fetch-Site": "same-site"}, 403),
        ("POST", {"Origin": "http://evil.example"}, 403),
        ("POST", {"Origin": "null"}, 403),
        ("DELETE", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}, 403),
        (
            "GET",
            {
                "Sec-Fetch-Site": "cross-site",
                "Sec-Fetch-Mode": "navigate",
                "Sec-Fetch-Dest": "iframe",
            },
            403,
        ),
        (
            "GET",
            {
                "Sec-Fetch-Site": "cross-site",
                "Sec-Fetch-Mode": "navigate",
                "Sec-Fetch-Dest": "document",
            },
            200,
        ),
        ("POST", {"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 200),
        ("POST", {}, 200),
    ],
)
async def test_what_other_sites_may_send(
    site: Site, browser: aiohttp.ClientSession, method: str, headers: dict[str, str], status: int
) -> None:
    """With the user's cookie, another site can follow a link here and do nothing else."""
    path = site.place("alice")
    async with browser.request(method, path, headers=site.user("alice") | headers) as answer:
        assert answer.status == status


# --- what a container sees -------------------------------------------------------------


async def test_no_cookie_or_token_of_ours_reaches_the_container(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    """Hub cookies, our cookie, state cookies and the Hub's XSRF go; the application's own stay."""
    path = site.place("alice")
    ours = site.user("alice")["Cookie"]
    others = "; ".join(
        [
            "jupyterhub-user-alice=2|1:0|10:1|1:a|sig",
            "jupyterhub-hub-login=x",
            "__Host-jupyterhub-user-alice=x",
            f"{CLIENT}-oauth-state-abc=x",
            f'service-other="{create_signed_value(b"k" * 32, "service-other", "t").decode()}"',
            f"_xsrf={hub_xsrf()}",
        ]
    )
    own = "_xsrf=2|abcd|ef01|1700000000; username-127=b; service-worker=on; plain=1"
    headers = {
        "Cookie": f"{ours}; {others}; {own}",
        "X-XSRFToken": hub_xsrf(),
        "X-JupyterHub-Version": "6",
    }
    async with browser.get(path, headers=headers) as answer:
        assert answer.status == 200
    (seen,) = site.container.received
    assert seen.get("cookie") == own
    assert seen.get("x-xsrftoken") is None
    assert seen.get("x-jupyterhub-version") is None


@pytest.mark.parametrize("scheme", ["token", "Bearer", "TOKEN"])
async def test_a_hub_token_is_taken_off(
    site: Site, browser: aiohttp.ClientSession, scheme: str
) -> None:
    """A script comes with a Hub token: it gets in, and the container does not see the token."""
    path = site.place("alice")
    site.user("alice")
    token = site.tokens["alice"]
    headers = {"Authorization": f"{scheme} {token}"}
    async with browser.get(f"{path}?a=1&token={token}&b=2", headers=headers) as answer:
        assert answer.status == 200
    (seen,) = site.container.received
    assert seen.get("authorization") is None
    assert seen.line == f"GET {path}?a=1&b=2 HTTP/1.1"
    assert token not in repr(seen)


async def test_the_applications_own_authorization_is_passed_on(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    """Tokens that the Hub does not know are the application's: Jupyter has such."""
    path = site.place("alice")
    headers = site.user("alice") | {"Authorization": "token of-jupyter"}
    async with browser.get(f"{path}?token=of-jupyter", headers=headers) as answer:
        assert answer.status == 200
    (seen,) = site.container.received
    assert seen.get("authorization") == "token of-jupyter"
    assert seen.line == f"GET {path}?token=of-jupyter HTTP/1.1"


async def test_a_token_in_the_address_opens_websockets_only(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    """Tokens in addresses end up in logs, so they count only where there is no header."""
    site.container.script = echo
    path = site.place("alice")
    site.user("alice")
    token = site.tokens["alice"]
    async with browser.get(f"{path}?token={token}", headers=FETCH) as answer:
        assert answer.status == 403
    _, writer, head = await open_tunnel(site, f"{path}?token={token}&x=1", {})
    assert b" 101 " in head
    assert site.container.received[0].line == f"GET {path}?x=1 HTTP/1.1"
    writer.close()


async def test_forwarded_headers_are_set_and_never_passed_through(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    """What a client claims of itself is dropped; what the proxy saw last is said."""
    path = site.place("alice")
    headers = site.user("alice") | {
        "X-Forwarded-For": "1.2.3.4, 10.0.0.7",
        "X-Forwarded-Proto": "https,http",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Prefix": "/evil",
        "X-Forwarded-User": "root",
        "Forwarded": "for=1.2.3.4",
        "X-Real-IP": "1.2.3.4",
    }
    async with browser.get(path, headers=headers) as answer:
        assert answer.status == 200
    (seen,) = site.container.received
    host = site.url.removeprefix("http://")
    assert seen.get("x-forwarded-for") == "10.0.0.7"
    assert seen.get("x-forwarded-proto") == "https"
    assert seen.get("x-forwarded-host") == host
    assert seen.get("forwarded") == f'for=10.0.0.7;host="{host}";proto=https'
    assert seen.get("x-forwarded-prefix") is None
    assert seen.get("x-forwarded-user") is None
    assert seen.get("x-real-ip") is None
    assert "1.2.3.4" not in repr(seen)


# --- what a container may say ------------------------------------------------------------


async def test_a_container_sets_cookies_for_itself_only(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    """Set-Cookie for other paths, other hosts or our names does not reach the browser.

    One for a path above, the default of many frameworks, is narrowed to the container.
    """
    path = site.place("alice")
    cookies = [
        "a=1; Path=/",
        f"b=2; Path={path}; HttpOnly",
        "c=3; Path=/user/alice/",
        f"d=4; Domain=example.org; Path={path}",
        "e=5",
        f"jupyterhub-session-id=6; Path={path}",
        f"{CLIENT}=7",
        f"f=8; Path={path}; Path=/",
        f"g=9; Path={path[:-1]}evil/",
        "__Host-h=1; Path=/; Secure",
        "i=10; Path=/hub/",
        "j=11; Path=/user/bob/",
    ]
    head = "".join(f"Set-Cookie: {cookie}\r\n" for cookie in cookies)
    site.container.answer = f"HTTP/1.1 200 OK\r\n{head}Content-Length: 0\r\n\r\n".encode()
    async with browser.get(path, headers=site.user("alice")) as answer:
        assert answer.headers.getall("Set-Cookie") == [
            f"a=1; Path={path}",
            f"b=2; HttpOnly; Path={path}",
            f"c=3; Path={path}",
            f"d=4; Path={path}",
            "e=5",
            f"f=8; Path={path}",
        ]


async def test_a_container_speaks_for_itself_only(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    """Headers that bind the whole site are dropped; redirects to its inner address are turned."""
    path = site.place("alice")
    site.container.answer = (
        "HTTP/1.1 302 Found\r\nClear-Site-Data: *\r\nStrict-Transport-Security: max-age=1\r\n"
        "Service-Worker-Allowed: /\r\nX-JupyterHub-Version: 1\r\n"
        f"Location: {site.container.url}{path}x\r\n"
        "X-Own: 1\r\nConnection: X-Hop\r\nX-Hop: 1\r\nContent-Length: 0\r\n\r\n"
    ).encode()
    async with browser.get(path, headers=site.user("alice"), allow_redirects=False) as answer:
        assert answer.status == 302
        assert dict(answer.headers) == {
            "Location": f"{path}x",
            "X-Own": "1",
            "Content-Length": "0",
        }


# --- passing on as it is ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "FINISH"]
)
async def test_any_method(site: Site, browser: aiohttp.ClientSession, method: str) -> None:
    """WebDAV and whatever else an application speaks."""
    path = site.place("alice")
    async with browser.request(method, path, headers=site.user("alice")) as answer:
        assert answer.status == 200
    assert site.container.received[0].line == f"{method} {path} HTTP/1.1"


@pytest.mark.parametrize(
    "tail", ["a%2Fb%20c?x=%2F&y=a+b&&z", "é", "a//b/./c", "%7Euser;p=1", "?", "a|b"]
)
async def test_paths_arrive_as_they_were_sent(site: Site, tail: str) -> None:
    """Neither decoded nor encoded nor tidied up; what is no URL character is percent-encoded."""
    path = site.place("alice")
    sent = tail.encode().decode("latin1")
    head = lines(
        f"GET {path}{sent} HTTP/1.1", {"Host": "x", **site.user("alice"), "Connection": "close"}
    )
    reader, writer = await raw(site, head)
    assert b" 200 " in await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    expected = tail.replace("é", "%C3%A9").removesuffix("?" if tail == "?" else "\0")
    assert site.container.received[0].line == f"GET {path}{expected} HTTP/1.1"


async def test_head_ranges_and_304(site: Site, browser: aiohttp.ClientSession) -> None:
    """Answers without a body keep their headers, and conditions are the container's affair."""
    path = site.place("alice")
    site.container.answer = b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\nETag: "x"\r\n\r\n'
    async with browser.head(path, headers=site.user("alice")) as answer:
        assert answer.headers["Content-Length"] == "500"
    site.container.answer = b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'
    headers = site.user("alice") | {"If-None-Match": '"x"', "Range": "bytes=0-1"}
    async with browser.get(path, headers=headers) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
    seen = site.container.received[-1]
    assert (seen.get("if-none-match"), seen.get("range")) == ('"x"', "bytes=0-1")
    site.container.answer = (
        b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/9\r\n"
        b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab"
    )
    async with browser.get(path, headers=headers) as answer:
        assert (answer.status, await answer.read()) == (206, b"ab")


async def test_bodies_of_known_and_of_unknown_length(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    """Uploads arrive whole, with their length or in chunks."""
    path = site.place("alice")
    body = bytes(range(256)) * 4096
    async with browser.post(path, data=body, headers=site.user("alice")) as answer:
        assert answer.status == 200

    async def parts() -> Any:
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    async with browser.post(path, data=parts(), headers=site.user("alice")) as answer:
        assert answer.status == 200
    known, chunked = site.container.received
    assert (known.body, known.get("content-length")) == (body, str(len(body)))
    assert (chunked.body, chunked.get("transfer-encoding")) == (body, "chunked")


async def test_a_refused_upload_is_not_read(site: Site) -> None:
    """Somebody who may not enter cannot make us read their gigabytes."""
    path = site.place("alice")
    head = lines(
        f"POST {path} HTTP/1.1", {"Host": "x", **site.user("bob"), "Content-Length": "1000000000"}
    )
    reader, writer = await raw(site, head)
    assert b" 404 " in await asyncio.wait_for(reader.readline(), 5)
    assert b"connection: close" in (await reader.readuntil(b"\r\n\r\n")).lower()
    await asyncio.wait_for(reader.read(), 5)
    writer.close()


async def test_an_answer_streams(site: Site, browser: aiohttp.ClientSession) -> None:
    """The first bytes of an endless answer are there before the last."""
    go = asyncio.Event()

    async def drip(peer: Peer) -> None:
        await peer.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        await go.wait()
        await peer.say(b"3\r\ntwo\r\n0\r\n\r\n")

    site.container.script = drip
    path = site.place("alice")
    async with browser.get(path, headers=site.user("alice")) as answer:
        assert await asyncio.wait_for(answer.content.read(3), 5) == b"one"
        go.set()
        assert await answer.content.read() == b"two"


async def test_a_container_that_breaks_off_is_not_completed(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    """Half an answer must not look like a whole one."""

    async def half(peer: Peer) -> None:
        await peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    site.container.script = half
    path = site.place("alice")
    async with browser.get(path, headers=site.user("alice")) as answer:
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()


async def test_a_container_that_does_not_answer(site: Site, browser: aiohttp.ClientSession) -> None:
    """Nobody listens: 502, and the same for a WebSocket."""
    path = site.place("alice", url="http://127.0.0.1:1")
    async with browser.get(path, headers=site.user("alice")) as answer:
        assert answer.status == 502
    _, writer, head = await open_tunnel(site, path, site.user("alice"))
    assert b" 502 " in head
    writer.close()


async def test_a_browser_that_leaves_ends_the_request(site: Site) -> None:
    """When the browser closes the connection, the container's connection ends too."""
    started = asyncio.Event()

    async def endless(peer: Peer) -> None:
        started.set()
        await peer.reader.read()

    site.container.script = endless
    path = site.place("alice")
    head = lines(f"GET {path} HTTP/1.1", {"Host": "x", **site.user("alice")})
    _, writer = await raw(site, head)
    await asyncio.wait_for(started.wait(), 5)
    writer.close()
    await asyncio.wait_for(site.container.ended.wait(), 5)
    assert len(site.forwarder.connections) == 0


async def test_the_last_use_is_known(site: Site, browser: aiohttp.ClientSession) -> None:
    """Bytes that move are a use; a refused request is none."""
    path = site.place("alice")
    async with browser.get(path, headers=site.user("bob")):
        assert site.forwarder.connections.last_used() == {}
    async with browser.get(path, headers=site.user("alice")):
        assert list(site.forwarder.connections.last_used()) == ["0" * 32]


# --- tunnels ---------------------------------------------------------------------------------


async def test_a_tunnel_passes_its_handshake_cleaned(site: Site) -> None:
    """The container sees the handshake without our cookies; the browser its answer."""
    site.container.script = echo
    path = site.place("alice")
    headers = site.user("alice")
    headers["Cookie"] += "; own=1"
    headers["Sec-WebSocket-Protocol"] = "binary"
    _, writer, head = await open_tunnel(site, f"{path}ws", headers)
    assert head == SWITCH.replace(
        b"Upgrade: websocket\r\nConnection: Upgrade", b"Connection: Upgrade\r\nUpgrade: websocket"
    )
    (seen,) = site.container.received
    assert seen.get("cookie") == "own=1"
    assert seen.get("upgrade") == "websocket"
    assert seen.get("sec-websocket-key") == UPGRADE["Sec-WebSocket-Key"]
    assert seen.get("sec-websocket-protocol") == "binary"
    writer.close()


async def test_what_is_sent_with_the_handshake_is_not_lost(site: Site) -> None:
    """Bytes right behind the head, on either side."""

    async def eager(peer: Peer) -> None:
        await peer.say(SWITCH + b"early")
        await peer.say(await peer.reader.readexactly(5))

    site.container.script = eager
    path = site.place("alice")
    head = lines(f"GET {path} HTTP/1.1", {"Host": "x", **UPGRADE, **site.user("alice")})
    reader, writer = await raw(site, head + "hello")
    await reader.readuntil(b"\r\n\r\n")
    assert await asyncio.wait_for(reader.read(), 5) == b"earlyhello"
    writer.close()


async def test_a_half_closed_tunnel_carries_the_rest(site: Site) -> None:
    """One side has said all it had to say; the other is still heard."""

    async def last_word(peer: Peer) -> None:
        await peer.say(SWITCH)
        said = await peer.reader.read()
        await peer.say(b"you said " + said)

    site.container.script = last_word
    path = site.place("alice")
    reader, writer, _ = await open_tunnel(site, path, site.user("alice"))
    writer.write(b"goodbye")
    writer.write_eof()
    assert await asyncio.wait_for(reader.read(), 5) == b"you said goodbye"
    writer.close()


async def test_megabytes_through_a_tunnel(site: Site) -> None:
    """All bytes, in order, at the pace of the slower side."""
    site.container.script = echo
    path = site.place("alice")
    reader, writer, _ = await open_tunnel(site, path, site.user("alice"))
    data = bytes(range(256)) * 40_000

    async def send() -> None:
        writer.write(data)
        await writer.drain()
        writer.write_eof()

    _, back = await asyncio.wait_for(asyncio.gather(send(), reader.read()), 20)
    assert back == data
    writer.close()


async def test_a_refused_handshake_is_an_answer(site: Site) -> None:
    """The container says no: the browser sees it, and what it says then goes nowhere."""

    async def refuse(peer: Peer) -> None:
        await peer.say(b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno")
        rest = await peer.reader.read()
        assert rest == b""

    site.container.script = refuse
    path = site.place("alice")
    head = lines(f"GET {path} HTTP/1.1", {"Host": "x", **UPGRADE, **site.user("alice")})
    reader, writer = await raw(site, head + f"GET {path} HTTP/1.1\r\n\r\n")
    answer = await asyncio.wait_for(reader.readuntil(b"no"), 5)
    assert answer.startswith(b"HTTP/1.1 426 ")
    assert b"Connection: close" in answer
    writer.close()


async def test_http2_in_clear_text_is_not_tunnelled(site: Site) -> None:
    """It would carry requests that nobody has looked at."""
    path = site.place("alice")
    headers = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AA"}
    head = lines(f"GET {path} HTTP/1.1", {"Host": "x", **headers, **site.user("alice")})
    reader, writer = await raw(site, head)
    assert b" 200 " in await asyncio.wait_for(reader.readline(), 5)
    assert site.container.received[0].get("upgrade") is None
    writer.close()


# --- cutting -----------------------------------------------------------------------------------


async def test_a_stop_cuts_tunnels(site: Site) -> None:
    """The container is gone from the table: its WebSocket ends within a second."""
    site.container.script = echo
    reader, writer, _ = await open_tunnel(site, site.place("alice"), site.user("alice"))
    site.forwarder.set_table({})
    assert await tunnel_is_cut(reader)
    writer.close()
    assert len(site.forwarder.connections) == 0


async def test_a_stop_of_another_container_cuts_nothing(site: Site) -> None:
    """Only what leads to the container that is gone."""
    site.container.script = echo
    site.place("bob", "1" * 32)
    reader, writer, _ = await open_tunnel(site, site.place("alice"), site.user("alice"))
    site.forwarder.set_table({"0" * 32: site.forwarder.table["0" * 32]})
    writer.write(b"still")
    assert await asyncio.wait_for(reader.readexactly(5), 5) == b"still"
    writer.close()


async def test_a_stop_in_the_middle_of_a_handshake(site: Site) -> None:
    """A container that takes its time with the handshake is cut as well, on both sides."""
    asked = asyncio.Event()

    async def think(peer: Peer) -> None:
        asked.set()
        await peer.reader.read()

    site.container.script = think
    path = site.place("alice")
    head = lines(f"GET {path} HTTP/1.1", {"Host": "x", **UPGRADE, **site.user("alice")})
    reader, writer = await raw(site, head)
    await asyncio.wait_for(asked.wait(), 5)
    site.forwarder.set_table({})
    assert await tunnel_is_cut(reader)
    await asyncio.wait_for(site.container.ended.wait(), 5)
    assert len(site.forwarder.connections) == 0
    writer.close()


async def test_a_logout_cuts_tunnels_and_downloads(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    """The Hub deletes the tokens of a browser's session and gives a hint."""

    async def both(peer: Peer) -> None:
        if peer.head.get("upgrade"):
            return await echo(peer)
        await peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbegin")
        await peer.reader.read()

    site.container.script = both
    path = site.place("alice")
    reader, writer, _ = await open_tunnel(site, path, site.user("alice"))
    async with browser.get(path, headers=site.user("alice")) as download:
        assert await download.content.read(5) == b"begin"
        del site.fake_hub.tokens[site.tokens["alice"]]
        await site.forwarder.hint("alice")
        assert await tunnel_is_cut(reader)
        with pytest.raises(aiohttp.ClientPayloadError):
            await asyncio.wait_for(download.content.read(), 1)
    async with browser.get(path, headers=site.user("alice") | FETCH) as answer:
        assert answer.status == 403
    writer.close()


async def test_a_right_taken_away_cuts_tunnels(site: Site) -> None:
    """Somebody is no administrator any more."""
    site.container.script = echo
    path = site.place("alice")
    reader, writer, _ = await open_tunnel(site, path, site.user("root", admin=True))
    site.fake_hub.models["root"]["admin"] = False
    await site.forwarder.hint("root")
    assert await tunnel_is_cut(reader)
    writer.close()


async def test_a_hint_about_others_or_without_a_change_cuts_nothing(site: Site) -> None:
    """A hint carries no decision: the Hub is asked."""
    site.container.script = echo
    reader, writer, _ = await open_tunnel(site, site.place("alice"), site.user("alice"))
    await site.forwarder.hint("bob")
    await site.forwarder.hint("alice")
    writer.write(b"still")
    assert await asyncio.wait_for(reader.readexactly(5), 5) == b"still"
    writer.close()


async def test_while_the_hub_is_away_what_is_open_stays_open(site: Site) -> None:
    """A restart of the Hub stops nobody's picture."""
    site.container.script = echo
    reader, writer, _ = await open_tunnel(site, site.place("alice"), site.user("alice"))
    site.fake_hub.trouble = "fail"
    await site.forwarder.connections.recheck()
    writer.write(b"still")
    assert await asyncio.wait_for(reader.readexactly(5), 5) == b"still"
    writer.close()


async def test_connections_are_not_shared_between_containers(site: Site) -> None:
    """A container's address is used again by the next one: no connection may outlive it."""
    site.place("alice")
    first = site.forwarder.session(site.forwarder.table["0" * 32], reuse=True)
    site.place("alice", url="http://127.0.0.1:9")
    second = site.forwarder.session(site.forwarder.table["0" * 32], reuse=True)
    for _ in range(3):
        await asyncio.sleep(0)
    assert first is not second
    assert first.closed


async def test_what_cannot_be_repeated_never_uses_a_kept_connection(
    site: Site, browser: aiohttp.ClientSession
) -> None:
    """A container may close a kept connection just when a request comes; an upload is not lost
    by that.
    """

    async def one_answer_only(peer: Peer) -> None:
        length = int(peer.head.get("content-length") or 0)
        await peer.reader.readexactly(length)
        await peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        # Without "Connection: close", and closed as soon as something more comes.
        await peer.reader.read(1)

    path = site.place("alice")
    site.container.script = one_answer_only
    for _ in range(3):
        async with browser.get(path, headers=site.user("alice")) as answer:
            assert await answer.text() == "hi"
        async with browser.post(path, headers=site.user("alice"), data=b"x" * 100) as answer:
            assert answer.status == 200
            assert await answer.text() == "hi"
