"""docker-py's low-level client as awaitables. (Signatures first; the body follows.)"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from remoteappmanager.exceptions import RemoteAppError


class DockerRefused(RemoteAppError):
    """Docker answered, and said no. ``status`` is its HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        self.status = status
        super().__init__(message)


class AsyncDockerClient:
    """Every public method of docker-py's ``APIClient`` as an awaitable."""

    def __init__(
        self, config: Mapping[str, Any] | None = None, *, threads: int = 8, timeout: float = 30.0
    ) -> None:
        raise NotImplementedError

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def events(self, **arguments: Any) -> AsyncIterator[dict[str, Any]]:
        """Docker's events."""
        raise NotImplementedError

    async def close(self) -> None:
        """Let go of threads and connections."""
        raise NotImplementedError
