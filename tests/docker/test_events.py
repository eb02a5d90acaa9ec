"""remoteappmanager.docker.events"""

from remoteappmanager.docker import docker_labels
from remoteappmanager.docker.events import ContainerEvent


def test_from_docker_dict() -> None:
    """An event carries the container's labels and the daemon's own time."""
    attributes = {
        docker_labels.URL_ID: "u",
        docker_labels.USER: "alice",
        docker_labels.MAPPING_ID: "m",
    }
    event = {
        "Action": "die",
        "Actor": {"ID": "d", "Attributes": attributes},
        "time": 1700000000,
        "timeNano": 1700000000000000000,
    }
    expected = ContainerEvent("die", "d", "u", "alice", "m", 1700000000.0)
    assert ContainerEvent.from_docker_dict(event) == expected


def test_sparse_event() -> None:
    """What is missing is empty."""
    event = {"status": "start", "id": "d", "time": 5}
    assert ContainerEvent.from_docker_dict(event) == ContainerEvent("start", "d", "", "", "", 5.0)
