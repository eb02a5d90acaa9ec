"""Run desktop and web applications, packed as Docker images, from a browser."""

from remoteappmanager.version import __version__

__all__ = ["__version__"]
