"""The networks of the simulated engine. They have names and ids, and separate nothing."""

from __future__ import annotations

import dataclasses
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

from tests.fakes.docker_containers import Container, rfc3339
from tests.fakes.docker_images import has_label

Filters = Mapping[str, Sequence[str]]


class Refused(Exception):
    """What Docker answers with an error status and a message."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


@dataclasses.dataclass
class Network:
    """A network; containers on it are found by the containers' own record."""

    name: str
    driver: str = "bridge"
    labels: dict[str, str] = dataclasses.field(default_factory=dict)
    options: dict[str, str] = dataclasses.field(default_factory=dict)
    internal: bool = False
    id: str = dataclasses.field(default_factory=lambda: secrets.token_hex(32))
    created: float = dataclasses.field(default_factory=time.time)

    def described(self, containers: Sequence[Container] = ()) -> dict[str, Any]:
        """The network as Docker lists and inspects it."""
        return {
            "Name": self.name,
            "Id": self.id,
            "Created": rfc3339(self.created),
            "Scope": "local",
            "Driver": self.driver,
            "EnableIPv6": False,
            "IPAM": {
                "Driver": "default",
                "Options": None,
                "Config": [{"Subnet": "127.0.0.0/8", "Gateway": "127.0.0.1"}],
            },
            "Internal": self.internal,
            "Attachable": False,
            "Ingress": False,
            "ConfigFrom": {"Network": ""},
            "ConfigOnly": False,
            "Containers": {
                container.id: {
                    "Name": container.name,
                    "EndpointID": container.endpoint()["EndpointID"],
                    "MacAddress": "02:42:00:00:00:02",
                    "IPv4Address": f"{container.address}/8",
                    "IPv6Address": "",
                }
                for container in containers
            },
            "Options": dict(self.options),
            "Labels": dict(self.labels),
        }


class Networks:
    """All networks of an engine."""

    def __init__(self) -> None:
        self.all = [Network(name, name) for name in ("bridge", "host", "none")]

    def create(self, body: Mapping[str, Any]) -> dict[str, str]:
        """Create a network; of an existing name too, unless asked to check."""
        name = body["Name"]
        same = [network for network in self.all if network.name == name]
        if same and body.get("CheckDuplicate"):
            raise Refused(409, f"network with name {name} already exists")
        network = Network(
            name,
            body.get("Driver") or "bridge",
            body.get("Labels") or {},
            body.get("Options") or {},
            bool(body.get("Internal")),
        )
        self.all.append(network)
        warning = f"Network with name {name} (id : {same[0].id}) already exists" if same else ""
        return {"Id": network.id, "Warning": warning}

    def find(self, reference: str) -> Network:
        """The network of that id, name, or beginning of an id."""
        for network in self.all:
            if network.id == reference:
                return network
        matches = [network for network in self.all if network.name == reference]
        if len(matches) > 1:
            raise Refused(
                400, f"network {reference} is ambiguous ({len(matches)} matches found on name)"
            )
        matches = matches or [one for one in self.all if one.id.startswith(reference)]
        if len(matches) != 1:
            raise Refused(404, f"network {reference} not found")
        return matches[0]

    def name(self, reference: str) -> str:
        """The name of the network ``reference``, or ``reference`` where there is none."""
        found = [network.name for network in self.all if reference in (network.name, network.id)]
        return found[0] if found else reference

    def listed(self, filters: Filters) -> list[dict[str, Any]]:
        """The answer to ``GET /networks``."""
        if unknown := set(filters) - {"label", "name", "id", "driver", "type"}:
            raise Refused(400, f"Invalid filter '{unknown.pop()}'")
        return [
            network.described()
            for network in self.all
            if all(has_label(network.labels, label) for label in filters.get("label", ()))
            and any(name in network.name for name in filters.get("name", [""]))
            and any(network.id.startswith(one) for one in filters.get("id", [""]))
            and any(driver in network.driver for driver in filters.get("driver", [""]))
        ]

    def remove(self, network: Network, containers: Sequence[Container]) -> None:
        """Remove it, unless ``containers`` are on it."""
        if containers:
            raise Refused(
                403,
                f"error while removing network: network {network.name} id {network.id} "
                "has active endpoints",
            )
        self.all.remove(network)
