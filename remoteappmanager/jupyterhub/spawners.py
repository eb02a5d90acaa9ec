"""The two spawners: users of the system, and users that exist for JupyterHub alone."""

import os
import pathlib
import pwd
from typing import Any

from traitlets import Int, Unicode

from remoteappmanager import naming
from remoteappmanager.jupyterhub.base_spawner import RemoteAppSpawner, StartFailed

#: An empty one of docker-py's, which would else look for it in the home.
_DOCKER_CONFIG = pathlib.Path(__file__).with_name("docker_config")

__all__ = ["SystemUserSpawner", "VirtualUserSpawner"]


class SystemUserSpawner(RemoteAppSpawner):
    """The process runs as the system user of the same name, in their home.

    The Hub must be able to become that user (root), and the user must be
    allowed to use Docker, which is root on the host in all but name.
    """

    def prepare_home(self) -> None:
        """Check that the user exists on the system."""
        try:
            pwd.getpwnam(self.user.name)
        except KeyError as exc:
            raise StartFailed(
                f"There is no user '{self.user.name}' on this system.",
                reason="no-system-user",
                status_code=403,
            ) from exc


class VirtualUserSpawner(RemoteAppSpawner):
    """The process runs as the Hub's own user; users need not exist on the system.

    Each user has a directory under ``workspace_dir``: it is the process's
    ``HOME``, it is what a grant with ``allow_home`` mounts, and it stays when
    the user logs out or is removed.
    """

    workspace_dir = Unicode(
        help="The directory that holds one directory per user. Made when it is missing."
    ).tag(config=True)

    workspace_uid = Int(
        1000,
        help="Whom a home belongs to where JupyterHub runs as root: the user that applications "
        "run as inside their containers, who could not write to it otherwise.",
    ).tag(config=True)

    workspace_gid = Int(1000, help="The group of a home, likewise.").tag(config=True)

    @property
    def home(self) -> pathlib.Path:
        """The user's directory, absolute. Raises ``StartFailed`` when none is configured."""
        if not self.workspace_dir:
            raise StartFailed(
                "JupyterHub is not set up completely: there is no place for users' homes.",
                reason="no-workspace-dir",
                log_message="c.VirtualUserSpawner.workspace_dir is not set",
                status_code=500,
            )
        return pathlib.Path(self.workspace_dir).absolute() / naming.workspace_name(self.user.name)

    def prepare_home(self) -> None:
        """Make the user's directory, for the Hub's user and for the applications alone."""
        home = self.home
        try:
            home.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
            home.mkdir(mode=0o700, exist_ok=True)
            if os.geteuid() == 0 and not home.is_symlink() and home.stat().st_uid == 0:
                os.chown(home, self.workspace_uid, self.workspace_gid, follow_symlinks=False)
            usable = home.is_dir() and not home.is_symlink() and os.access(home, os.W_OK)
        except OSError as exc:
            raise self._no_home(str(exc)) from exc
        if not usable:
            raise self._no_home(f"{home} is not a directory that the Hub may write to")

    def _no_home(self, why: str) -> StartFailed:
        return StartFailed(
            "Your home directory could not be made; the administrator finds the reason in "
            "JupyterHub's log.",
            reason="no-home",
            log_message=f"Home of {self.user.name}: {why}",
            status_code=500,
        )

    def make_preexec_fn(self, name: str) -> Any:
        """Nothing to become: the process runs as the Hub's own user."""
        return None

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """``USER`` and ``HOME`` of somebody the system does not know.

        Applications write to that home, and the process has the Hub's rights:
        what libraries would read there by themselves is pointed elsewhere.
        """
        env["USER"] = self.user.name
        env["HOME"] = str(self.home)
        env["SHELL"] = "/bin/sh"
        env.setdefault("DOCKER_CONFIG", str(_DOCKER_CONFIG))
        env.setdefault("NETRC", os.devnull)
        if os.environ.get("DOCKER_TLS_VERIFY") and not os.environ.get("DOCKER_CERT_PATH"):
            # The docker CLI's default, of the Hub's user.
            env.setdefault("DOCKER_CERT_PATH", str(pathlib.Path("~/.docker").expanduser()))
        return env

    async def move_certs(self, paths: dict[str, str]) -> dict[str, str]:
        """With internal SSL the certificates stay: the process has the Hub's user."""
        return paths
