"""Docker, for the one question this program has for it."""

from __future__ import annotations

import asyncio
import typing

from remoteappmanager.exceptions import NotFound

if typing.TYPE_CHECKING:
    from remoteappmanager.docker.async_docker_client import AsyncDockerClient


def get_docker_client() -> AsyncDockerClient:
    """A client of the Docker that the docker command would use here. Close it after use."""
    # docker-py is slow to import, and most commands have no use for it.
    from remoteappmanager.docker.async_docker_client import AsyncDockerClient
    from remoteappmanager.file_config import FileConfig

    config = FileConfig()
    config.parse_config()
    return AsyncDockerClient(config=config.docker_config())


def image_exists(name: str) -> bool:
    """Whether Docker has an image of that name. Raises ``ServiceUnavailable``."""
    return asyncio.run(_image_exists(name))


async def _image_exists(name: str) -> bool:
    client = get_docker_client()
    try:
        await client.inspect_image(name)
    except NotFound:
        return False
    finally:
        await client.close()
    return True
