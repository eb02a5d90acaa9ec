"""remoteappmanager.docker.spec"""

from __future__ import annotations

from typing import Any

import pytest

from remoteappmanager.docker import docker_labels
from remoteappmanager.docker.spec import (
    NEEDED_CAPABILITIES,
    Limits,
    Mount,
    NetworkPolicy,
    Security,
    container_arguments,
    network_arguments,
)


def arguments(**change: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": "n",
        "image": "app",
        "labels": {"l": "1"},
        "environment": {"E": "2"},
        "mounts": [Mount("/s", "/t", "ro"), Mount("/home", "/workspace", "rw")],
        "network": NetworkPolicy(),
        "network_id": "net",
        "limits": Limits(),
        "security": Security(),
    }
    return container_arguments(**(values | change))


def test_container_arguments() -> None:
    """Closed by default: the whole of what Docker is asked for."""
    assert arguments() == {
        "image": "app",
        "name": "n",
        "labels": {"l": "1"},
        "environment": {"E": "2"},
        "networking_config": {"EndpointsConfig": {"net": {}}},
        "use_config_proxy": False,
        "host_config": {
            "NetworkMode": "net",
            "Mounts": [
                {"Type": "bind", "Source": "/s", "Target": "/t", "ReadOnly": True},
                {"Type": "bind", "Source": "/home", "Target": "/workspace", "ReadOnly": False},
            ],
            "RestartPolicy": {"Name": "no"},
            "LogConfig": {
                "Type": "json-file",
                "Config": {"max-size": str(10 << 20), "max-file": "2"},
            },
            "Memory": 4 << 30,
            "MemorySwap": 4 << 30,
            "CpuPeriod": 100_000,
            "CpuQuota": 200_000,
            "PidsLimit": 1024,
            "ShmSize": 256 << 20,
            "CapDrop": ["ALL"],
            "CapAdd": list(NEEDED_CAPABILITIES),
            "SecurityOpt": ["no-new-privileges"],
            "Privileged": False,
            "Init": True,
            "ReadonlyRootfs": False,
        },
    }


def test_dangerous_capabilities_are_dropped() -> None:
    """The list that stays holds nothing that reaches the host or the network of others."""
    assert not set(NEEDED_CAPABILITIES) & {"SYS_ADMIN", "NET_ADMIN", "NET_RAW", "SYS_PTRACE"}
    assert not set(NEEDED_CAPABILITIES) & {"SYS_MODULE", "MKNOD", "DAC_READ_SEARCH", "SETFCAP"}


def test_host_port() -> None:
    """host-port publishes 8888, and only that, on one address and a random port."""
    made = arguments(network=NetworkPolicy("host-port", publish_address="10.0.0.5"))
    assert made["ports"] == [8888]
    assert made["host_config"]["PortBindings"] == {
        "8888/tcp": [{"HostIp": "10.0.0.5", "HostPort": ""}]
    }
    assert "ports" not in arguments() and "PortBindings" not in arguments()["host_config"]


def test_lifted_limits() -> None:
    """None lifts a limit; the log stays bounded."""
    limits = Limits(memory=None, cpus=None, pids=None, shared_memory=None)
    host_config = arguments(limits=limits)["host_config"]
    assert not {"Memory", "MemorySwap", "CpuQuota", "PidsLimit", "ShmSize"} & set(host_config)
    assert host_config["LogConfig"]["Config"]["max-size"]


def test_opened_security() -> None:
    """What a site opens it opens by name."""
    security = Security.from_config(
        {
            "capabilities": ["cap_sys_nice"],
            "no_new_privileges": False,
            "init": False,
            "read_only": True,
            "user": "1000:1000",
        }
    )
    made = arguments(security=security)
    assert made["user"] == "1000:1000"
    host_config = made["host_config"]
    assert host_config["CapAdd"] == ["SYS_NICE"]
    assert "SecurityOpt" not in host_config and not host_config["Init"]
    assert host_config["ReadonlyRootfs"] and set(host_config["Tmpfs"]) == {"/tmp", "/run"}


def test_limits_from_config() -> None:
    """Absent names keep their default; whole numbers are taken for processors."""
    assert Limits.from_config({}) == Limits()
    assert Limits.from_config({"memory": 10 << 20, "cpus": 1, "pids": None}) == Limits(
        memory=10 << 20, cpus=1.0, pids=None
    )


@pytest.mark.parametrize(
    ("kind", "config", "names"),
    [
        (Limits, {"memmory": "4g"}, "memmory"),
        (Limits, {"memory": "much"}, "memory"),
        (Limits, {"memory": -5}, "memory"),
        (Limits, {"memory": "1k"}, "memory"),
        (Limits, {"memory": True}, "memory"),
        (Limits, {"memory": 1.5}, "memory"),
        (Limits, {"cpus": "2"}, "cpus"),
        (Limits, {"cpus": 0}, "cpus"),
        (Limits, {"cpus": True}, "cpus"),
        (Limits, {"pids": 0}, "pids"),
        (Limits, {"pids": 1.5}, "pids"),
        (Limits, {"log_size": None}, "log_size"),
        (Limits, {"log_files": 0}, "log_files"),
        (Limits, {"shared_memory": []}, "shared_memory"),
        (Limits, ["memory"], "dictionary"),
        (Security, {"privileged": True}, "privileged"),
        (Security, {"capabilities": "ALL"}, "capabilities"),
        (Security, {"capabilities": [1]}, "capabilities"),
        (Security, {"capabilities": ["a b"]}, "capabilities"),
        (Security, {"init": 1}, "init"),
        (Security, {"no_new_privileges": "no"}, "no_new_privileges"),
        (Security, {"user": "root"}, "user"),
        (NetworkPolicy, {"mode": "host"}, "container_network"),
        (NetworkPolicy, {"mode": "host-port", "internet": False}, "container_internet"),
    ],
)
def test_wrong_config(kind: Any, config: Any, names: str) -> None:
    """Types and unknown keys are refused with the key's name."""
    with pytest.raises(ValueError, match=names):
        kind.from_config(config)


@pytest.mark.parametrize("internet", [True, False])
def test_network_arguments(internet: bool) -> None:
    """The realm's own bridge: no traffic between containers, nothing published to others."""
    made = network_arguments("r", NetworkPolicy(internet=internet))
    assert made.pop("name").startswith("r-")
    assert made == {
        "driver": "bridge",
        "internal": not internet,
        "labels": {docker_labels.NETWORK_REALM: "r"},
        "options": {
            "com.docker.network.bridge.enable_icc": "false",
            "com.docker.network.bridge.host_binding_ipv4": "127.0.0.1",
        },
    }


@pytest.mark.parametrize("realm", ["", "_x", "ü", "a b/c", "-x"])
def test_network_names(realm: str) -> None:
    """Docker takes the name whatever the realm is, and no two are the same."""
    names = {network_arguments(realm, NetworkPolicy())["name"] for _ in range(5)}
    assert len(names) == 5
    for name in names:
        assert name[0].isalnum() and name.replace("_", "").replace("-", "").isalnum()
