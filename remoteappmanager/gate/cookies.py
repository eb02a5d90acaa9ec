"""Which cookies a container sees, and which it may set.

The browser knows one site only. It sends a container whatever the Hub and the
per-user process have set for a path above it, and would let the container
set cookies for all of them.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from urllib.parse import unquote

_PREFIXES = ("__Host-", "__Secure-")
#: How Tornado begins a signed value: version 2, key version, time stamp, name.
_SIGNED = re.compile(r"2\|\d+:\d+\|\d+:\d+\|(\d+):")


def for_container(values: Iterable[str], client_id: str) -> str:
    """The ``Cookie`` header that the container gets, empty for none.

    Parameters
    ----------
    values:
        The request's ``Cookie`` header or headers.
    client_id:
        The gate's OAuth client, which names its own cookies.
    """
    pairs = (pair.strip() for value in values for pair in value.split(";"))
    kept = (pair for pair in pairs if pair and not _pair_is_ours(pair, client_id))
    return "; ".join(kept)


def _pair_is_ours(pair: str, client_id: str) -> bool:
    name, _, value = pair.partition("=")
    return is_ours(name.strip(), value.strip(), client_id)


def is_ours(name: str, value: str, client_id: str) -> bool:
    """Whether a cookie belongs to the Hub, to a per-user process or to us.

    The Hub's ``_xsrf`` has the same name as that of applications made with
    Tornado, Jupyter for one; only its value tells them apart.
    """
    bare = name
    for prefix in _PREFIXES:
        bare = bare.removeprefix(prefix)
    # Whether a server compares names with or without case is its own affair.
    lower, client = bare.lower(), client_id.lower()
    if lower.startswith("jupyterhub-"):
        return True
    if client and (lower == client or lower.startswith(f"{client}-oauth-state")):
        return True
    if lower.startswith("service-"):
        return _SIGNED.match(_unquoted(value)) is not None
    return lower == "_xsrf" and is_hub_xsrf(value)


def is_hub_xsrf(value: str) -> bool:
    """Whether this is an XSRF token of JupyterHub: a signed value in URL-safe base64."""
    text = _unquoted(value)
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return False
    match = _SIGNED.match(decoded.decode("latin1"))
    return match is not None and decoded[match.end() :].startswith(b"_xsrf|")


def from_container(value: str, urlpath: str, request_path: str, client_id: str) -> str | None:
    """A container's ``Set-Cookie`` as the browser gets it; None: not at all.

    Parameters
    ----------
    value:
        The header as the container sent it.
    urlpath:
        The container's path, percent-encoded, no final slash.
    request_path:
        The path of the request that this answers.
    client_id:
        The gate's OAuth client.

    A cookie for a path that holds the container's own, ``/`` for one, is narrowed to the
    container: that is Tornado's and many others' default, and applications work by it. One
    for any other path outside is dropped. So is ``Domain``, which would give the cookie to
    other hosts. The prefixes ``__Host-`` and
    ``__Secure-`` promise things that a container does not decide.
    """
    pair, *attributes = value.split(";")
    name, equals, content = pair.partition("=")
    name = name.strip()
    if not equals or name.startswith(_PREFIXES) or is_ours(name, content.strip(), client_id):
        return None
    kept = [pair.strip()]
    path = ""
    for attribute in attributes:
        key, _, text = attribute.strip().partition("=")
        lower = key.strip().lower()
        if lower == "path":
            path = text.strip()  # the last one counts, for browsers too
        elif lower and lower != "domain":
            kept.append(attribute.strip())
    if path.startswith("/"):
        if not _within(path, urlpath):
            if not _within(urlpath, path):
                return None
            path = f"{urlpath}/"
        kept.append(f"Path={path}")
    elif not request_path.startswith(f"{urlpath}/"):
        # The browser's default is the directory of the request, and this
        # request was for the container without its final slash, or written
        # in another way than the label.
        kept.append(f"Path={urlpath}/")
    return "; ".join(kept)


def _within(path: str, urlpath: str) -> bool:
    inner, outer = unquote(path).rstrip("/"), unquote(urlpath).rstrip("/")
    return inner == outer or inner.startswith(f"{outer}/")


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) >= 2 and value[0] == value[-1] == '"' else value
