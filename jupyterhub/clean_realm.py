"""Remove what a run left in Docker: the containers and networks of a realm.

python jupyterhub/clean_realm.py REALM
"""

import sys

import docker

from remoteappmanager.docker import docker_labels


def clean(realm: str) -> None:
    """Remove the containers, then the networks, that carry the realm's label."""
    client = docker.from_env(timeout=60).api
    label = f"{docker_labels.REALM}={realm}"
    for item in client.containers(all=True, filters={"label": label}):
        client.remove_container(item["Id"], force=True, v=True)
    for item in client.networks(filters={"label": f"{docker_labels.NETWORK_REALM}={realm}"}):
        client.remove_network(item["Id"])


if __name__ == "__main__":
    clean(sys.argv[1])
