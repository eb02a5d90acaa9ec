"""remoteappmanager.docker.configurables"""

from __future__ import annotations

from typing import Any

import pytest

from remoteappmanager.docker.configurables import Resolution, StartupData, for_image
from remoteappmanager.docker.image import Image
from remoteappmanager.exceptions import InvalidRequest

X11 = {"X11_WIDTH", "X11_HEIGHT", "X11_DEPTH"}


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        (set(), []),
        (X11, [Resolution]),
        (X11 - {"X11_DEPTH"}, []),
        ({"STARTUPDATA"}, [StartupData]),
        (X11 | {"STARTUPDATA", "OTHER"}, [Resolution, StartupData]),
    ],
)
def test_supported(env: set[str], expected: list[type]) -> None:
    """All three X11 keys: the resolution; startupdata: the file to open."""
    assert for_image(Image(env=env)) == expected


def test_resolution() -> None:
    """WxH gives width, height, and depth 16; the default is 1024x768."""
    assert Resolution.config_dict_to_env({"resolution": "1920x1080"}) == {
        "X11_WIDTH": "1920",
        "X11_HEIGHT": "1080",
        "X11_DEPTH": "16",
    }
    assert Resolution.default_env() == {
        "X11_WIDTH": "1024",
        "X11_HEIGHT": "768",
        "X11_DEPTH": "16",
    }


def test_startupdata() -> None:
    """The path as it is; empty by default."""
    assert StartupData.config_dict_to_env({"startupdata": "/a/ü b"}) == {"STARTUPDATA": "/a/ü b"}
    assert StartupData.default_env() == {"STARTUPDATA": ""}


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "1024x768",
        {},
        {"resolution": None},
        {"resolution": 1024},
        {"resolution": ""},
        {"resolution": "1024"},
        {"resolution": "1024x768x16"},
        {"resolution": "1024X768"},
        {"resolution": "-1024x768"},
        {"resolution": "1024x768\n"},
        {"resolution": "1024x768; rm -rf /"},
        {"resolution": "\u0663\u0660\u0660x\u0663\u0660\u0660"},
        {"resolution": "0x0"},
        {"resolution": "1024x99"},
        {"resolution": "8193x768"},
        {"resolution": "9" * 400 + "x768"},
    ],
)
def test_hostile_resolution(value: Any) -> None:
    """Integers in a sane range; anything else is refused with a message that names the field."""
    with pytest.raises(InvalidRequest, match="resolution"):
        Resolution.config_dict_to_env(value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"startupdata": None},
        {"startupdata": ["/a"]},
        {"startupdata": "/a\nb"},
        {"startupdata": "/a\0"},
        {"startupdata": "/" + "a" * 4096},
    ],
)
def test_hostile_startupdata(value: Any) -> None:
    """Strings bounded and free of control characters."""
    with pytest.raises(InvalidRequest, match="startupdata"):
        StartupData.config_dict_to_env(value)
