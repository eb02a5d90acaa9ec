"""Remove what a run left in Docker: the containers and networks of a realm.

python jupyterhub/clean_realm.py REALM
python jupyterhub/clean_realm.py --name CONFIG_FILE     prints the realm that the file names
"""

import sys

import docker

from remoteappmanager.docker import docker_labels
from remoteappmanager.exceptions import ConfigurationError
from remoteappmanager.file_config import FileConfig


def clean(realm: str) -> None:
    """Remove the containers, then the networks, that carry the realm's label."""
    client = docker.from_env(timeout=60).api
    label = f"{docker_labels.REALM}={realm}"
    for item in client.containers(all=True, filters={"label": label}):
        client.remove_container(item["Id"], force=True, v=True)
    for item in client.networks(filters={"label": f"{docker_labels.NETWORK_REALM}={realm}"}):
        client.remove_network(item["Id"])


def realm_of(path: str) -> str:
    """The realm of a configuration file. Raises ``ConfigurationError``."""
    config = FileConfig()
    config.parse_config(path)
    return config.docker_realm


def main(arguments: list[str]) -> None:
    """One of the two uses above; one readable line where it fails."""
    try:
        if arguments[0] == "--name":
            print(realm_of(arguments[1]))
        else:
            clean(arguments[0])
    except (ConfigurationError, docker.errors.DockerException, OSError) as exc:
        sys.exit(f"{exc}")


if __name__ == "__main__":
    main(sys.argv[1:])
