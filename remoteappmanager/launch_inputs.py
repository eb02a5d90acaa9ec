"""What a policy and a request give a container: pure functions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from remoteappmanager.db.interfaces import ABCApplicationPolicy
from remoteappmanager.docker.configurables import StartupData
from remoteappmanager.docker.image import Image
from remoteappmanager.exceptions import InvalidRequest

#: Where the user's home appears in a container.
WORKSPACE = "/workspace"


def environment_for(
    policy: ABCApplicationPolicy, image: Image, configurables: Mapping[str, Any] | None
) -> dict[str, str]:
    """The variables that policy and request give a container.

    Without ``configurables`` only the licence is set. With it, each configurable
    that the image supports and the request does not mention takes its default;
    tags that nobody knows are ignored. Raises ``InvalidRequest``.
    """
    environment = {"APP_LICENSE": policy.app_license} if policy.app_license else {}
    if configurables is None:
        return environment
    if not isinstance(configurables, Mapping):
        raise InvalidRequest("configurables: an object is expected.")
    if StartupData.tag in configurables and not policy.allow_startup_data:
        asked = StartupData.config_dict_to_env(configurables[StartupData.tag])
        if any(asked.values()):
            raise InvalidRequest("startupdata: the policy does not allow a file to open at start.")
    for configurable in image.configurables:
        if configurable is StartupData and not policy.allow_startup_data:
            continue
        if configurable.tag in configurables:
            environment |= configurable.config_dict_to_env(configurables[configurable.tag])
        else:
            environment |= configurable.default_env()
    return environment


def volumes_for(policy: ABCApplicationPolicy, home: str | None) -> dict[str, dict[str, str]]:
    """The volumes that a policy gives: ``{source: {"bind": target, "mode": mode}}``."""
    volumes: dict[str, dict[str, str]] = {}
    if policy.allow_home and home:
        volumes[home] = {"bind": WORKSPACE, "mode": "rw"}
    if policy.volume_source and policy.volume_target:
        source = policy.volume_source
        # The home may be mounted a second time elsewhere: a dictionary has each
        # key once, Docker takes both spellings.
        source = f"{source}/" if source in volumes else source
        volumes[source] = {"bind": policy.volume_target, "mode": policy.volume_mode or "ro"}
    return volumes


def is_missing(path: str) -> bool:
    """Whether nothing is there. What this process may not see may be there for Docker."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False
