"""What a site's configuration opens beyond what is closed by default, in words."""

from __future__ import annotations

from remoteappmanager.docker.spec import (
    HOST_PORT,
    NEEDED_CAPABILITIES,
    Limits,
    Security,
    size_in_bytes,
)
from remoteappmanager.file_config import FileConfig

#: How much of the host a container may use: key -> what it is.
_AMOUNTS = {
    "memory": "memory",
    "cpus": "processors",
    "pids": "processes",
    "shared_memory": "shared memory",
}


def opened(config: FileConfig) -> list[str]:
    """A sentence for each thing that is more open than by default; none when nothing is."""
    found = []
    if config.container_access == "direct":
        found.append(
            "Nobody checks requests to applications: who knows an address enters "
            '(container_access = "direct").'
        )
    if config.container_network == HOST_PORT:
        found.append(
            'Applications listen on ports of the Docker host (container_network = "host-port").'
        )
    found += _security(Security.from_config(config.container_security))
    found += _limits(Limits.from_config(config.container_limits))
    return found


def _security(security: Security) -> list[str]:
    found = []
    if more := sorted(set(security.capabilities) - set(NEEDED_CAPABILITIES)):
        found.append(f"Containers have more capabilities: {', '.join(more)} (container_security).")
    if not security.no_new_privileges:
        found.append(
            "Programs in containers may gain privileges, as with sudo "
            '(container_security["no_new_privileges"]).'
        )
    return found


def _limits(limits: Limits) -> list[str]:
    found = []
    for key, words in _AMOUNTS.items():
        value, usual = getattr(limits, key), getattr(Limits(), key)
        if value is None:
            found.append(f'A container may use any {words} (container_limits["{key}"]).')
        elif _amount(key, value) > _amount(key, usual):
            found.append(
                f"A container may use {words} up to {value}, by default {usual} "
                f'(container_limits["{key}"]).'
            )
    return found


def _amount(key: str, value: int | float | str) -> float:
    return size_in_bytes(str(value), key) if "memory" in key else float(value)
