"""Whether a request was sent by a page of another site with the user's cookies.

The applications know nothing of our XSRF tokens, so what protects them from
other sites is what browsers themselves say of where a request comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

_SAFE = ("GET", "HEAD", "OPTIONS")
_DEFAULT_PORTS = {"http": ":80", "https": ":443", "ws": ":80", "wss": ":443"}


def forged(method: str, headers: Mapping[str, str], *, upgrade: bool) -> bool:
    """Whether to refuse a request that is authenticated by cookie.

    Parameters
    ----------
    method:
        The HTTP method.
    headers:
        Names in lower case.
    upgrade:
        Whether it asks for a WebSocket or another protocol.

    A link from another site may be followed; nothing else may come from there.
    A client that is no browser says nothing, and has its cookie from its user.
    """
    site = headers.get("sec-fetch-site", "")
    if site in ("cross-site", "same-site"):
        # same-site: another port or sub-domain, which need not be ours.
        return not _is_link(method, headers, upgrade)
    if upgrade or method not in _SAFE:
        origin = headers.get("origin")
        if origin == "null":
            # A page of ours that sends no referrer; a sandbox is cross-site.
            return site != "same-origin"
        return origin is not None and not _same(origin, headers)
    return False


def is_navigation(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a person is looking at a page, and can be sent to the login and back."""
    if method not in ("GET", "HEAD"):
        return False
    mode = headers.get("sec-fetch-mode", "")
    if mode:
        return mode == "navigate"
    # Over plain HTTP browsers do not tell the mode.
    accept = headers.get("accept", "")
    if "text/html" in accept:
        return "x-requested-with" not in headers
    return accept in ("", "*/*") and not {"referer", "origin", "x-requested-with"} & set(headers)


def _is_link(method: str, headers: Mapping[str, str], upgrade: bool) -> bool:
    navigates = headers.get("sec-fetch-mode") == "navigate" and method in ("GET", "HEAD")
    return navigates and not upgrade and headers.get("sec-fetch-dest", "document") == "document"


def _same(origin: str, headers: Mapping[str, str]) -> bool:
    """Whether the origin is the host that was asked, as the browser or a proxy names it."""
    parts = urlsplit(origin)
    ours = {headers.get("host", ""), headers.get("x-forwarded-host", "")}
    port = _DEFAULT_PORTS.get(parts.scheme, "")
    host = parts.netloc.lower().removesuffix(port)
    return bool(host) and host in {name.lower().removesuffix(port) for name in ours if name}
