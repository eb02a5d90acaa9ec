"""remoteappmanager.launch_inputs"""

from __future__ import annotations

import pathlib
import types
from typing import Any

import pytest

from remoteappmanager.docker.configurables import for_image
from remoteappmanager.docker.image import Image
from remoteappmanager.exceptions import InvalidRequest
from remoteappmanager.launch_inputs import environment_for, is_missing, volumes_for

DEFAULTS = {"X11_WIDTH": "1024", "X11_HEIGHT": "768", "X11_DEPTH": "16"}


def policy(**values: Any) -> Any:
    fields: dict[str, Any] = {
        "app_license": None,
        "allow_home": False,
        "allow_view": False,
        "allow_common": False,
        "volume_source": None,
        "volume_target": None,
        "volume_mode": None,
        "allow_startup_data": False,
    }
    return types.SimpleNamespace(**(fields | values))


def image(*env: str) -> Image:
    made = Image(env=set(env))
    made.configurables = for_image(made)
    return made


DESKTOP = image("X11_WIDTH", "X11_HEIGHT", "X11_DEPTH", "STARTUPDATA")
PLAIN = image()


@pytest.mark.parametrize(
    ("given", "what", "configurables", "expected"),
    [
        ({}, DESKTOP, None, {}),
        ({"app_license": "key"}, PLAIN, None, {"APP_LICENSE": "key"}),
        ({"app_license": ""}, PLAIN, None, {}),
        ({}, DESKTOP, {}, DEFAULTS),
        ({"allow_startup_data": True}, DESKTOP, {}, DEFAULTS | {"STARTUPDATA": ""}),
        ({}, PLAIN, {"resolution": {"resolution": "800x600"}}, {}),
        ({}, DESKTOP, {"colour": {"colour": "red"}}, DEFAULTS),
        (
            {},
            DESKTOP,
            {"resolution": {"resolution": "800x600"}},
            {"X11_WIDTH": "800", "X11_HEIGHT": "600", "X11_DEPTH": "16"},
        ),
        (
            {"allow_startup_data": True},
            DESKTOP,
            {"startupdata": {"startupdata": "/f"}},
            DEFAULTS | {"STARTUPDATA": "/f"},
        ),
        ({}, DESKTOP, {"startupdata": {"startupdata": ""}}, DEFAULTS),
    ],
    ids=[
        "no configurables: the image's own defaults hold",
        "the licence",
        "no licence",
        "empty configurables: the defaults",
        "empty configurables, startup data allowed",
        "not supported: ignored",
        "unknown tag: ignored",
        "a resolution",
        "a file to open",
        "no file to open, though none may be",
    ],
)
def test_environment(given: Any, what: Image, configurables: Any, expected: dict[str, str]) -> None:
    """Licence, then what the request chooses, then defaults."""
    assert environment_for(policy(**given), what, configurables) == expected


@pytest.mark.parametrize(
    ("given", "configurables", "names"),
    [
        ({}, {"startupdata": {"startupdata": "/f"}}, "policy"),
        ({}, {"startupdata": "nonsense"}, "startupdata"),
        ({}, {"resolution": {"resolution": "big"}}, "resolution"),
        ({}, [], "configurables"),
        ({}, "x", "configurables"),
    ],
)
def test_refused(given: Any, configurables: Any, names: str) -> None:
    """Startup data only when the policy allows; bad configurables name their field."""
    with pytest.raises(InvalidRequest, match=names):
        environment_for(policy(**given), DESKTOP, configurables)


VOLUME = {"volume_source": "/data", "volume_target": "/mnt", "volume_mode": "ro"}


@pytest.mark.parametrize(
    ("given", "home", "expected"),
    [
        ({}, "/home/a", {}),
        ({"allow_home": True}, None, {}),
        ({"allow_home": True}, "/home/a", {"/home/a": {"bind": "/workspace", "mode": "rw"}}),
        (VOLUME, None, {"/data": {"bind": "/mnt", "mode": "ro"}}),
        (
            VOLUME | {"allow_home": True},
            "/data",
            {
                "/data": {"bind": "/workspace", "mode": "rw"},
                "/data/": {"bind": "/mnt", "mode": "ro"},
            },
        ),
    ],
)
def test_volumes(given: Any, home: str | None, expected: dict[str, dict[str, str]]) -> None:
    """The policy's volume; with allow_home, the home at /workspace, rw."""
    assert volumes_for(policy(**given), home) == expected


def test_is_missing(tmp_path: pathlib.Path) -> None:
    """Only what is certainly not there is missing."""
    file = tmp_path / "file"
    file.touch()
    assert not is_missing(str(tmp_path)) and not is_missing(str(file))
    assert is_missing(str(tmp_path / "x")) and is_missing(str(file / "x"))
    assert not is_missing("/a\0b")  # refused later, with words
