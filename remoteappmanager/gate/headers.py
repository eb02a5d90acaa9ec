"""What passes through the gate, in both directions. Pure functions.

Names are compared without case. Values are texts in which each character is
one byte (latin-1), as Tornado hands them over.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus

from remoteappmanager.gate import cookies

Headers = list[tuple[str, str]]

#: Headers about one hop's connection, never passed on (RFC 9110, 7.6.1).
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
#: What proxies before us say of the client, or a client would like us to believe.
_HEARSAY = frozenset(
    {"forwarded", "via", "x-real-ip", "x-scheme", "x-original-url", "x-rewrite-url"}
    | {"x-client-ip", "true-client-ip", "cf-connecting-ip"}
)
#: What would bind the whole site where only the container speaks.
_SITE_WIDE = frozenset(
    {"set-cookie2", "clear-site-data", "strict-transport-security", "alt-svc", "nel"}
    | {"report-to", "reporting-endpoints", "public-key-pins", "expect-ct"}
    | {"origin-agent-cluster"}
)


@dataclass(frozen=True)
class Client:
    """The browser, as far as we believe what the proxy before us says of it."""

    ip: str
    scheme: str
    host: str

    @property
    def port(self) -> str:
        """The port that the browser used."""
        tail = self.host.rpartition("]")[2].rpartition(":")
        default = "443" if self.scheme == "https" else "80"
        return tail[2] if tail[1] and tail[2].isdigit() else default


def client_of(get: dict[str, str], peer: str, host: str) -> Client:
    """Who the browser is.

    The proxy adds to what came in: the *last* address in its list is the one
    that it saw itself. The scheme is the first one, as the Hub reads it:
    where TLS ends before the proxy, only that one knows.
    """
    ip = get.get("x-forwarded-for", "").rpartition(",")[2].strip() or peer
    try:
        ip = str(ipaddress.ip_address(ip))
    except ValueError:
        ip = peer
    scheme = get.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
    return Client(ip, "https" if scheme == "https" else "http", host)


def request_headers(
    received: Iterable[tuple[str, str]],
    client: Client,
    *,
    client_id: str,
    drop_authorization: bool,
) -> Headers:
    """The headers that the container gets: an HTTP request's, without the hop's own.

    Parameters
    ----------
    received:
        The request's headers, repeated ones several times.
    client:
        What ``X-Forwarded-*`` will say.
    client_id:
        The gate's OAuth client.
    drop_authorization:
        Whether the ``Authorization`` header is a Hub token, and so not for the container.
    """
    pairs = list(received)
    hop = HOP_BY_HOP | _named_by_connection(pairs)
    kept: Headers = []
    for name, value in pairs:
        lower = name.lower()
        if lower in hop or lower in _HEARSAY or lower in ("cookie", "expect"):
            continue
        if lower.startswith(("x-forwarded-", "x-jupyterhub-")):
            continue
        if lower == "authorization" and drop_authorization:
            continue
        if lower in ("x-xsrftoken", "x-csrftoken") and cookies.is_hub_xsrf(value):
            continue
        kept.append((name, value))
    cookie = cookies.for_container((v for n, v in pairs if n.lower() == "cookie"), client_id)
    if cookie:
        kept.append(("Cookie", cookie))
    return kept + _forwarded(client)


def response_headers(
    received: Iterable[tuple[str, str]],
    *,
    urlpath: str,
    address: str,
    request_path: str,
    client_id: str,
) -> Headers:
    """The headers that the browser gets.

    Parameters
    ----------
    received:
        The container's headers, repeated ones several times.
    urlpath, address:
        The container's path and ``http://HOST:PORT``.
    request_path:
        The path of the request.
    client_id:
        The gate's OAuth client.
    """
    pairs = list(received)
    hop = HOP_BY_HOP | _named_by_connection(pairs)
    kept: Headers = []
    for name, value in pairs:
        lower = name.lower()
        if lower in hop or lower in _SITE_WIDE or lower.startswith("x-jupyterhub-"):
            continue
        if lower == "set-cookie":
            cookie = cookies.from_container(value, urlpath, request_path, client_id)
            if cookie is None:
                continue
            value = cookie
        elif lower == "service-worker-allowed":
            if not _scope_within(value, urlpath):
                continue
        elif lower in ("location", "content-location"):
            value = _outside(value, address)
        kept.append((name, value))
    return kept


def without_tokens(query: str, tokens: set[str]) -> str:
    """The query without ``token`` arguments that are among ``tokens``; all else as it is."""
    if not tokens:
        return query
    return "&".join(p for p in query.split("&") if not _is_token(p, tokens))


def token_arguments(query: str) -> list[str]:
    """The values of the query's ``token`` arguments, decoded."""
    pairs = (part.partition("=") for part in query.split("&"))
    found = [unquote_plus(value) for name, _, value in pairs if unquote_plus(name) == "token"]
    return [value for value in found if is_token(value)]


def bearer(value: str) -> str:
    """The token in an ``Authorization`` header, empty when it is of another kind."""
    scheme, _, token = value.strip().partition(" ")
    ours = scheme.lower() in ("token", "bearer") and is_token(token.strip())
    return token.strip() if ours else ""


def is_token(text: str) -> bool:
    """Whether ``text`` can be a Hub token at all: it will go into a header."""
    return bool(text) and text.isascii() and text.isprintable()


def _is_token(part: str, tokens: set[str]) -> bool:
    name, _, value = part.partition("=")
    return unquote_plus(name) == "token" and unquote_plus(value) in tokens


def _named_by_connection(pairs: Headers) -> frozenset[str]:
    """What the sender says is about this hop. Never what frames or addresses the message."""
    named = {
        token.strip().lower()
        for name, value in pairs
        if name.lower() == "connection"
        for token in value.split(",")
    }
    return frozenset(named - {"host", "content-length", "set-cookie", "cookie"})


def _forwarded(client: Client) -> Headers:
    node = f'"[{client.ip}]"' if ":" in client.ip else client.ip
    return [
        ("X-Forwarded-For", client.ip),
        ("X-Forwarded-Proto", client.scheme),
        ("X-Forwarded-Host", client.host),
        ("X-Forwarded-Port", client.port),
        ("Forwarded", f'for={node};host="{client.host}";proto={client.scheme}'),
    ]


def _scope_within(value: str, urlpath: str) -> bool:
    """Whether a service worker's widest scope stays under the container's path."""
    scope = unquote(value.strip())
    prefix = unquote(urlpath) + "/"
    return scope.startswith(prefix) and "/../" not in f"{scope}/" and "\\" not in scope


def _outside(value: str, address: str) -> str:
    """A redirect to the container's own address, as the path that leads there from outside."""
    for own in (address, address.partition(":")[2]):
        rest = value[len(own) :]
        if value.lower().startswith(own.lower()) and rest[:1] in ("", "/", "?", "#"):
            return rest if rest.startswith("/") else f"/{rest}"
    return value
