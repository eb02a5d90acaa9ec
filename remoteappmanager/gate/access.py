"""Who may enter which container: values and one pure decision."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote

from remoteappmanager import naming
from remoteappmanager.docker.container import Container


class Who(Protocol):
    """Someone the Hub knows, as ``services.hub.Actor``."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def admin(self) -> bool: ...
    @property
    def scopes(self) -> Collection[str]: ...


@dataclass(frozen=True)
class Destination:
    """A running container, as far as the gate needs to know it.

    ``urlpath`` is its label: percent-encoded, without final slash. ``address``
    is ``http://HOST:PORT``.
    """

    url_id: str
    docker_id: str
    owner: str
    urlpath: str
    address: str


def destination(container: Container, base_url: str) -> Destination | None:
    """The container as a destination; None for one that must not be routed to.

    Labels are inherited from images: an image that somebody else made may say
    anything in them. So a container is believed only when its path is the
    one that we would have given to a container of its user.
    """
    if not container.host_url or not container.url_id or not container.user:
        return None
    path = re.escape(f"{unquote(base_url).rstrip('/')}/user/{container.user}")
    url_id = re.escape(container.url_id)
    # The optional part is the name of a named server.
    expected = rf"{path}(/[a-z0-9-]{{1,30}})?/containers/{url_id}"
    if not re.fullmatch(expected, unquote(container.urlpath)) or "/" in container.url_id:
        return None
    return Destination(
        url_id=container.url_id,
        docker_id=container.docker_id,
        owner=container.user,
        urlpath=container.urlpath,
        address=container.host_url,
    )


def may_enter(actor: Who, place: Destination) -> bool:
    """Whether the actor may use the container: its owner may, and administrators.

    (Those whom the owner shares it with: a later version.) The token that they
    come with must be good for it too: one that was made for something else does
    not open a container, whoever made it.
    """
    if actor.kind != "user" or not _good_for(actor, place.owner):
        return False
    return actor.admin or actor.name == place.owner


def may_manage(actor: Who, owner: str) -> bool:
    """Whether the actor may publish and withdraw containers of ``owner``.

    The owner's per-user process may, an administrator, and a service of the
    Hub that was given access to the gate.
    """
    if not _good_for(actor, owner):
        return False
    return actor.kind == "service" or actor.admin or actor.name == owner


def _good_for(actor: Who, owner: str) -> bool:
    """Whether the scopes of the actor's token reach the gate or that owner's servers."""
    scopes = set(actor.scopes)
    enough = {
        "access:services",
        naming.GATE_ACCESS_SCOPE,
        "access:servers",
        f"access:servers!user={owner}",
    }
    server = f"access:servers!server={owner}/"
    return bool(scopes & enough) or any(scope.startswith(server) for scope in scopes)


def find(table: Mapping[str, Destination], path: str) -> Destination | None:
    """Whose address ``path`` (raw, as in the request line, no query) is.

    Browsers and proxies do not agree on what to percent-encode, so paths are
    compared decoded, once, as configurable-http-proxy does.
    """
    for match in re.finditer(r"/containers/([^/?#]+)", path):
        place = table.get(match[1])
        if place is not None and unquote(path[: match.end()]) == unquote(place.urlpath):
            return place
    return None


def worker_of(url_id: str, workers: int) -> int:
    """Which of so many workers serves this container: always the same one."""
    return int.from_bytes(hashlib.sha256(url_id.encode()).digest()[:4], "big") % workers
