"""``remoteapprest`` as a process, against a real Hub and Docker."""

import concurrent.futures
import json
import os
import pathlib
import signal
import time
from collections.abc import Iterator

import pytest
import requests

from remoteappmanager.docker import docker_labels
from remoteappmanager.jupyterhub.auth import hash as password_hash
from tests.integration.command_line import PASSWORD, TINY, VEUSZ, Person
from tests.integration.deployment import ADMIN, Deployment, eventually, free_ports

#: Passwords, a server that takes its time to start, or fails, and tokens that last a day at most.
STRICT = """
import asyncio
c.JupyterHub.authenticator_class = (
    "remoteappmanager.jupyterhub.auth.basic_authenticator.BasicAuthenticator"
)
c.BasicAuthenticator.user_data = {{"carol": {hashed!r}, "dave": {hashed!r}}}
c.BasicAuthenticator.admin_data = {{}}
c.JupyterHub.token_expires_in_max_seconds = 86400

async def slowly(spawner):
    await asyncio.sleep(3)
    if spawner.user.name == "dave":
        raise RuntimeError("no room for dave")

c.Spawner.pre_spawn_hook = slowly
"""


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A deployment with passwords (BasicAuthenticator) whose servers start slowly."""
    hub_config = STRICT.format(hashed=password_hash.make_hash(PASSWORD))
    running = Deployment(
        tmp_path_factory.mktemp("strict"),
        engine=os.environ.get("DOCKER_HOST", ""),
        hub_config=hub_config,
    )
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture
def carol(strict: Deployment, tmp_path: pathlib.Path) -> Person:
    """The one user of the strict deployment."""
    return Person(strict.url, "carol", tmp_path / "home")


# --- the whole way ------------------------------------------------------------------


def test_a_session_from_login_to_logout(deployment: Deployment, alice: Person) -> None:
    """Log in for the first time, list, start, see it in the page, stop, log out."""
    assert f"as {alice.name}" in alice.log_in().stderr
    mapping = alice.mapping
    listed = alice.run("app", "available")
    assert listed.stdout.startswith(f"{mapping} : ")
    assert "Starting your server" in listed.stderr

    address = alice.run("app", "start", mapping).stdout.strip()
    url_id = address.rstrip("/").rsplit("/", 1)[-1]
    assert address == f"{deployment.url}/user/{alice.name}/containers/{url_id}/"
    assert alice.run("app", "running").stdout == f"{url_id} : {TINY}\n"

    browser = deployment.enter(alice.name)
    seen = deployment.api(browser, "GET", "applications/").json()["items"][mapping]
    assert seen["container"]["url_id"] == url_id
    assert browser.get(address).ok
    assert requests.get(address, timeout=10, allow_redirects=False).status_code != 200

    assert alice.run("app", "start", mapping, "--keep").stdout.strip() == address
    alice.run("app", "stop", "tiny")
    assert alice.run("app", "running", "--json").stdout == "[]\n"
    assert "app running" in alice.refused("app", "stop", url_id)
    assert "app running" in alice.refused("app", "stop", "tiny")
    alice.run("logout", "--revoke", input="anything\n")
    assert not alice.file.exists()
    assert "remoteapprest login URL" in alice.refused("app", "running")


def test_revoke_revokes(deployment: Deployment, alice: Person) -> None:
    """After logout --revoke, the Hub does not know the token."""
    alice.log_in()
    token = alice.token
    who = {"Authorization": f"token {token}"}
    assert requests.get(f"{alice.url}/hub/api/user", headers=who, timeout=10).ok
    assert "is revoked" in alice.run("logout", "--revoke", input="anything\n").stderr
    assert requests.get(f"{alice.url}/hub/api/user", headers=who, timeout=10).status_code == 403


def test_no_wait_gives_the_address_at_once(deployment: Deployment, alice: Person) -> None:
    """The start goes on after the command has ended, and its address works in the end."""
    alice.log_in()
    mapping = alice.mapping
    address = alice.run("app", "start", mapping, "--no-wait").stdout.strip()
    browser = deployment.enter(alice.name)
    answer = eventually(lambda: (answer := browser.get(address)).ok and answer, what="it answers")
    assert answer.url == address


def test_an_interrupted_start_goes_on(deployment: Deployment, alice: Person) -> None:
    """Ctrl-C ends the waiting, not the start, and says so."""
    mapping = deployment.grant(VEUSZ, alice.name)
    alice.log_in()
    alice.run("app", "available")
    process = alice.popen("app", "start", mapping)
    assert process.stderr is not None
    for line in process.stderr:
        if "starting the container" in line:
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (1, "")
    assert "Veusz goes on starting: 'remoteapprest app running' tells" in err
    assert "Traceback" not in err
    eventually(lambda: VEUSZ in alice.run("app", "running").stdout, what="it runs")


@pytest.mark.parametrize("running", [True, False], ids=["server-runs", "server-stopped"])
def test_two_starts_at_once_are_one_container(
    deployment: Deployment, alice: Person, running: bool
) -> None:
    """Two starts at the same moment: one running container, one clear answer each."""
    alice.log_in()
    if running:
        alice.run("app", "available")
    # Some seconds until it answers, so that the second comes in the middle of the first.
    mapping = deployment.grant(VEUSZ, alice.name)
    both = [alice.popen("app", "start", mapping) for _ in range(2)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda each: each.communicate(timeout=60), both))
    codes = [each.returncode for each in both]
    assert 0 in codes
    for code, (out, err) in zip(codes, said, strict=True):
        if code == 0:
            assert out.startswith(f"{deployment.url}/user/")
        else:
            assert (code, out) == (1, "")
            assert "is being started already" in err.splitlines()[-1]
    (line,) = alice.run("app", "running").stdout.splitlines()
    assert any(line.split()[0] in out for out, _ in said)
    mine = [c for c in deployment.containers() if c.labels[docker_labels.USER] == alice.name]
    assert len(mine) == 1


# --- the server ------------------------------------------------------------------------


def test_a_server_that_was_killed_is_started_again(deployment: Deployment, alice: Person) -> None:
    """The proxy still leads to it, and nobody answers there: the client notices."""
    alice.log_in()
    alice.run("app", "available")
    os.kill(deployment.process(alice.name), 9)
    done = alice.run("app", "available")
    assert alice.mapping in done.stdout
    assert "Starting your server" in done.stderr


def test_a_server_that_was_stopped_is_started_for_a_stop(
    deployment: Deployment, alice: Person
) -> None:
    """A container outlives its owner's server, and is stopped all the same."""
    alice.log_in()
    address = alice.run("app", "start", alice.mapping).stdout.strip()
    deployment.stop_server(alice.name)
    alice.run("app", "stop", address.rstrip("/").rsplit("/", 1)[-1])
    assert alice.run("app", "running").stdout == ""


def test_a_server_that_is_being_started_is_waited_for(strict: Deployment, carol: Person) -> None:
    """Who comes while it starts, waits for that start, with the Hub's progress."""
    mapping = strict.grant(TINY, "carol")
    assert "as carol" in carol.log_in().stderr
    first = carol.popen("app", "available")
    eventually(lambda: (strict.server("carol") or {}).get("pending") == "spawn", what="a start")
    done = carol.run("app", "available")
    assert done.stdout.startswith(mapping)
    assert "Starting your server" in done.stderr
    assert "Server ready" in done.stderr
    out, err = first.communicate(timeout=60)
    assert (first.returncode, out) == (0, done.stdout), err


def test_a_server_that_does_not_start(strict: Deployment, tmp_path: pathlib.Path) -> None:
    """The Hub's refusal is one line, which says where to look."""
    dave = Person(strict.url, "dave", tmp_path / "home")
    dave.log_in()
    done = dave.run("app", "available", expect=1)
    assert done.stdout == ""
    *progress, line = done.stderr.splitlines()
    assert progress[0].startswith("Starting your server")
    assert line.startswith("Error: Your server did not start: ")
    assert line.endswith(f". Try again, or look at {dave.url}/hub/home.")


def test_an_administrator(deployment: Deployment, alice: Person, tmp_path: pathlib.Path) -> None:
    """They get the server with applications; from one for administration, nothing is touched."""
    boss = Person(deployment.url, ADMIN, tmp_path / "boss")
    boss.mapping = deployment.grant(TINY, ADMIN)
    deployment.stop_server(ADMIN)
    try:
        boss.log_in()
        assert f"{boss.mapping} : Tiny page" in boss.run("app", "available").stdout
        deployment.stop_server(ADMIN)
        deployment.spawn(deployment.login(ADMIN), "admin")
        alice.log_in()
        others = alice.start()
        for words in (
            ("available",), ("running",), ("start", boss.mapping), ("start", "tiny"),
            ("stop", others),
        ):  # fmt: skip
            line = boss.refused("app", *words)
            assert f"choose 'Applications' in the menu at {boss.url}/user/{ADMIN}/" in line
        assert alice.run("app", "running").stdout.startswith(others)
    finally:
        deployment.stop_server(ADMIN)


# --- refusals ------------------------------------------------------------------------------


def test_a_wrong_password(strict: Deployment, carol: Person) -> None:
    """Refused, in one line that does not say which of the two was wrong."""
    line = carol.refused("login", carol.url, "--username", "carol", input="wrong\n")
    assert "refuses this name or password" in line
    assert not carol.file.exists()


def test_a_site_that_limits_tokens(strict: Deployment, carol: Person) -> None:
    """Where a month is too long, the token lasts as long as the site allows."""
    carol.log_in()
    ends = json.loads(carol.file.read_text())["expires_at"]
    tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86400))
    assert ends[:10] == tomorrow


def test_a_token_alone(deployment: Deployment, alice: Person) -> None:
    """--token, for sites with single sign-on: minimal scopes are enough."""
    scopes = ["access:servers!user", "read:servers!user", "start:servers!user"]
    token = deployment.token(alice.name, scopes)
    done = alice.run("login", alice.url, "--token", input=token + "\n")
    assert f"as {alice.name}" in done.stderr
    assert alice.mapping in alice.run("app", "available").stdout


def test_what_the_kept_token_may_do(deployment: Deployment, alice: Person) -> None:
    """The token of a login can start and use the user's server, and neither mint nor stop."""
    alice.log_in()
    who = {"Authorization": f"token {alice.token}"}
    model = requests.get(f"{alice.url}/hub/api/user", headers=who, timeout=10).json()
    rights = {scope for scope in model["scopes"] if not scope.startswith("read:")}
    user = f"!user={alice.name}"
    assert rights == {f"access:servers{user}", f"start:servers{user}"}
    assert all(scope.endswith(user) for scope in model["scopes"])
    path = f"{alice.url}/hub/api/users/{alice.name}"
    assert requests.post(f"{path}/tokens", headers=who, json={}, timeout=10).status_code == 403
    assert requests.delete(f"{path}/server", headers=who, timeout=10).status_code in (403, 404)


@pytest.mark.parametrize("running", [False, True])
def test_an_expired_token(deployment: Deployment, alice: Person, running: bool) -> None:
    """Expired credentials say what to type, whether the server runs or not."""
    alice.log_in()
    if running:
        alice.run("app", "available")
    body = {"expires_in": 1, "note": "short"}
    path = f"users/{alice.name}/tokens"
    short = deployment.hub_api("POST", path, json=body).json()["token"]
    kept = json.loads(alice.file.read_text())
    alice.file.write_text(json.dumps({**kept, "token": short}))
    who = {"Authorization": f"token {short}"}
    eventually(
        lambda: (
            requests.get(f"{alice.url}/hub/api/user", headers=who, timeout=10).status_code == 403
        )
    )
    assert f"type 'remoteapprest login {alice.url}'" in alice.refused("app", "available")


def test_a_user_who_is_gone(deployment: Deployment, alice: Person) -> None:
    """Whoever was removed from the site is told to log in; a login makes them anew, or refuses."""
    alice.log_in()
    alice.run("app", "available")
    deployment.stop_server(alice.name)
    deployment.hub_api("DELETE", f"users/{alice.name}")
    assert f"type 'remoteapprest login {alice.url}'" in alice.refused("app", "running")
    alice.log_in()
    assert alice.mapping in alice.run("app", "available").stdout


def test_a_port_that_nobody_listens_on(alice: Person) -> None:
    """Nobody answers: check the address."""
    url = f"http://127.0.0.1:{free_ports(1)[0]}"
    line = alice.refused("login", url, "--username", "a", input="b\n")
    assert f"Nobody answers at {url}" in line
