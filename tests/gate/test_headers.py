"""Headers, queries and what is said of the client, as tables."""

from __future__ import annotations

import pytest

from remoteappmanager.gate import headers
from remoteappmanager.gate.headers import Client

CLIENT = Client("10.0.0.7", "https", "hub.example:8443")
BASE = "/user/alice/containers/1"
ADDRESS = "http://172.18.0.2:8888"


def for_container(received: headers.Headers, **values: bool) -> headers.Headers:
    """The request's headers without those that are always added."""
    options = {"drop_authorization": False, **values}
    found = headers.request_headers(received, CLIENT, client_id="service-x", **options)
    return found[: -len(FORWARDED)]


FORWARDED = [
    ("X-Forwarded-For", "10.0.0.7"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "hub.example:8443"),
    ("X-Forwarded-Port", "8443"),
    ("Forwarded", 'for=10.0.0.7;host="hub.example:8443";proto=https'),
]


def for_browser(received: headers.Headers) -> headers.Headers:
    """The answer's headers."""
    return headers.response_headers(
        received, urlpath=BASE, address=ADDRESS, request_path=f"{BASE}/", client_id="service-x"
    )


def test_what_is_said_of_the_client_comes_last_and_always() -> None:
    """It is never what the client said."""
    found = headers.request_headers(
        [("Host", "h"), ("x-forwarded-for", "1.1.1.1"), ("FORWARDED", "for=1.1.1.1")],
        CLIENT,
        client_id="service-x",
        drop_authorization=False,
    )
    assert found == [("Host", "h"), *FORWARDED]


@pytest.mark.parametrize(
    "received, passed",
    [
        ([("Host", "h"), ("Accept", "*/*"), ("X-Own", "1"), ("X-Own", "2")], ...),
        ([("Connection", "keep-alive, X-Hop"), ("X-Hop", "1"), ("X-Own", "1")], [("X-Own", "1")]),
        (
            [("Connection", "Host, Content-Length"), ("Content-Length", "3")],
            [("Content-Length", "3")],
        ),
        ([("Transfer-Encoding", "chunked"), ("TE", "trailers"), ("Trailer", "X")], []),
        ([("Proxy-Authorization", "Basic x"), ("Upgrade", "h2c"), ("Expect", "100-continue")], []),
        ([("X-XSRFToken", "2|a|b|1"), ("Authorization", "Basic x")], ...),
        ([("X-JupyterHub-Anything", "1"), ("x-jupyterhub-version", "1")], []),
    ],
)
def test_request_headers(received: headers.Headers, passed: object) -> None:
    """The hop's own headers end here; the application's pass, in order (``...``: all)."""
    assert for_container(received) == (received if passed is ... else passed)


def test_our_tokens_are_dropped() -> None:
    """``Authorization``, where it is a Hub token."""
    received = [("Authorization", "token x"), ("A", "1")]
    assert for_container(received, drop_authorization=True) == [("A", "1")]


@pytest.mark.parametrize(
    "sent, seen",
    [
        ({"x-forwarded-for": "1.1.1.1, 10.0.0.9"}, ("10.0.0.9", "http")),
        ({"x-forwarded-for": "::ffff:10.0.0.9"}, ("::ffff:10.0.0.9", "http")),
        ({"x-forwarded-for": "<script>"}, ("127.0.0.1", "http")),
        ({"x-forwarded-proto": "https,http"}, ("127.0.0.1", "https")),
        ({"x-forwarded-proto": "javascript"}, ("127.0.0.1", "http")),
        ({}, ("127.0.0.1", "http")),
    ],
)
def test_client_of(sent: dict[str, str], seen: tuple[str, str]) -> None:
    """The last address is the one that the proxy saw; the first scheme is the browser's."""
    client = headers.client_of(sent, "127.0.0.1", "h")
    ip = client.ip.replace("::ffff:a00:9", "::ffff:10.0.0.9")
    assert (ip, client.scheme) == seen


@pytest.mark.parametrize(
    "scheme, host, port",
    [
        ("http", "h", "80"),
        ("https", "h", "443"),
        ("https", "h:1", "1"),
        ("http", "[::1]:5", "5"),
        ("http", "[::1]", "80"),
    ],
)
def test_port(scheme: str, host: str, port: str) -> None:
    """The browser's port, said or not."""
    assert Client("1", scheme, host).port == port


@pytest.mark.parametrize(
    "received, passed",
    [
        ([("Content-Type", "text/html"), ("ETag", '"1"'), ("Content-Encoding", "gzip")], ...),
        ([("Connection", "close"), ("Keep-Alive", "5"), ("Transfer-Encoding", "chunked")], []),
        ([("Clear-Site-Data", '"*"'), ("Alt-Svc", "h2=x"), ("NEL", "{}"), ("Report-To", "{}")], []),
        ([("Service-Worker-Allowed", "/")], []),
        ([("Service-Worker-Allowed", f"{BASE}/../")], []),
        ([("Service-Worker-Allowed", f"{BASE}/sw/")], ...),
        ([("Location", f"{ADDRESS}{BASE}/x?y")], [("Location", f"{BASE}/x?y")]),
        ([("Location", ADDRESS)], [("Location", "/")]),
        ([("Location", "//172.18.0.2:8888/x")], [("Location", "/x")]),
        ([("Location", "http://172.18.0.2:88881/x")], ...),
        ([("Location", "https://example.org/"), ("Location", "relative")], ...),
        ([("Set-Cookie", "a=1; Path=/hub/"), ("Set-Cookie", "b=2")], [("Set-Cookie", "b=2")]),
        ([("X-JupyterHub-Version", "1"), ("Set-Cookie2", "a=1")], []),
    ],
)
def test_response_headers(received: headers.Headers, passed: object) -> None:
    """A container speaks for itself, not for the site (``...``: all pass)."""
    assert for_browser(received) == (received if passed is ... else passed)


@pytest.mark.parametrize(
    "query, expected",
    [
        ("token=T", ""),
        ("a=1&token=T&b", "a=1&b"),
        ("token=U&a=%2F+x", "token=U&a=%2F+x"),
        ("%74oken=T&a", "a"),
        ("a=T", "a=T"),
        ("", ""),
    ],
)
def test_without_tokens(query: str, expected: str) -> None:
    """The Hub's token goes; everything else stays as it was written."""
    assert headers.without_tokens(query, {"T"}) == expected


@pytest.mark.parametrize(
    "value, token",
    [
        ("token abc", "abc"),
        ("Bearer  abc ", "abc"),
        ("Basic abc", ""),
        ("token", ""),
        ("token \u00e9", ""),
        ("token a\x01b", ""),
        ("", ""),
    ],
)
def test_bearer(value: str, token: str) -> None:
    """Only what can be a Hub token is asked about."""
    assert headers.bearer(value) == token
