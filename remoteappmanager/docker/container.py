"""A running application, as its labels and Docker describe it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Any

from traitlets import Float, HasTraits, Int, Unicode

from remoteappmanager.docker import docker_labels
from remoteappmanager.naming import CONTAINER_PORT

_EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - what Docker answers, not where we listen
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?\d*(Z|[+-]\d\d:\d\d)", re.ASCII)


class Container(HasTraits):
    """A container that this system started."""

    docker_id = Unicode()
    name = Unicode()
    image_name = Unicode()
    image_id = Unicode()
    mapping_id = Unicode()
    url_id = Unicode()
    user = Unicode()
    realm = Unicode()
    #: The path of its address, without final slash.
    urlpath = Unicode()
    #: Where it is reached: its own address, or the one its port is published on.
    ip = Unicode()
    port = Int(CONTAINER_PORT)
    #: Docker's word: created, running, paused, restarting, removing, exited, dead.
    state = Unicode()
    #: Seconds since the epoch; 0 when it never was. A listing does not say when
    #: a container started: there ``started`` is the time of its creation.
    created = Float(0.0)
    started = Float(0.0)

    @property
    def host_url(self) -> str:
        """``http://IP:PORT``, no final slash; empty when it has no address (it does not run)."""
        if not self.ip:
            return ""
        host = f"[{self.ip}]" if ":" in self.ip else self.ip
        return f"http://{host}:{self.port}"

    @classmethod
    def from_docker_dict(cls, docker_dict: Mapping[str, Any]) -> Container:
        """Make one of an inspect result or of an item of a listing.

        Labels that are missing or malformed become empty texts; ports other
        than 8888 are of no interest.
        """
        inspected = isinstance(docker_dict.get("State"), Mapping)
        values = _from_inspect(docker_dict) if inspected else _from_listing(docker_dict)
        labels = values.pop("labels")
        ip, port = _address(docker_dict)
        return cls(
            docker_id=str(docker_dict.get("Id") or ""),
            mapping_id=labels.get(docker_labels.MAPPING_ID, ""),
            url_id=labels.get(docker_labels.URL_ID, ""),
            user=labels.get(docker_labels.USER, ""),
            realm=labels.get(docker_labels.REALM, ""),
            urlpath=labels.get(docker_labels.URLPATH, "").rstrip("/"),
            ip=ip,
            port=port,
            **values,
        )


def _from_listing(item: Mapping[str, Any]) -> dict[str, Any]:
    created = item.get("Created")
    seconds = float(created) if isinstance(created, int | float) else 0.0
    state = str(item.get("State") or "")
    return {
        "name": next(iter(item.get("Names") or [""])).lstrip("/"),
        "image_name": str(item.get("Image") or ""),
        "image_id": str(item.get("ImageID") or ""),
        "labels": _texts(item.get("Labels")),
        "state": state,
        "created": seconds,
        "started": 0.0 if state == "created" else seconds,
    }


def _from_inspect(result: Mapping[str, Any]) -> dict[str, Any]:
    state = result["State"]
    config = result.get("Config") or {}
    return {
        "name": str(result.get("Name") or "").lstrip("/"),
        "image_name": str(config.get("Image") or ""),
        "image_id": str(result.get("Image") or ""),
        "labels": _texts(config.get("Labels")),
        "state": str(state.get("Status") or ""),
        "created": seconds_of(result.get("Created")),
        "started": seconds_of(state.get("StartedAt")),
    }


def _texts(labels: Any) -> dict[str, str]:
    if not isinstance(labels, Mapping):
        return {}
    return {key: value for key, value in labels.items() if isinstance(value, str)}


def seconds_of(docker_time: Any) -> float:
    """Docker's RFC 3339 time, with its nanoseconds, as seconds since the epoch; else 0.

    Docker writes "never" as the year 1.
    """
    match = _TIME.fullmatch(docker_time) if isinstance(docker_time, str) else None
    if match is None:
        return 0.0
    second, fraction, zone = match.groups()
    moment = datetime.datetime.fromisoformat(f"{second}{zone.replace('Z', '+00:00')}")
    return max(0.0, moment.timestamp() + float(fraction or 0))


def _address(docker_dict: Mapping[str, Any]) -> tuple[str, int]:
    """Where port 8888 is reached: published where it is published, else the own address."""
    settings = docker_dict.get("NetworkSettings") or {}
    published = sorted(
        _published(docker_dict.get("Ports"), settings.get("Ports")),
        key=lambda address: ":" in address[0],
    )
    if published:
        ip, port = published[0]
        return ("127.0.0.1" if ip in _EVERYWHERE else ip), port
    return _own_address(docker_dict, settings), CONTAINER_PORT


def _published(listed: Any, inspected: Any) -> Iterator[tuple[str, int]]:
    for item in listed or []:
        if item.get("PrivatePort") == CONTAINER_PORT and item.get("PublicPort"):
            yield str(item.get("IP") or ""), int(item["PublicPort"])
    if isinstance(inspected, Mapping):
        for item in inspected.get(f"{CONTAINER_PORT}/tcp") or []:
            if item.get("HostPort"):
                yield str(item.get("HostIp") or ""), int(item["HostPort"])


def _own_address(docker_dict: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    networks = settings.get("Networks") or {}
    mode = (docker_dict.get("HostConfig") or {}).get("NetworkMode")
    first = [networks[mode]] if mode in networks else []
    for network in (*first, *networks.values()):
        address = (network or {}).get("IPAddress")
        if address:
            return str(address)
    return str(settings.get("IPAddress") or "")
