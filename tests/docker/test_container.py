"""remoteappmanager.docker.container"""

from __future__ import annotations

from typing import Any

import pytest

from remoteappmanager.docker import docker_labels
from remoteappmanager.docker.container import Container, seconds_of

LABELS = {
    docker_labels.USER: "alice",
    docker_labels.MAPPING_ID: "m",
    docker_labels.URL_ID: "u",
    docker_labels.URLPATH: "/user/alice/containers/u/",
    docker_labels.REALM: "r",
}
LISTED = {
    "Id": "d",
    "Names": ["/n"],
    "Image": "app",
    "ImageID": "sha256:1",
    "Labels": LABELS,
    "State": "running",
    "Created": 1700000000,
    "Ports": [{"PrivatePort": 8888, "Type": "tcp"}, {"PrivatePort": 9999, "Type": "tcp"}],
    "HostConfig": {"NetworkMode": "net"},
    "NetworkSettings": {"Networks": {"net": {"IPAddress": "172.20.0.2"}}},
}
INSPECTED = {
    "Id": "d",
    "Name": "/n",
    "Image": "sha256:1",
    "Config": {"Image": "app", "Labels": LABELS},
    "State": {"Status": "running", "StartedAt": "2023-11-14T22:13:20.5Z"},
    "Created": "2023-11-14T22:13:20.123456789Z",
    "HostConfig": {"NetworkMode": "net"},
    "NetworkSettings": {
        "IPAddress": "",
        "Ports": {"8888/tcp": None, "9999/tcp": None},
        "Networks": {"net": {"IPAddress": "172.20.0.2"}},
    },
}


@pytest.mark.parametrize("docker_dict", [LISTED, INSPECTED], ids=["listed", "inspected"])
def test_from_docker_dict(docker_dict: dict[str, Any]) -> None:
    """from_docker_dict accepts both; other exposed ports than 8888 are no obstacle."""
    container = Container.from_docker_dict(docker_dict)
    assert (container.docker_id, container.name) == ("d", "n")
    assert (container.image_name, container.image_id) == ("app", "sha256:1")
    assert (container.user, container.mapping_id) == ("alice", "m")
    assert (container.url_id, container.realm) == ("u", "r")
    assert container.urlpath == "/user/alice/containers/u"
    assert container.host_url == "http://172.20.0.2:8888"
    assert container.state == "running"
    assert int(container.created) == int(container.started) == 1700000000


@pytest.mark.parametrize("docker_dict", [{}, {"State": {}}, {"Labels": 7, "State": "dead"}])
def test_next_to_nothing(docker_dict: dict[str, Any]) -> None:
    """A container without labels, names or networks never breaks a listing."""
    container = Container.from_docker_dict(docker_dict)
    assert (container.url_id, container.name, container.host_url) == ("", "", "")


PORT = {"PrivatePort": 8888, "PublicPort": 32768, "Type": "tcp"}


@pytest.mark.parametrize(
    ("change", "host_url"),
    [
        ({"Ports": [PORT | {"IP": "127.0.0.1"}]}, "http://127.0.0.1:32768"),
        ({"Ports": [PORT | {"IP": "0.0.0.0"}]}, "http://127.0.0.1:32768"),
        (
            {"Ports": [PORT | {"IP": "::", "PublicPort": 1}, PORT | {"IP": "10.0.0.5"}]},
            "http://10.0.0.5:32768",
        ),
        ({"Ports": [PORT | {"IP": "fd00::1"}]}, "http://[fd00::1]:32768"),
        ({"Ports": [{"PrivatePort": 9, "PublicPort": 1}]}, "http://172.20.0.2:8888"),
        ({"Ports": None}, "http://172.20.0.2:8888"),
        ({"NetworkSettings": {"Networks": {"net": {"IPAddress": ""}}}}, ""),
        ({"NetworkSettings": {"Networks": {"net": None}}}, ""),
        ({"NetworkSettings": None}, ""),
        ({"HostConfig": None}, "http://172.20.0.2:8888"),
    ],
)
def test_address(change: dict[str, Any], host_url: str) -> None:
    """Reached where its port is published, else at its own address."""
    assert Container.from_docker_dict(LISTED | change).host_url == host_url


def test_published_port_of_an_inspect_result() -> None:
    """An inspect result tells published ports in another way."""
    ports = {"8888/tcp": [{"HostIp": "127.0.0.1", "HostPort": "40000"}]}
    container = Container.from_docker_dict(INSPECTED | {"NetworkSettings": {"Ports": ports}})
    assert container.host_url == "http://127.0.0.1:40000"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2023-11-14T22:13:20Z", 1700000000),
        ("2023-11-14T22:13:20.250000000Z", 1700000000.25),
        ("2023-11-14T23:13:20.25+01:00", 1700000000.25),
        ("0001-01-01T00:00:00Z", 0),
        ("yesterday", 0),
        ("", 0),
        (None, 0),
    ],
)
def test_times(text: Any, seconds: float) -> None:
    """Docker's nanoseconds and its "never" are understood."""
    assert seconds_of(text) == seconds
