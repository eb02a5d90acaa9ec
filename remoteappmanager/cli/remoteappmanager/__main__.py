"""``remoteappmanager``: the per-user process, started by JupyterHub's spawner."""

from __future__ import annotations

import sys

from remoteappmanager.application import Application
from remoteappmanager.cli import per_user


def main() -> None:
    """Entry point of the console script."""
    sys.exit(per_user.run(Application, "remoteappmanager", sys.argv[1:]))


if __name__ == "__main__":
    main()
