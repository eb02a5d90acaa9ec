"""What a site has opened is visible in the panel."""

from __future__ import annotations

from typing import Any

import pytest

from remoteappmanager.docker.spec import NEEDED_CAPABILITIES
from remoteappmanager.file_config import FileConfig
from remoteappmanager.webapi.admin.opened import opened


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"container_limits": {"memory": "2g", "cpus": 1, "pids": 10, "shared_memory": 4096}},
        {"container_limits": {"memory": 4 << 30}},
        {"container_security": {"capabilities": ["CHOWN"], "read_only": True, "user": "1:1"}},
        {"container_internet": False},
    ],
)
def test_what_is_as_closed_as_by_default_is_not_told(config: dict[str, Any]) -> None:
    """The defaults, and what is narrower."""
    assert opened(FileConfig(**config)) == []


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"container_access": "direct"}, "Nobody checks requests"),
        ({"container_network": "host-port"}, "ports of the Docker host"),
        (
            {"container_security": {"capabilities": [*NEEDED_CAPABILITIES, "SYS_ADMIN"]}},
            "more capabilities: SYS_ADMIN (",
        ),
        ({"container_security": {"no_new_privileges": False}}, "may gain privileges"),
        ({"container_limits": {"memory": None}}, "any memory"),
        ({"container_limits": {"memory": "16g"}}, "memory up to 16g, by default 4g"),
        ({"container_limits": {"cpus": 8}}, "processors up to 8.0, by default 2.0"),
        ({"container_limits": {"pids": None}}, "any processes"),
        ({"container_limits": {"shared_memory": "1g"}}, "shared memory up to 1g"),
    ],
)
def test_what_is_more_open_is_told(config: dict[str, Any], words: str) -> None:
    """One sentence for each, which names the setting."""
    (sentence,) = opened(FileConfig(**config))
    assert words in sentence
    assert next(iter(config)) in sentence
