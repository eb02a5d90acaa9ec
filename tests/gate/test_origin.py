"""Requests of other sites' pages, as tables."""

from __future__ import annotations

import pytest

from remoteappmanager.gate.origin import forged, is_navigation

HOST = {"host": "hub.example"}


@pytest.mark.parametrize(
    "method, upgrade, headers, expected",
    [
        # No browser: says nothing.
        ("GET", True, {}, False),
        ("POST", False, {}, False),
        # An old browser, or plain HTTP: the origin alone.
        ("GET", True, {"origin": "https://hub.example"}, False),
        ("GET", True, {"origin": "https://HUB.example:443"}, False),
        ("GET", True, {"origin": "http://hub.example:8000"}, True),
        ("GET", True, {"origin": "https://hub.example.evil.org"}, True),
        ("GET", True, {"origin": "https://evil.org"}, True),
        ("GET", True, {"origin": "null"}, True),
        ("GET", True, {"origin": ""}, True),
        ("POST", False, {"origin": "https://evil.org"}, True),
        ("GET", False, {"origin": "https://evil.org"}, False),
        # A proxy before us that changes the host.
        ("GET", True, {"origin": "https://p.org", "x-forwarded-host": "p.org"}, False),
        # A browser that tells all.
        ("GET", True, {"sec-fetch-site": "same-site", "origin": "https://hub.example"}, True),
        ("GET", True, {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, True),
        ("PUT", False, {"sec-fetch-site": "same-origin"}, False),
        ("GET", False, {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}, False),
        ("GET", False, {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"}, False),
        ("GET", False, {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, True),
        ("GET", False, {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, False),
        ("POST", False, {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, True),
    ],
)
def test_forged(method: str, upgrade: bool, headers: dict[str, str], expected: bool) -> None:
    """Links may be followed from anywhere; nothing else may come from elsewhere."""
    assert forged(method, HOST | headers, upgrade=upgrade) is expected


@pytest.mark.parametrize(
    "method, headers, expected",
    [
        ("GET", {"sec-fetch-mode": "navigate"}, True),
        ("POST", {"sec-fetch-mode": "navigate"}, False),
        ("GET", {"sec-fetch-mode": "cors", "accept": "text/html"}, False),
        ("GET", {"accept": "text/html,*/*"}, True),
        ("GET", {"accept": "text/html", "x-requested-with": "XMLHttpRequest"}, False),
        ("GET", {"accept": "*/*"}, True),
        ("GET", {"accept": "*/*", "referer": "http://hub.example/"}, False),
        ("GET", {"accept": "image/png"}, False),
        ("GET", {}, True),
    ],
)
def test_is_navigation(method: str, headers: dict[str, str], expected: bool) -> None:
    """Only a person who looks at a page is sent to the login."""
    assert is_navigation(method, headers) is expected
