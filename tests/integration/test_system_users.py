"""System users on real parts: PAM logs them in, their processes are theirs, and so are the files.

The users are made for these tests and removed after them, which takes root.
"""

import os
import pathlib
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest

from remoteappmanager.db import orm
from tests.integration.deployment import ROOT, Deployment, Visitor, eventually
from tests.integration.test_main_job import TINY, quit_all, start

PASSWORD = secrets.token_urlsafe(12)

HUB_CONFIG = """\
c.JupyterHub.authenticator_class = "pam"
c.Authenticator.allowed_users = {users!r}
c.Authenticator.admin_users = {admins!r}
c.JupyterHub.spawner_class = "remoteappmanager.jupyterhub.spawners.SystemUserSpawner"
c.SystemUserSpawner.commands = {commands!r}
"""

#: As the manual says: applications run as the user whose home they get.
APP_CONFIG = """\
import os
container_security = {"user": f"{os.getuid()}:{os.getgid()}"}
"""


class SystemUser:
    """A user of this system, with a home and a password, who may use Docker or not."""

    def __init__(self, kind: str, homes: pathlib.Path, groups: list[int]) -> None:
        self.name = f"{kind}-{secrets.token_hex(4)}"
        command = ["useradd", "--create-home", "--base-dir", str(homes), "--shell", "/bin/sh"]
        if groups:
            command += ["--groups", ",".join(str(group) for group in groups)]
        _run(*command, self.name)
        _run("chpasswd", text=f"{self.name}:{PASSWORD}\n")
        self.entry = pwd.getpwnam(self.name)
        self.home = pathlib.Path(self.entry.pw_dir)
        self.home.chmod(0o700)

    def may(self, *command: str) -> bool:
        """Whether the command succeeds when this user runs it."""
        become = [
            "setpriv",
            f"--reuid={self.name}",
            f"--regid={self.entry.pw_gid}",
            "--init-groups",
        ]
        return subprocess.run([*become, *command], capture_output=True, cwd="/").returncode == 0

    def remove(self) -> None:
        """Remove the user; the home goes with the directory of all homes."""
        _run("userdel", self.name)


def _run(*command: str, text: str = "") -> None:
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    subprocess.run(command, input=text, text=True, check=True, env=os.environ | {"PATH": path})


@pytest.fixture(scope="module")
def place() -> Iterator[pathlib.Path]:
    """A directory that everybody may enter; pytest's own are for its user alone."""
    with tempfile.TemporaryDirectory(prefix="remoteapp-system-users-") as name:
        directory = pathlib.Path(name)
        directory.chmod(0o755)
        yield directory


@pytest.fixture(scope="module")
def docker_group() -> int:
    """The group that may use Docker: the one that the engine's socket belongs to."""
    host = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    return os.stat(host.removeprefix("unix://")).st_gid


@pytest.fixture(scope="module")
def users(place: pathlib.Path, docker_group: int) -> Iterator[dict[str, SystemUser]]:
    """A scientist and an administrator who may use Docker, and an outsider who may not."""
    assert os.geteuid() == 0, "system users are made and become by root"
    made: dict[str, SystemUser] = {}
    try:
        for kind, groups in (("scientist", True), ("chief", True), ("outsider", False)):
            made[kind] = SystemUser(kind, place / "homes", [docker_group] if groups else [])
        yield made
    finally:
        for user in made.values():
            user.remove()


def commands(place: pathlib.Path, user: SystemUser) -> dict[str, list[str]]:
    """The programs, from an installation that users may read: ours, else a copy of it."""
    programs = {"user": "remoteappmanager", "admin": "remoteappadmin"}
    bin_directory = pathlib.Path(sys.executable).parent
    if user.may(str(bin_directory / "remoteappmanager"), "--help"):
        return {kind: [str(bin_directory / name)] for kind, name in programs.items()}
    library = place / "library"
    shutil.copytree(pathlib.Path(pytest.__file__).parents[1], library, symlinks=True)
    shutil.copytree(ROOT / "remoteappmanager", library / "remoteappmanager", dirs_exist_ok=True)
    python = ["env", f"PYTHONPATH={library}", os.path.realpath(sys.executable)]
    return {kind: [*python, "-m", f"remoteappmanager.cli.{n}"] for kind, n in programs.items()}


@pytest.fixture(scope="module")
def site(place: pathlib.Path, users: dict[str, SystemUser]) -> Iterator[Deployment]:
    """A deployment whose users are the system's."""
    hub_config = HUB_CONFIG.format(
        users={user.name for user in users.values()},
        admins={users["chief"].name},
        commands=commands(place, users["outsider"]),
    )
    deployment = Deployment(
        place / "run",
        engine=os.environ.get("DOCKER_HOST", ""),
        hub_config=hub_config,
        app_config=APP_CONFIG,
        anyone=False,
    )
    try:
        yield deployment.start()
    finally:
        deployment.stop()


def enter(site: Deployment, user: SystemUser, session: str | None = None) -> Visitor:
    """Log in with the system's password, and come to one's page."""
    visitor = site.login(user.name, PASSWORD)
    site.spawn(visitor, session)
    page = visitor.get(visitor.home)
    assert page.ok, f"{page.status_code}\n{page.text[:2000]}\n{site.hub_log()[-3000:]}"
    return visitor


def status(pid: int) -> dict[str, list[str]]:
    """What the kernel says of a process."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: rest.split() for name, _, rest in (line.partition(":") for line in lines)}


def test_the_process_is_the_users(
    site: Deployment, users: dict[str, SystemUser], docker_group: int
) -> None:
    """The system's password logs in, a wrong one does not; the process has the user's ids and
    groups, starts in their home, and has no way back to root.
    """
    user = users["scientist"]
    with pytest.raises(AssertionError, match="login of"):
        site.login(user.name, "wrong")
    enter(site, user)
    pid = site.process(user.name)
    told = status(pid)
    assert told["Uid"] == [str(user.entry.pw_uid)] * 4
    assert told["Gid"] == [str(user.entry.pw_gid)] * 4
    assert set(told["Groups"]) == {str(user.entry.pw_gid), str(docker_group)}
    assert int(told["CapEff"][0], 16) == int(told["CapPrm"][0], 16) == 0
    assert os.readlink(f"/proc/{pid}/cwd") == str(user.home)
    environment = site.environment(pid)
    assert (environment["HOME"], environment["USER"]) == (str(user.home), user.name)


def test_a_home_goes_into_the_container_as_it_is(
    site: Deployment, users: dict[str, SystemUser]
) -> None:
    """The user's process reads the accounting; an application reads the files that are for the
    user alone, and what it writes is the user's. After the stop nothing is left.
    """
    user = users["scientist"]
    secret = user.home / "secret"
    secret.write_text("42")
    secret.chmod(0o600)
    os.chown(secret, user.entry.pw_uid, user.entry.pw_gid)
    mapping = site.grant(TINY, user.name, allow_home=True)
    visitor = enter(site, user)
    path = start(site, visitor, mapping)
    assert visitor.get(path).status_code == 200
    (container,) = site.containers()
    assert container.exec_run(["cat", "/workspace/secret"]).output == b"42"
    assert container.exec_run(["touch", "/workspace/result"]).exit_code == 0
    owner = (user.home / "result").stat()
    assert (owner.st_uid, owner.st_gid) == (user.entry.pw_uid, user.entry.pw_gid)
    quit_all(site, visitor)
    eventually(lambda: not site.container_routes(), 10)
    assert not site.containers()
    site.stop_server(user.name)
    with pytest.raises(AssertionError, match="has no process"):
        site.process(user.name)


def test_who_may_not_use_docker_is_told(site: Deployment, users: dict[str, SystemUser]) -> None:
    """Without the group that may use Docker, the page is there and says that Docker is not."""
    user = users["outsider"]
    site.grant(TINY, user.name)
    visitor = enter(site, user)
    answer = site.api(visitor, "GET", "applications/")
    assert answer.status_code == 503
    assert "Docker" in answer.json()["message"]
    assert "Permission denied" in site.hub_log()
    site.stop_server(user.name)


def test_nobody_reads_what_is_the_hubs(site: Deployment, users: dict[str, SystemUser]) -> None:
    """Users with a shell can read neither the secrets, nor the Hub's database, nor the processes
    of others; the configuration and the accounting they can, and change neither.
    """
    enter(site, users["scientist"])
    outsider = users["outsider"]
    others = f"/proc/{site.process(users['scientist'].name)}/environ"
    private = ["remoteappgate.env", "jupyterhub.sqlite", "jupyterhub_cookie_secret"]
    for name in (*(str(site.directory / name) for name in private), others):
        assert os.path.exists(name), name
        assert not outsider.may("cat", name), name
    for name in ("remoteappmanager_config.py", "accounting.db"):
        assert outsider.may("cat", str(site.directory / name)), name
        assert not outsider.may("sh", "-c", f": >> {site.directory / name}"), name
    site.stop_server(users["scientist"].name)


def create_user(site: Deployment, visitor: Visitor, name: str) -> Any:
    return site.api(visitor, "POST", "users/", json={"name": name})


def test_an_administrator_has_their_own_rights(
    site: Deployment, users: dict[str, SystemUser]
) -> None:
    """Their process runs as them: a database that they may only read is refused in words, and one
    that they may write to is changed.
    """
    chief = users["chief"]
    visitor = enter(site, chief, "admin")
    assert status(site.process(chief.name))["Uid"][0] == str(chief.entry.pw_uid)
    refused = create_user(site, visitor, "newcomer")
    assert refused.json()["message"] == "The database is read-only.", refused.text
    site.stop_server(chief.name)
    # The directory too, because SQLite keeps its log beside the file.
    for path in (site.directory, *site.directory.glob("accounting.db*")):
        os.chown(path, -1, chief.entry.pw_gid)
        path.chmod(path.stat().st_mode | 0o060)
    visitor = enter(site, chief, "admin")
    assert create_user(site, visitor, "newcomer").status_code == 201
    names = [user.name for user in orm.ORMDatabase(url=site.database_url).list_users()]
    assert "newcomer" in names
    site.stop_server(chief.name)
