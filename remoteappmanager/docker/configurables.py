"""Choices that an image offers at start, and how they become its environment.

Values come from a browser or a script and are hostile until checked: what is
not a plain value in range is refused with a message that names the field.
"""

from __future__ import annotations

import abc
import re
from typing import TYPE_CHECKING, Any, ClassVar

from remoteappmanager.exceptions import InvalidRequest
from remoteappmanager.utils import has_control_characters

if TYPE_CHECKING:
    from remoteappmanager.docker.image import Image

_RESOLUTION = re.compile(r"([0-9]{1,5})x([0-9]{1,5})", re.ASCII)


class Configurable(abc.ABC):
    """A start-time choice. Never instantiated: all it has are class methods."""

    #: Its name in requests: ``{"configurables": {tag: {...}}}``.
    tag: ClassVar[str]
    #: The variables that an image must understand to offer it.
    variables: ClassVar[frozenset[str]]

    @classmethod
    def supported_by(cls, image: Image) -> bool:
        """Whether the image's labels say that it understands all its variables."""
        return cls.variables <= set(image.env)

    @classmethod
    @abc.abstractmethod
    def config_dict_to_env(cls, config_dict: Any) -> dict[str, str]:
        """The environment for a choice. Raises ``InvalidRequest`` that names the field."""

    @classmethod
    @abc.abstractmethod
    def default_env(cls) -> dict[str, str]:
        """The environment where the user chose nothing."""


class Resolution(Configurable):
    """The size of the desktop in pixels: ``{"resolution": "WxH"}``."""

    tag = "resolution"
    variables = frozenset({"X11_WIDTH", "X11_HEIGHT", "X11_DEPTH"})

    #: Inclusive bounds of both sides, in pixels: what X servers and browsers can show.
    SIDE_MIN = 100
    SIDE_MAX = 8192
    DEFAULT = "1024x768"

    @classmethod
    def config_dict_to_env(cls, config_dict: Any) -> dict[str, str]:
        """``X11_WIDTH``, ``X11_HEIGHT`` and ``X11_DEPTH`` for a resolution."""
        text = _field(cls.tag, config_dict)
        match = _RESOLUTION.fullmatch(text)
        if match is None:
            raise InvalidRequest("resolution: write it as WIDTHxHEIGHT, for example 1024x768.")
        width, height = (int(side) for side in match.groups())
        if not all(cls.SIDE_MIN <= side <= cls.SIDE_MAX for side in (width, height)):
            raise InvalidRequest(
                f"resolution: each side is between {cls.SIDE_MIN} and {cls.SIDE_MAX} pixels."
            )
        return {"X11_WIDTH": str(width), "X11_HEIGHT": str(height), "X11_DEPTH": "16"}

    @classmethod
    def default_env(cls) -> dict[str, str]:
        """The environment for 1024x768."""
        return cls.config_dict_to_env({cls.tag: cls.DEFAULT})


class StartupData(Configurable):
    """The path of a file to open at start: ``{"startupdata": "/path"}``."""

    tag = "startupdata"
    variables = frozenset({"STARTUPDATA"})

    MAX_LENGTH = 4096

    @classmethod
    def config_dict_to_env(cls, config_dict: Any) -> dict[str, str]:
        """``STARTUPDATA`` for a path; the empty text means no file."""
        text = _field(cls.tag, config_dict)
        if len(text) > cls.MAX_LENGTH:
            raise InvalidRequest(f"startupdata: longer than {cls.MAX_LENGTH} characters.")
        if has_control_characters(text):
            raise InvalidRequest("startupdata: holds control characters.")
        return {"STARTUPDATA": text}

    @classmethod
    def default_env(cls) -> dict[str, str]:
        """No file."""
        return {"STARTUPDATA": ""}


#: Every configurable there is, in the order in which pages show them.
CONFIGURABLES: tuple[type[Configurable], ...] = (Resolution, StartupData)


def for_image(image: Image) -> list[type[Configurable]]:
    """The configurables that the image supports."""
    return [configurable for configurable in CONFIGURABLES if configurable.supported_by(image)]


def _field(tag: str, config_dict: Any) -> str:
    """The text under ``tag``, or ``InvalidRequest``."""
    if not isinstance(config_dict, dict):
        raise InvalidRequest(f"{tag}: an object with the key {tag!r} is expected.")
    value = config_dict.get(tag)
    if not isinstance(value, str):
        raise InvalidRequest(f"{tag}: a text is expected under the key {tag!r}.")
    return value
