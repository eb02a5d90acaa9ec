"""Authenticators. The one for GitHub needs the extra ``remoteappmanager[github]``."""

from typing import Any

from remoteappmanager.jupyterhub.auth.basic_authenticator import BasicAuthenticator
from remoteappmanager.jupyterhub.auth.world_authenticator import WorldAuthenticator

__all__ = ["BasicAuthenticator", "GitHubWhitelistAuthenticator", "WorldAuthenticator"]


def __getattr__(name: str) -> Any:
    # Loaded when asked for: oauthenticator is an extra.
    if name == "GitHubWhitelistAuthenticator":
        from remoteappmanager.jupyterhub.auth.github_whitelist_authenticator import (
            GitHubWhitelistAuthenticator,
        )

        return GitHubWhitelistAuthenticator
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
