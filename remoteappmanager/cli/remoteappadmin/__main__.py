"""``remoteappadmin``: the per-user process, started by JupyterHub's spawner."""

from __future__ import annotations

import sys

from remoteappmanager.admin_application import AdminApplication
from remoteappmanager.cli import per_user


def main() -> None:
    """Entry point of the console script."""
    sys.exit(per_user.run(AdminApplication, "remoteappadmin", sys.argv[1:]))


if __name__ == "__main__":
    main()
