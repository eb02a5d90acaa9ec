"""Where Docker runs, from the address by which it is called."""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

from remoteappmanager.exceptions import ServiceUnavailable

_LOCAL_SCHEMES = ("", "unix", "http+unix", "npipe")
_DEFAULT_SOCKET = "/var/run/docker.sock"


def is_local(base_url: str) -> bool:
    """Whether Docker is called over a socket of this host.

    Loopback TCP counts as elsewhere: behind it is often a tunnel or a virtual machine.
    """
    return urlsplit(base_url).scheme in _LOCAL_SCHEMES


def socket_path(base_url: str) -> str | None:
    """The path of Docker's socket on this host, or None where Docker is elsewhere."""
    if not is_local(base_url):
        return None
    parts = urlsplit(base_url)
    # docker-py takes unix://run/docker.sock and unix:///run/docker.sock for the same.
    path = f"{parts.netloc}{parts.path}".lstrip("/")
    return f"/{path}" if path else _DEFAULT_SOCKET


async def reachable_address(base_url: str) -> str:
    """The IPv4 address of the Docker host, where it publishes ports for us.

    Raises ``ServiceUnavailable`` when its name does not resolve.
    """
    host = urlsplit(base_url).hostname or "localhost"
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, family=socket.AF_INET)
    except OSError as exc:
        raise ServiceUnavailable("Docker", f"Docker's host {host!r} is unknown.") from exc
    return str(found[0][4][0])
