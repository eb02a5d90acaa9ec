"""Checks of everything that a user or a database row puts into a container.

All raise ``InvalidRequest`` with the name of the field.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

from remoteappmanager.docker.spec import Mount
from remoteappmanager.exceptions import InvalidRequest
from remoteappmanager.utils import check_volume_path, has_control_characters

MAX_NAME_LENGTH = 255
MAX_URL_LENGTH = 1024
MAX_VARIABLE_LENGTH = 32 * 1024

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]*", re.ASCII)
_DOCKER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,254}", re.ASCII)


def is_docker_id(text: Any) -> bool:
    """Whether ``text`` can be a container's id or name. Others would change the request's path."""
    return isinstance(text, str) and _DOCKER_ID.fullmatch(text) is not None


def is_image_name(text: Any) -> bool:
    """Whether ``text`` can be an image's name or id, and is no path in disguise."""
    return (
        isinstance(text, str)
        and len(text) <= MAX_NAME_LENGTH * 2
        and _REFERENCE.fullmatch(text) is not None
        and not any(part in (".", "..") for part in text.split("/"))
    )


def check_text(text: Any, field: str, longest: int = MAX_NAME_LENGTH) -> None:
    """Refuse what is empty, overlong, no text, or holds control characters."""
    if not isinstance(text, str) or not text.strip():
        raise InvalidRequest(f"{field}: a text is expected.")
    if len(text) > longest:
        raise InvalidRequest(f"{field}: longer than {longest} characters.")
    if has_control_characters(text):
        raise InvalidRequest(f"{field}: holds control characters.")


def check_image_name(name: Any) -> None:
    """Refuse what cannot be the name of an image."""
    if not is_image_name(name):
        raise InvalidRequest(f"image name: {str(name)[:80]!r} is not one.")


def check_base_urlpath(path: Any) -> None:
    """Refuse what is not an absolute URL path."""
    check_text(path, "base URL path", MAX_URL_LENGTH)
    if not path.startswith("/") or ".." in path.split("/") or any(c in path for c in "?#\\ "):
        raise InvalidRequest(f"base URL path: {path!r} is not an absolute path.")


def check_environment(environment: Mapping[str, str]) -> None:
    """Refuse names that no shell takes, and values with control characters.

    Line ends and tabs may stand in a value: licences are written so.
    """
    for key, value in environment.items():
        if not isinstance(key, str) or not _VARIABLE.fullmatch(key):
            raise InvalidRequest(f"environment: {str(key)[:80]!r} is no name of a variable.")
        if not isinstance(value, str):
            raise InvalidRequest(f"environment {key}: a text is expected.")
        if len(value) > MAX_VARIABLE_LENGTH:
            raise InvalidRequest(f"environment {key}: longer than {MAX_VARIABLE_LENGTH}.")
        if has_control_characters(value.translate({9: " ", 10: " ", 13: " "})):
            raise InvalidRequest(f"environment {key}: holds control characters.")


def mounts_from(
    volumes: Mapping[str, Mapping[str, str]], docker_socket: str | None = None
) -> list[Mount]:
    """The mounts for ``{source: {"bind": target, "mode": mode}}``.

    ``docker_socket`` is the path of Docker's socket: whoever reaches it is
    root on the host, so neither it nor a directory above it is mounted.
    """
    mounts: list[Mount] = []
    for source, where in volumes.items():
        target, mode = where.get("bind", ""), where.get("mode", "rw")
        try:
            check_volume_path(source, "source")
            check_volume_path(target, "target")
        except ValueError as exc:
            raise InvalidRequest(f"volume: {exc}") from exc
        if mode not in ("ro", "rw"):
            raise InvalidRequest(f"volume: the mode is ro or rw, not {mode!r}.")
        mount = Mount(os.path.normpath(source), os.path.normpath(target), mode)
        if not mount.target.strip("/"):
            raise InvalidRequest("volume: the target cannot be the root directory.")
        if any(mount.target == other.target for other in mounts):
            raise InvalidRequest(f"volume: two sources for the target {mount.target!r}.")
        if _reaches(mount.source, _socket_paths(docker_socket)):
            raise InvalidRequest(f"volume: {mount.source!r} would give access to Docker itself.")
        mounts.append(mount)
    return mounts


def _socket_paths(docker_socket: str | None) -> set[str]:
    usual = {"/var/run/docker.sock", "/run/docker.sock"}
    given = {docker_socket, os.path.realpath(docker_socket)} if docker_socket else set()
    return usual | given


def _reaches(source: str, sockets: Iterable[str]) -> bool:
    places = {source, os.path.realpath(source)}
    return any(
        socket == place or socket.startswith(f"{place.rstrip('/')}/")
        for socket in sockets
        for place in places
    )
