"""Docker's lists, asked for once for all who want them."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from remoteappmanager.docker.container import Container
from remoteappmanager.docker.image import ImageIndex

#: Seconds for which an answer is believed at most, though no event spoke against it.
MAX_AGE = 60.0

Lists = tuple[ImageIndex, list[Container]]


class DockerLists:
    """All images and the owner's running containers, in two calls of Docker at most.

    Whoever asks while the calls are under way gets their answer. While somebody
    follows Docker's events (``followed``), an answer also stays good until it
    is forgotten: a hundred pages then cost what one costs.

    Parameters
    ----------
    manager:
        A ``docker.container_manager.ContainerManager``.
    user_name:
        The owner.
    """

    def __init__(self, manager: Any, user_name: str) -> None:
        self._manager = manager
        self._user_name = user_name
        self._asking: asyncio.Task[Lists] | None = None
        self._asked = 0.0
        #: Whether changes are heard of; set by who follows Docker's events.
        self.followed = False

    async def get(self) -> Lists:
        """Images, and containers newest first. Raises ``ServiceUnavailable``."""
        if self._asking is None or not self._is_good(self._asking):
            self._asking = asyncio.create_task(self._ask())
            self._asked = time.monotonic()
        # Shielded: who gave up must not take the answer from those who wait on.
        images, containers = await asyncio.shield(self._asking)
        return images, list(containers)

    def forget(self) -> None:
        """Something has changed: ask anew next time, also if an answer is on its way."""
        self._asking = None

    def _is_good(self, asking: asyncio.Task[Lists]) -> bool:
        if not asking.done():
            return True
        young = time.monotonic() - self._asked < MAX_AGE
        return self.followed and young and not asking.cancelled() and asking.exception() is None

    async def _ask(self) -> Lists:
        return await asyncio.gather(
            self._manager.images(), self._manager.find_containers(user_name=self._user_name)
        )
