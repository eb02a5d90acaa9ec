"""What the gate's worker processes are handed."""

from __future__ import annotations

import os

from remoteappmanager import naming

#: The main process alone speaks with the proxy and hears the Hub's hints.
_NOT_FOR_WORKERS = (naming.PROXY_API_TOKEN_ENV, naming.HINT_TOKEN_ENV)


def worker_environment() -> dict[str, str]:
    """This process's environment, without the secrets that only it needs."""
    return {name: value for name, value in os.environ.items() if name not in _NOT_FOR_WORKERS}
