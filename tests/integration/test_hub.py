"""The Hub's part on a real Hub: logins, choices, attacks, secrets, restarts."""

import json
import os
import pathlib
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from remoteappmanager import naming
from tests.integration.deployment import ADMIN, Deployment, Visitor, eventually


@pytest.fixture
def own(tmp_path: pathlib.Path) -> Iterator[Callable[..., Deployment]]:
    """``own(**options)`` starts a deployment that the test may break."""
    started: list[Deployment] = []

    def make(**options: Any) -> Deployment:
        one = Deployment(tmp_path / "run", engine=os.environ.get("DOCKER_HOST", ""), **options)
        started.append(one)
        return one.start()

    yield make
    for one in started:
        one.stop()


def program_of(deployment: Deployment, name: str) -> str:
    """The program that the process of ``name`` runs."""
    command = pathlib.Path(f"/proc/{deployment.process(name)}/cmdline").read_bytes()
    return os.path.basename(command.split(b"\0")[1].decode())


@pytest.fixture
def mallory(deployment: Deployment) -> Iterator[Visitor]:
    """A logged-in user without any right, whose process does not run."""
    visitor = deployment.login("mallory")
    visitor.get("/hub/home")
    yield visitor
    deployment.stop_server("mallory")


def hub_post(visitor: Visitor, path: str, **kwargs: Any) -> requests.Response:
    """A request to the Hub's API from its own pages."""
    headers = {"X-XSRFToken": visitor.xsrf("/hub/")}
    return visitor.post(f"/hub/api/{path}", headers=headers, **kwargs)


# --- logging in, and the two kinds of process ---------------------------------------------


def test_login_spawn_page(deployment: Deployment) -> None:
    """Who logs in comes to their own page, with no form in between."""
    visitor = deployment.login("hub-alice")
    page = visitor.get("/hub/spawn")
    eventually(lambda: deployment.ready("hub-alice"), 30)
    page = visitor.get("/")
    assert page.url == f"{deployment.url}/user/hub-alice/"
    assert 'data-owner="hub-alice"' in page.text
    assert program_of(deployment, "hub-alice") == "remoteappmanager"
    deployment.stop_server("hub-alice")


@pytest.mark.parametrize(
    ("choice", "program"), [("admin", "remoteappadmin"), ("user", "remoteappmanager")]
)
def test_an_admin_chooses_on_the_spawn_page(
    deployment: Deployment, choice: str, program: str
) -> None:
    """The spawn page asks an administrator, and starts what they choose."""
    visitor = deployment.login(ADMIN)
    try:
        form = visitor.get("/hub/spawn")
        assert 'value="admin"' in form.text
        assert 'value="user"' in form.text
        visitor.post("/hub/spawn", data={"session": choice, "_xsrf": visitor.xsrf("/hub/")})
        eventually(lambda: deployment.ready(ADMIN), 30)
        assert program_of(deployment, ADMIN) == program
        assert visitor.get(visitor.home).ok
    finally:
        deployment.stop_server(ADMIN)


def test_an_admin_who_chooses_nothing_gets_the_admin_process(deployment: Deployment) -> None:
    """A start by the Hub's API without options is the administration, until another is chosen."""
    deployment.hub_api("POST", f"users/{ADMIN}/server", json={"user_options": {}})
    try:
        eventually(lambda: deployment.ready(ADMIN), 30)
        assert program_of(deployment, ADMIN) == "remoteappadmin"
    finally:
        deployment.stop_server(ADMIN)


# --- attacks on the choice: in the original, a shell as root -------------------------------------

MARK = "/tmp/remoteapp-attack-{}"


def commands(mark: str) -> list[dict[str, Any]]:
    shell = ["/bin/sh", "-c", f"touch {mark}"]
    return [
        {"cmd": shell},
        {"cmd": shell, "session": "user"},
        {"session": "admin", "cmd": shell},
        {"commands": {"user": shell, "admin": shell}, "args": shell[1:]},
        {"environment": {"PYTHONSTARTUP": mark}, "shell_cmd": shell},
    ]


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("way", ["body", "old body", "form", "query", "stored"])
def test_no_option_runs_a_command(
    deployment: Deployment, mallory: Visitor, way: str, number: int
) -> None:
    """However a user sends options to the Hub, their own user process runs and nothing else."""
    mark = MARK.format(os.getpid())
    options = commands(mark)[number]
    if way == "body":
        hub_post(mallory, "users/mallory/server", json={"user_options": options})
    elif way == "old body":
        hub_post(mallory, "users/mallory/server", json=options)
    elif way == "form":
        fields = {name: json.dumps(value) for name, value in options.items() if name != "session"}
        fields |= {"session": options.get("session", "user"), "_xsrf": mallory.xsrf("/hub/")}
        mallory.post("/hub/spawn", data=fields)
    elif way == "query":
        # Where it is refused (a JSON text is none of the two words), the Hub goes on without.
        mallory.get("/hub/spawn", params={f"opt-{n}": json.dumps(v) for n, v in options.items()})
    else:
        hub_post(mallory, "users/mallory/server", json={"user_options": options})
        deployment.stop_server("mallory")
        hub_post(mallory, "users/mallory/server")
    eventually(lambda: deployment.ready("mallory"), 30)
    assert program_of(deployment, "mallory") == "remoteappmanager"
    environment = deployment.environment(deployment.process("mallory"))
    assert "PYTHONSTARTUP" not in environment
    assert not os.path.exists(mark)


@pytest.mark.parametrize("word", ["admin", "root", "/bin/sh", ["admin", "user"], {"a": 1}, 7, True])
def test_a_user_never_gets_the_admin_process(
    deployment: Deployment, mallory: Visitor, word: Any
) -> None:
    """Asking for "admin" gives the user process; a malformed word is a 400; neither locks out."""
    answer = hub_post(mallory, "users/mallory/server", json={"user_options": {"session": word}})
    assert answer.status_code == (201 if word == "admin" else 400), answer.text
    if word == "admin":
        eventually(lambda: deployment.ready("mallory"), 30)
        assert program_of(deployment, "mallory") == "remoteappmanager"
        assert "mallory asked for an admin session" in deployment.hub_log()
        deployment.stop_server("mallory")
    assert hub_post(mallory, "users/mallory/server").status_code in (201, 202)
    eventually(lambda: deployment.ready("mallory"), 30)
    assert program_of(deployment, "mallory") == "remoteappmanager"


def test_a_demoted_admin_gets_the_user_process(deployment: Deployment) -> None:
    """The Hub remembers their last choice; their right is what counts."""
    deployment.token("once-admin")
    admin = {"Authorization": f"token {deployment.token(ADMIN)}"}

    def may(right: bool) -> None:
        address = f"{deployment.hub_api_url}/users/once-admin"
        requests.patch(address, json={"admin": right}, headers=admin, timeout=10).raise_for_status()

    may(True)
    start = {"user_options": {"session": "admin"}}
    try:
        deployment.hub_api("POST", "users/once-admin/server", json=start)
        eventually(lambda: deployment.ready("once-admin"), 30)
        assert program_of(deployment, "once-admin") == "remoteappadmin"
        deployment.stop_server("once-admin")
        may(False)
        deployment.hub_api("POST", "users/once-admin/server")
        eventually(lambda: deployment.ready("once-admin"), 30)
        assert program_of(deployment, "once-admin") == "remoteappmanager"
    finally:
        deployment.stop_server("once-admin")


def test_progress_is_told_in_words(own: Callable[..., Deployment]) -> None:
    """The spawn page hears what is being done while it is done."""
    deployment = own(hub_config="c.JupyterHub.tornado_settings = {'slow_spawn_timeout': 0}")
    visitor = deployment.login("alice")
    visitor.get("/hub/home")
    assert hub_post(visitor, "users/alice/server").status_code == 202
    events = visitor.get("/hub/api/users/alice/server/progress").text
    told = [json.loads(line[5:]) for line in events.splitlines() if line.startswith("data:")]
    assert "Waiting until it answers" in [event["message"] for event in told]
    assert [event["progress"] for event in told] == sorted(event["progress"] for event in told)
    assert told[-1]["ready"] is True


def test_a_start_that_fails_is_told_in_words(own: Callable[..., Deployment]) -> None:
    """While they wait and on the page that follows, the user reads what it means for them; the
    paths and the reason are in the log.
    """
    deployment = own(
        hub_config="""
c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 0}
c.RemoteAppSpawner.config_file_path = "/nowhere/at-all.py"
"""
    )
    visitor = deployment.login("alice")
    visitor.get("/hub/home")
    hub_post(visitor, "users/alice/server")
    progress = visitor.get("/hub/api/users/alice/server/progress").text
    page = visitor.get("/hub/spawn-pending/alice").text
    assert "Spawn failed" in page
    for text in (progress, page):
        assert "Your process ended as soon as it was started" in text
        assert "SpawnException" not in text
        assert str(pathlib.Path(sys.executable).parent) not in text
    assert "/nowhere/at-all.py" in deployment.hub_log()


# --- secrets and homes ---------------------------------------------------------------------------


def test_no_process_of_a_user_knows_a_secret(deployment: Deployment, mallory: Visitor) -> None:
    """Neither the proxy's token nor the gate's secrets are in a per-user process."""
    deployment.spawn(mallory)
    pid = deployment.process("mallory")
    raw = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
    raw += pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    values = deployment.secrets()
    assert len(values[naming.PROXY_API_TOKEN_ENV]) == 64
    for name in (naming.PROXY_API_TOKEN_ENV, naming.HINT_TOKEN_ENV):
        assert values[name].encode() not in raw
        assert name.encode() not in raw
    environment = deployment.environment(pid)
    assert environment[naming.GATE_URL_ENV] == deployment.gate_url
    assert environment[naming.CONFIG_FILE_ENV].endswith("remoteappmanager_config.py")
    assert environment[naming.LOGOUT_URL_ENV] == "/hub/logout"


def test_secrets_lie_in_one_file(deployment: Deployment) -> None:
    """Not in the Hub's database, not in a log, not in a command line; and 0600."""
    values = deployment.secrets()
    secrets = [values[naming.PROXY_API_TOKEN_ENV], values[naming.HINT_TOKEN_ENV]]
    holders = {
        path.name
        for path in deployment.directory.rglob("*")
        if path.is_file() and any(s.encode() in path.read_bytes() for s in secrets)
    }
    assert holders == {"remoteappgate.env"}
    for name in ("remoteappgate.env", "jupyterhub_cookie_secret", "demo_logins.json"):
        mode = stat.S_IMODE((deployment.directory / name).stat().st_mode)
        assert mode == 0o600, name
    for pid in deployment.pids():
        command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
        assert not any(s.encode() in command for s in secrets)


def test_everything_listens_on_the_loopback_interface(deployment: Deployment) -> None:
    """The proxy, its API, the Hub, the gate and the processes: none on another interface."""
    ours = set(deployment.pids())
    inodes = {
        os.readlink(link)
        for pid in ours
        for link in pathlib.Path(f"/proc/{pid}/fd").iterdir()
        if link.is_symlink() and os.path.lexists(link)
    }
    listening = []
    for table in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                listening.append(fields[1].split(":")[0])
    assert len(listening) >= 4
    assert set(listening) == {"0100007F"}


def test_homes_are_apart(deployment: Deployment, mallory: Visitor) -> None:
    """A user's home is a directory of their own under the workspace, for the Hub's user alone."""
    deployment.spawn(mallory)
    home = pathlib.Path(deployment.environment(deployment.process("mallory"))["HOME"])
    assert home == deployment.directory / "workspace" / "mallory"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    (home / "kept").write_text("42")
    mallory.get("/hub/logout")
    deployment.stop_server("mallory")
    assert (home / "kept").read_text() == "42"


@pytest.mark.parametrize("name", ["../../etc", "a b@x.org", "ünï"])
def test_strange_names_work(deployment: Deployment, name: str) -> None:
    """A name with slashes, spaces or other letters has a home, a process and a page."""
    if "/" in name:
        # The Hub itself refuses names that are paths.
        visitor = Visitor(deployment.url, name)
        visitor.get("/hub/login")
        login = {"username": name, "password": "x", "_xsrf": visitor.xsrf("/hub/")}
        assert visitor.post("/hub/login", data=login).status_code == 403
        return
    visitor = deployment.login(name)
    try:
        visitor.get("/hub/spawn")
        homes = deployment.directory / "workspace"
        eventually(lambda: (homes / naming.workspace_name(name)).is_dir(), 30)
        page = eventually(lambda: (p := visitor.get("/")).ok and "data-owner" in p.text and p, 30)
        assert f'data-owner="{name}"' in page.text
    finally:
        visitor.get("/hub/home")
        visitor.delete(
            f"/hub/api/users/{requests.utils.quote(name)}/server",
            headers={"X-XSRFToken": visitor.xsrf("/hub/")},
        )


# --- restarts ------------------------------------------------------------------------------------


def test_processes_live_through_a_restart_of_the_hub(own: Callable[..., Deployment]) -> None:
    """With cleanup_servers off, a restart of the Hub changes neither the process nor the gate's
    address nor the proxy's token, and the page works again without a new start.
    """
    deployment = own(hub_config="c.JupyterHub.cleanup_servers = False")
    alice = deployment.enter("alice")
    before = (deployment.process("alice"), deployment.secrets(), deployment.gate_url)
    deployment.stop_hub()
    assert deployment.process("alice") == before[0]
    deployment.start_hub()
    eventually(lambda: deployment.ready("alice"), 20)
    assert (deployment.process("alice"), deployment.secrets(), deployment.gate_url) == before
    assert eventually(lambda: alice.get(alice.home).ok, 20)
    assert deployment.api(alice, "GET", "applications/").status_code == 200
    # Its token and the gate's address, both of before, still go together.
    token = deployment.environment(before[0])["JUPYTERHUB_API_TOKEN"]
    answer = requests.put(
        f"{deployment.gate_url}api/containers/{'0' * 32}",
        headers={"Authorization": f"token {token}"},
        timeout=10,
    )
    assert answer.status_code == 404


def test_a_killed_hub_leaves_no_gate_on_the_port(own: Callable[..., Deployment]) -> None:
    """Killed with -9, the Hub takes its gate with it, and the next Hub starts as if nothing was."""
    deployment = own()
    (gate,) = deployment.gate_pids()
    deployment.stop_hub(signal.SIGKILL)
    eventually(lambda: not deployment.gate_pids(), 15, "the old gate is gone")
    deployment.start_hub()
    (new,) = deployment.gate_pids()
    assert new != gate
    assert requests.get(f"{deployment.gate_url}api/health", timeout=10).ok


def test_a_killed_gate_is_back_within_seconds(own: Callable[..., Deployment]) -> None:
    """The Hub would look after half a minute; what keeps the gate looks at once."""
    deployment = own()
    (gate,) = deployment.gate_pids()
    deployment.kill(gate)
    began = time.monotonic()
    eventually(lambda: requests.get(f"{deployment.gate_url}api/health", timeout=5).ok, 10)
    assert time.monotonic() - began < 8
    assert gate not in deployment.gate_pids()


EXTERNAL = """
from remoteappmanager.jupyterhub import gate_service
gate_service(c, state_dir=".", managed=False)
"""


def test_the_gate_as_a_service_of_the_system(own: Callable[..., Deployment]) -> None:
    """Started from its file as systemd would, the gate works, and does not notice that the Hub
    is restarted.
    """
    deployment = own(hub_config=EXTERNAL)
    assert "A systemd unit for it" in deployment.hub_log()
    assert deployment.gate_pids() == []
    environment = {"PATH": os.environ["PATH"], **deployment.secrets()}
    if deployment.engine:
        environment["DOCKER_HOST"] = deployment.engine
    program = pathlib.Path(sys.executable).parent / "remoteappgate"
    with subprocess.Popen([program], env=environment, cwd=deployment.directory) as gate:
        try:
            eventually(lambda: requests.get(f"{deployment.gate_url}api/health", timeout=5).ok, 20)
            token = deployment.token("alice")

            def ask(who: str) -> int:
                return requests.put(
                    f"{deployment.gate_url}api/containers/{'0' * 32}",
                    headers={"Authorization": f"token {who}"},
                    timeout=10,
                ).status_code

            assert (ask(token), ask("bogus")) == (404, 403)
            deployment.stop_hub()
            assert gate.poll() is None
            deployment.start_hub()
            assert gate.poll() is None
            assert ask(token) == 404
        finally:
            gate.terminate()
            gate.wait(20)


# --- the demo's logins --------------------------------------------------------------------


def test_the_demo_has_two_users_and_an_administrator(own: Callable[..., Deployment]) -> None:
    """The passwords of a first run are random, kept in a file, and needed."""
    deployment = own(anyone=False)
    logins = json.loads((deployment.directory / "demo_logins.json").read_text())
    assert set(logins) == {"alice", "bob", "admin"}
    assert len(set(logins.values())) == 3
    for name, password in logins.items():
        visitor = deployment.login(name, password)
        assert visitor.get("/hub/home").ok
        assert deployment.hub_api("GET", f"users/{name}").json()["admin"] == (name == "admin")
    for name in ("alice", "admin", "nobody"):
        with pytest.raises(AssertionError, match="login of"):
            deployment.login(name, "wrong")
    visitor = deployment.login("bob", logins["bob"])
    deployment.spawn(visitor)
    assert visitor.get(visitor.home).ok
