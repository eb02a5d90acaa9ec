"""The profile file: several sites, each with a name.

::

    [lab]
    url = https://lab.example.org
    username = alice

    [university]
    url = https://hub.example.edu/apps
    ca_file = ~/university-ca.pem
    credentials_file = ~/.remoteapprest-university

It holds no secret. Each site has a credentials file of its own, by default
``~/.remoteapprest-NAME``.
"""

from __future__ import annotations

import configparser
import dataclasses
import os
import pathlib
import re
import shlex

from remoteappmanager.cli.remoteapprest.credentials import DEFAULT_FILE
from remoteappmanager.exceptions import ConfigurationError, NotFound

DEFAULT_PROFILES = "~/.remoteapprest.ini"

_KEYS = frozenset({"url", "username", "ca_file", "credentials_file"})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclasses.dataclass(frozen=True)
class Profile:
    """One named site. Empty texts are what the file does not say."""

    credentials_file: str
    name: str = ""
    url: str = ""
    username: str = ""
    ca_file: str = ""


def read_profiles(path: str | os.PathLike[str] = DEFAULT_PROFILES) -> dict[str, Profile]:
    """All profiles by name; none where there is no file.

    Raises ``ConfigurationError`` naming what is wrong.
    """
    file = pathlib.Path(path).expanduser()
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        with open(file, encoding="utf8") as stream:
            parser.read_file(stream)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, configparser.Error) as exc:
        reason = " ".join(str(exc).split())
        raise ConfigurationError(f"The profile file {file} cannot be read: {reason}") from exc
    return {name: _profile(file, name, dict(parser[name])) for name in parser.sections()}


def find_profile(name: str, path: str | os.PathLike[str] = DEFAULT_PROFILES) -> Profile:
    """The profile of that name. Raises ``NotFound`` naming those that there are."""
    profiles = read_profiles(path)
    if name not in profiles:
        known = ", ".join(sorted(profiles)) or "none"
        raise NotFound(
            f"There is no server {name!r} in {pathlib.Path(path).expanduser()} (it has: {known}): "
            "add it, or name another."
        )
    return profiles[name]


def login_command(server: str, profile_file: str, credentials_file: str) -> str:
    """What to type to log in at the site that these options choose, without its address."""
    words = ["remoteapprest"]
    if server:
        if profile_file != DEFAULT_PROFILES:
            words += ["--profile-file", profile_file]
        words += ["--server", server]
    if credentials_file:
        words += ["--credentials-file", credentials_file]
    # The shell is to expand "~", so that only is left without quotes.
    return " ".join([*(shlex.quote(w) if w[:1] != "~" else w for w in words), "login"])


def _profile(file: pathlib.Path, name: str, values: dict[str, str]) -> Profile:
    """One section."""
    unknown = sorted(set(values) - _KEYS)
    if unknown:
        raise ConfigurationError(
            f"{file}, [{name}]: {unknown[0]} is unknown; the keys are {', '.join(sorted(_KEYS))}."
        )
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"{file}, [{name}]: a name has letters, digits, '.', '_' and '-'.")
    values.setdefault("credentials_file", f"{DEFAULT_FILE}-{name}")
    return Profile(name=name, **values)
