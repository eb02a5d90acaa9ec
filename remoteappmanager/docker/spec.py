"""What a container is given, as pure functions and values.

Everything here is closed by default. What a site opens, it opens by name in
its configuration (``container_limits``, ``container_security``).
"""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Self, get_type_hints

from remoteappmanager.docker import docker_labels
from remoteappmanager.naming import CONTAINER_PORT, escape

ISOLATED = "isolated"
HOST_PORT = "host-port"

_SIZE = re.compile(r"([0-9]+)([bkmg]?)", re.ASCII | re.IGNORECASE)
_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_CPU_PERIOD = 100_000  # microseconds: the kernel's own default
_MIN_MEMORY = 6 << 20  # Docker refuses less

#: What ordinary images with nginx and supervisord need, and why. All else is dropped.
NEEDED_CAPABILITIES = (
    "CHOWN",  # start scripts hand directories to the user that they then become
    "DAC_OVERRIDE",  # root inside writes to files of that user, for example the mounted home
    "FOWNER",  # and changes their modes
    "SETGID",  # nginx, supervisord and gosu become another group
    "SETUID",  # and another user
    "KILL",  # supervisord, as root, stops programs that it runs as another user
    "NET_BIND_SERVICE",  # nginx's stock configuration listens on port 80 too
)


class _Configured:
    """A frozen value that can be read from a configuration's dictionary."""

    @classmethod
    def from_config(cls, mapping: Mapping[str, Any]) -> Self:
        """Make one from ``{name: value}``; names that are absent keep their safe default.

        Raises ``ValueError`` that names the key which is unknown or wrong.
        """
        if not isinstance(mapping, Mapping):
            raise ValueError(f"a dictionary is expected, not {mapping!r}")
        known = [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]
        hints = get_type_hints(cls)
        values = {}
        for key, value in mapping.items():
            if key not in known:
                raise ValueError(f"{key!r} is unknown; known are {', '.join(known)}")
            values[key] = _converted(key, value, hints[key])
        return cls(**values)


@dataclasses.dataclass(frozen=True)
class Limits(_Configured):
    """How much of the host one container may use. None lifts a limit."""

    #: Bytes, or a text with unit: ``"512m"``, ``"4g"``. Swap is not added to it.
    memory: int | str | None = "4g"
    #: Processors, as a number of whole ones: ``1.5``.
    cpus: float | None = 2.0
    #: Processes and threads.
    pids: int | None = 1024
    #: Shared memory (/dev/shm), part of ``memory``; browsers and X clients want some.
    shared_memory: int | str | None = "256m"
    #: Size of one log file, and how many are kept.
    log_size: int | str = "10m"
    log_files: int = 2

    def __post_init__(self) -> None:
        for key in ("memory", "shared_memory", "log_size"):
            value = getattr(self, key)
            if value is not None:
                size_in_bytes(value, key)
        if self.log_size is None:
            raise ValueError("log_size: a size is expected; the log is always bounded")
        if self.memory is not None and size_in_bytes(self.memory, "memory") < _MIN_MEMORY:
            raise ValueError("memory: at least 6m")
        if self.cpus is not None and not 0.01 <= self.cpus <= 4096:
            raise ValueError("cpus: between 0.01 and 4096")
        if self.pids is not None and self.pids < 1:
            raise ValueError("pids: at least 1")
        if self.log_files < 1:
            raise ValueError("log_files: at least 1")


@dataclasses.dataclass(frozen=True)
class Security(_Configured):
    """What the processes in a container may do."""

    #: Linux capabilities that stay, without the prefix ``CAP_``; all others are dropped.
    capabilities: tuple[str, ...] = NEEDED_CAPABILITIES
    #: Set-user-id programs (sudo, su) give nothing.
    no_new_privileges: bool = True
    #: Docker's own init as process 1: it reaps children and passes signals on. Images
    #: that insist on being process 1 themselves (s6-overlay) need False.
    init: bool = True
    #: The image's files cannot be changed; ``/tmp`` and ``/run`` stay writable, in memory.
    read_only: bool = False
    #: ``UID`` or ``UID:GID`` to run as, instead of what the image says.
    user: str | None = None

    def __post_init__(self) -> None:
        for capability in self.capabilities:
            if not re.fullmatch(r"[A-Z][A-Z_]*", capability):
                raise ValueError(f"capabilities: {capability!r} is not the name of one")
        if self.user is not None and not re.fullmatch(r"[0-9]+(:[0-9]+)?", self.user):
            raise ValueError("user: UID or UID:GID, in digits")


@dataclasses.dataclass(frozen=True)
class NetworkPolicy(_Configured):
    """How containers are reached, and what they reach."""

    #: ``isolated``: by their own address, no port published. ``host-port``: by a
    #: random port of the host.
    mode: str = ISOLATED
    #: Whether containers get a route out.
    internet: bool = True
    #: The address on which ``host-port`` publishes.
    publish_address: str = "127.0.0.1"

    def __post_init__(self) -> None:
        if self.mode not in (ISOLATED, HOST_PORT):
            raise ValueError(f"container_network: {ISOLATED} or {HOST_PORT}, not {self.mode!r}")
        if self.mode == HOST_PORT and not self.internet:
            # Docker drops published ports of networks without a route out.
            raise ValueError(
                f"container_internet: False needs container_network = {ISOLATED!r}, "
                "because Docker publishes no port of an internal network"
            )
        ipaddress.ip_address(self.publish_address)


@dataclasses.dataclass(frozen=True)
class Mount:
    """A directory or file of the Docker host, and where a container sees it."""

    source: str
    target: str
    mode: str


def container_arguments(
    *,
    name: str,
    image: str,
    labels: Mapping[str, str],
    environment: Mapping[str, str],
    mounts: Sequence[Mount],
    network: NetworkPolicy,
    network_id: str,
    limits: Limits,
    security: Security,
) -> dict[str, Any]:
    """The arguments of docker-py's ``create_container`` for one application.

    ``host_config`` is Docker's own JSON, so that the whole can be compared in a test.
    """
    arguments: dict[str, Any] = {
        "image": image,
        "name": name,
        "labels": dict(labels),
        "environment": dict(environment),
        "host_config": {
            "NetworkMode": network_id,
            "Mounts": [_mount(mount) for mount in mounts],
            "RestartPolicy": {"Name": "no"},
            **_limits(limits),
            **_security(security),
        },
        "networking_config": {"EndpointsConfig": {network_id: {}}},
        # The proxies in the configuration of whoever runs this process are
        # none of the application's business.
        "use_config_proxy": False,
    }
    if security.user is not None:
        arguments["user"] = security.user
    if network.mode == HOST_PORT:
        arguments["ports"] = [CONTAINER_PORT]
        arguments["host_config"]["PortBindings"] = {
            f"{CONTAINER_PORT}/tcp": [{"HostIp": network.publish_address, "HostPort": ""}]
        }
    return arguments


def network_arguments(realm: str, network: NetworkPolicy) -> dict[str, Any]:
    """The arguments of docker-py's ``create_network`` for the realm's network.

    Containers on it cannot reach each other; a port published from it is bound
    to one address only, also where an image's port is published by mistake. The
    name is for people, and random at its end: Docker starts nothing on a network,
    not even by id, while another one has the same name.
    """
    return {
        "name": f"{_network_name(realm)}-{secrets.token_hex(4)}",
        "driver": "bridge",
        "options": {
            "com.docker.network.bridge.enable_icc": "false",
            "com.docker.network.bridge.host_binding_ipv4": network.publish_address,
        },
        "internal": not network.internet,
        "labels": {docker_labels.NETWORK_REALM: realm},
    }


def size_in_bytes(value: int | str, key: str) -> int:
    """A size in bytes from a number or a text like ``"512m"``.

    Raises ``ValueError`` that names ``key``.
    """
    match = _SIZE.fullmatch(str(value))
    if match is None or isinstance(value, bool):
        raise ValueError(f"{key}: a size like '512m' or '4g' is expected, not {value!r}")
    return int(match.group(1)) * _UNITS[match.group(2).lower()]


def _network_name(realm: str) -> str:
    name = escape(realm)
    return name if name[:1].isalnum() else f"r{name}"


def _limits(limits: Limits) -> dict[str, Any]:
    host_config: dict[str, Any] = {
        "LogConfig": {
            "Type": "json-file",
            "Config": {
                "max-size": str(size_in_bytes(limits.log_size, "log_size")),
                "max-file": str(limits.log_files),
            },
        },
    }
    if limits.memory is not None:
        memory = size_in_bytes(limits.memory, "memory")
        host_config |= {"Memory": memory, "MemorySwap": memory}
    if limits.cpus is not None:
        # Not NanoCpus: Docker refuses more of those than the host has
        # processors, and the default must start anywhere.
        host_config |= {"CpuPeriod": _CPU_PERIOD, "CpuQuota": int(limits.cpus * _CPU_PERIOD)}
    if limits.pids is not None:
        host_config["PidsLimit"] = limits.pids
    if limits.shared_memory is not None:
        host_config["ShmSize"] = size_in_bytes(limits.shared_memory, "shared_memory")
    return host_config


def _security(security: Security) -> dict[str, Any]:
    host_config: dict[str, Any] = {
        "CapDrop": ["ALL"],
        "CapAdd": list(security.capabilities),
        "Privileged": False,
        "Init": security.init,
        "ReadonlyRootfs": security.read_only,
    }
    if security.no_new_privileges:
        host_config["SecurityOpt"] = ["no-new-privileges"]
    if security.read_only:
        host_config["Tmpfs"] = {"/tmp": "mode=1777", "/run": "mode=1777"}  # noqa: S108 - inside
    return host_config


def _mount(mount: Mount) -> dict[str, Any]:
    # As a mount and not a "bind": Docker makes missing sources of binds, as root.
    return {
        "Type": "bind",
        "Source": mount.source,
        "Target": mount.target,
        "ReadOnly": mount.mode == "ro",
    }


def _converted(key: str, value: Any, hint: Any) -> Any:
    """``value`` as the field's type, or ``ValueError`` that names the key."""
    if hint == tuple[str, ...]:
        if isinstance(value, str) or not isinstance(value, list | tuple | set | frozenset):
            raise ValueError(f"{key}: a list of texts is expected, not {value!r}")
        texts = tuple(sorted(value) if isinstance(value, set | frozenset) else value)
        if not all(isinstance(text, str) for text in texts):
            raise ValueError(f"{key}: a list of texts is expected, not {value!r}")
        return tuple(text.upper().removeprefix("CAP_") for text in texts)
    allowed = getattr(hint, "__args__", (hint,))
    if isinstance(value, bool) and bool not in allowed:
        raise ValueError(f"{key}: {value!r} is not of the expected type")
    if isinstance(value, int) and float in allowed and int not in allowed:
        return float(value)
    if not isinstance(value, allowed):
        names = ", ".join(getattr(kind, "__name__", str(kind)) for kind in allowed)
        raise ValueError(f"{key}: {value!r} is not of the expected type ({names})")
    return value
