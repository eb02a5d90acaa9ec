"""The credentials file: where, who, and the token that proves it.

The one file of the client that holds a secret. It is never readable by others,
not even for a moment: it is created with mode 0600 under another name and moved
into place.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pathlib
import secrets
import stat
from collections.abc import Mapping
from typing import Any

from remoteappmanager.cli.remoteapprest.errors import NotLoggedIn
from remoteappmanager.exceptions import ServiceUnavailable

#: Relative to the home directory of whoever calls.
DEFAULT_FILE = "~/.remoteapprest"

#: What people type to log in, before the address.
LOGIN_COMMAND = "remoteapprest login"

_FORMAT = 2
_TEXTS = ("token", "token_id", "expires_at", "ca_file")


@dataclasses.dataclass(frozen=True)
class Credentials:
    """Who logs in where.

    Parameters
    ----------
    url:
        The site, without final slash, with its path prefix where it has one.
    username:
        As the Hub knows the user.
    cookies:
        Of a login page, where a file of version 2.x or a browser is their source.
    token:
        A Hub token, sent in ``Authorization``. Normally this and no cookies.
    token_id, expires_at:
        What the Hub calls the token, and when it ends (ISO 8601); empty where unknown.
    ca_file:
        The certificate authority given at the login; empty for the system's own.
    """

    url: str
    username: str
    cookies: Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)
    token: str = dataclasses.field(default="", repr=False)
    token_id: str = ""
    expires_at: str = ""
    ca_file: str = ""

    @classmethod
    def from_file(
        cls, path: str | os.PathLike[str], log_in: str = f"{LOGIN_COMMAND} URL"
    ) -> Credentials:
        """Read what ``write`` wrote, or a file of version 2.x.

        Raises ``NotLoggedIn`` when there is no such file, or it is neither; its message
        says to type ``log_in``.
        """
        file = pathlib.Path(path).expanduser()
        try:
            text = file.read_text(encoding="utf8")
        except FileNotFoundError as exc:
            raise NotLoggedIn(
                f"You are not logged in (there is no {file}): type '{log_in}'."
            ) from exc
        except (OSError, UnicodeDecodeError) as exc:
            raise NotLoggedIn(f"{file} cannot be read. Log in again: '{log_in}'.") from exc
        try:
            if text.lstrip().startswith("{"):
                return cls._from_json(json.loads(text))
            return cls._from_lines(text)
        except ValueError as exc:
            raise NotLoggedIn(
                f"{file} is not a credentials file. Log in again: '{log_in}'."
            ) from exc

    @classmethod
    def _from_json(cls, data: Any) -> Credentials:
        """Raises ``ValueError`` for what is not our object."""
        cookies = data.get("cookies", {})
        texts = {key: data.get(key, "") for key in ("url", "username", *_TEXTS)}
        if not isinstance(cookies, dict):
            raise ValueError("cookies")
        for value in (*texts.values(), *cookies, *cookies.values()):
            if not isinstance(value, str):
                raise ValueError("text expected")
        if not texts["url"] or not texts["username"]:
            raise ValueError("url and username expected")
        return cls(cookies=cookies, **texts)

    @classmethod
    def _from_lines(cls, text: str) -> Credentials:
        """The form of 2.x: address, name, then one ``key=value`` line for each cookie."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or "://" not in lines[0]:
            raise ValueError("address and name expected")
        cookies = {}
        for line in lines[2:]:
            key, equals, value = line.partition("=")
            if not equals:
                raise ValueError("key=value expected")
            cookies[key.strip()] = value.strip()
        return cls(lines[0].rstrip("/"), lines[1], cookies)

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the file, mode 0600, replacing one that is there in one move.

        Raises ``ServiceUnavailable`` when the place cannot be written.
        """
        # A link is followed, so that people may keep the file elsewhere.
        file = pathlib.Path(os.path.realpath(pathlib.Path(path).expanduser()))
        fresh = file.with_name(f"{file.name}.{secrets.token_hex(6)}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        body = json.dumps({"format": _FORMAT, **dataclasses.asdict(self)}, indent=1) + "\n"
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(fresh, flags, 0o600)
            try:
                with open(descriptor, "w", encoding="utf8") as stream:
                    stream.write(body)
                os.replace(fresh, file)
            except BaseException:
                with contextlib.suppress(OSError):
                    fresh.unlink()
                raise
        except OSError as exc:
            raise ServiceUnavailable(
                "The disk",
                f"{file} cannot be written ({exc.strerror}): name another place "
                "with --credentials-file.",
            ) from exc


def others_may_read(path: str | os.PathLike[str]) -> bool:
    """Whether the group or the world may read the file (False where there is none)."""
    try:
        mode = os.stat(pathlib.Path(path).expanduser()).st_mode
    except OSError:
        return False
    return bool(stat.S_IMODE(mode) & 0o077)
