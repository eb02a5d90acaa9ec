"""System users and virtual users."""

import json
import os
import pathlib
import pwd
import socket
import stat

import pytest
from jupyterhub.spawner import SpawnException

from remoteappmanager.jupyterhub.spawners import SystemUserSpawner


def test_a_virtual_user_has_a_directory_of_their_own(make_spawner, tmp_path) -> None:
    """HOME is a directory under workspace_dir that only the Hub's user can read."""
    spawner = make_spawner("alice", workspace_dir=str(tmp_path / "workspace"))
    spawner.prepare_home()
    home = pathlib.Path(spawner.get_env()["HOME"])
    assert home == tmp_path / "workspace" / "alice"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert spawner.get_env()["USER"] == "alice"


def test_applications_can_write_to_a_home(make_spawner, tmp_path) -> None:
    """Where the Hub is root, a home belongs to the user that applications run as."""
    spawner = make_spawner("alice", workspace_dir=str(tmp_path), workspace_uid=1234)
    spawner.prepare_home()
    expected = 1234 if os.geteuid() == 0 else os.geteuid()
    assert spawner.home.stat().st_uid == expected
    assert stat.S_IMODE(spawner.home.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "name",
    ["..", ".", "../../etc", "/etc/passwd", "a/b", "a\0b", "-rf", "ü@x.org", "a b", "_", "~root"],
    ids=repr,
)
def test_no_name_leads_out_of_the_workspace(make_spawner, tmp_path, name) -> None:
    """Whatever somebody is called, their home is one level below workspace_dir."""
    spawner = make_spawner(name, workspace_dir=str(tmp_path))
    spawner.prepare_home()
    home = spawner.home
    assert home.parent == tmp_path
    assert home.resolve() == home
    assert home.name not in (".", "..")
    assert home.is_dir()


def test_two_names_never_share_a_home(make_spawner, tmp_path) -> None:
    """Escaping keeps different names different."""
    names = ["a/b", "a_2fb", "a_b", "a b", "A", "a", "a.", "..", "_2e_2e"]
    homes = {make_spawner(name, workspace_dir=str(tmp_path)).home for name in names}
    assert len(homes) == len(names)


def test_a_home_survives(make_spawner, tmp_path) -> None:
    """A second start finds what the first left; forgetting the user leaves the data."""
    spawner = make_spawner(workspace_dir=str(tmp_path))
    spawner.prepare_home()
    (spawner.home / "result.txt").write_text("42")
    spawner.prepare_home()
    spawner.clear_state()
    spawner.delete_forever()
    assert (spawner.home / "result.txt").read_text() == "42"


def test_a_link_in_place_of_a_home_is_refused(make_spawner, tmp_path) -> None:
    """A symbolic link would lead the home, and what is mounted of it, elsewhere."""
    (tmp_path / "alice").symlink_to("/etc")
    with pytest.raises(SpawnException) as failure:
        make_spawner("alice", workspace_dir=str(tmp_path)).prepare_home()
    assert "not a directory" in failure.value.log_message


def test_a_workspace_that_cannot_be_made_is_reported(make_spawner, tmp_path) -> None:
    """The user reads that there is no home, the log has the reason."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SpawnException, match="Home of alice"):
        make_spawner("alice", workspace_dir=str(tmp_path / "file")).prepare_home()
    with pytest.raises(SpawnException, match="workspace_dir is not set"):
        make_spawner("bob").prepare_home()


def test_a_virtual_users_process_stays_the_hubs_user(make_spawner, tmp_path) -> None:
    """Nobody is looked up in the system's user table."""
    spawner = make_spawner("nobody-knows-me", workspace_dir=str(tmp_path))
    assert spawner.make_preexec_fn("nobody-knows-me") is None


def test_a_system_user_works_in_their_own_home(make_spawner) -> None:
    """HOME, USER and SHELL are the system's."""
    me = pwd.getpwuid(os.getuid())
    spawner = make_spawner(me.pw_name, cls=SystemUserSpawner)
    spawner.prepare_home()
    env = spawner.get_env()
    assert (env["USER"], env["HOME"]) == (me.pw_name, me.pw_dir)
    assert callable(spawner.make_preexec_fn(me.pw_name))


async def test_a_system_users_process_is_theirs(make_spawner) -> None:
    """The process has the user's id, also when the Hub is somebody else (root)."""
    name = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # The system's Python: users must be able to read the interpreter.
    listen = (
        f"import socket; s = socket.create_server(('127.0.0.1', {port})); s.accept(); s.accept()"
    )
    command = ["/usr/bin/python3", "-Ic", listen]
    spawner = make_spawner(name, cls=SystemUserSpawner, port=port, commands={"user": command})
    await spawner.start()
    try:
        assert os.stat(f"/proc/{spawner.pid}").st_uid == pwd.getpwnam(name).pw_uid
    finally:
        await spawner.stop(now=True)


def test_an_unknown_system_user_is_told_so(make_spawner) -> None:
    """Who logs in without an account on the system reads this, and no trace."""
    with pytest.raises(SpawnException, match="no user 'no-such-user'") as failure:
        make_spawner("no-such-user", cls=SystemUserSpawner).prepare_home()
    assert failure.value.status_code == 403


def test_nothing_in_a_virtual_home_configures_the_process(make_spawner, tmp_path) -> None:
    """Applications write there: neither Python, nor docker-py, nor requests look into it."""
    env = make_spawner("alice", workspace_dir=str(tmp_path)).get_env()
    assert json.loads((pathlib.Path(env["DOCKER_CONFIG"]) / "config.json").read_text()) == {}
    assert env["NETRC"] == os.devnull
    assert env["PYTHONNOUSERSITE"] == "1"
    assert "DOCKER_CERT_PATH" not in env


@pytest.mark.parametrize("given", ["", "/etc/docker/certs"])
def test_dockers_certificates_are_the_hubs(make_spawner, tmp_path, monkeypatch, given) -> None:
    """With TLS and no path, the docker CLI looks into the home: here, into that of the Hub."""
    monkeypatch.setenv("HOME", "/home/hub")
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", given)
    env = make_spawner("alice", workspace_dir=str(tmp_path)).get_env()
    assert env["DOCKER_CERT_PATH"] == (given or "/home/hub/.docker")


def test_a_site_may_configure_docker_py(make_spawner, tmp_path) -> None:
    """What it sets for the processes itself wins."""
    own = {"DOCKER_CONFIG": "/etc/docker-py"}
    spawner = make_spawner("alice", workspace_dir=str(tmp_path), environment=own)
    assert spawner.get_env()["DOCKER_CONFIG"] == "/etc/docker-py"
