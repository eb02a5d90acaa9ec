"""``remoteapprest`` as a process, and ``%remoteapp`` in a kernel, against a real Hub and Docker."""

import concurrent.futures
import json
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from jupyter_client.manager import start_new_kernel

from remoteappmanager.docker import docker_labels
from remoteappmanager.jupyterhub.auth import hash as password_hash
from tests.integration.deployment import Deployment, eventually, free_ports

TINY = "remoteapp/tiny:latest"
PASSWORD = "correct-hörse battery"

#: Passwords, a server that takes its time to start, and tokens that last a day at most.
STRICT = """
import asyncio
c.JupyterHub.authenticator_class = (
    "remoteappmanager.jupyterhub.auth.basic_authenticator.BasicAuthenticator"
)
c.BasicAuthenticator.user_data = {{"carol": {hashed!r}}}
c.BasicAuthenticator.admin_data = {{}}
c.JupyterHub.token_expires_in_max_seconds = 86400

async def slowly(spawner):
    await asyncio.sleep(3)

c.Spawner.pre_spawn_hook = slowly
"""


class Person:
    """Somebody with a home directory of their own, who types ``remoteapprest ...``."""

    def __init__(self, url: str, name: str, home: pathlib.Path) -> None:
        self.url = url
        self.name = name
        #: The id of their one grant.
        self.mapping = ""
        self.home = home
        home.mkdir(exist_ok=True)
        self.environment = {"HOME": str(home), "PATH": os.environ["PATH"], "NO_PROXY": "*"}

    def popen(self, *words: str) -> "subprocess.Popen[str]":
        """Type a command."""
        return subprocess.Popen(
            [sys.executable, "-m", "remoteappmanager.cli.remoteapprest", *words],
            env=self.environment,
            cwd=pathlib.Path(__file__).resolve().parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, input: str = "", expect: int = 0) -> Any:
        """Type a command, and wait for its end, which is ``expect``."""
        process = self.popen(*words)
        out, err = process.communicate(input, timeout=90)
        assert process.returncode == expect, f"{words}: {process.returncode}\n{out}\n{err}"
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def refused(self, *words: str, input: str = "") -> str:
        """The one line with which a command is refused."""
        done = self.run(*words, input=input, expect=1)
        assert done.stdout == ""
        (line,) = [each for each in done.stderr.splitlines() if not each.startswith("Note:")]
        assert line.startswith("Error: ")
        return str(line)

    def log_in(self, password: str = PASSWORD) -> Any:
        """Log in with a password from a pipe."""
        return self.run("login", self.url, "--username", self.name, input=password + "\n")

    @property
    def file(self) -> pathlib.Path:
        """The credentials file."""
        return self.home / ".remoteapprest"

    @property
    def token(self) -> str:
        """The secret in it."""
        return str(json.loads(self.file.read_text())["token"])


@pytest.fixture
def alice(deployment: Deployment, tmp_path: pathlib.Path) -> Iterator[Person]:
    """A user of the shared deployment (WorldAuthenticator), new to the Hub, with one grant."""
    person = Person(deployment.url, f"rest-{tmp_path.name[-12:]}".lower(), tmp_path / "home")
    person.mapping = deployment.grant(TINY, person.name)
    yield person
    if person.file.exists():
        for line in person.popen("app", "running").communicate()[0].splitlines():
            person.popen("app", "stop", line.split()[0]).communicate()


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
    alice.run("app", "stop", url_id)
    assert alice.run("app", "running", "--json").stdout == "[]\n"
    assert "app running" in alice.refused("app", "stop", url_id)
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
    until = time.monotonic() + 20
    while not (answer := browser.get(address)).ok and time.monotonic() < until:
        time.sleep(0.2)
    assert answer.ok
    assert answer.url == address


def test_two_starts_at_once_are_one_container(deployment: Deployment, alice: Person) -> None:
    """Two starts at the same moment: one running container, one clear answer each."""
    alice.log_in()
    alice.run("app", "available")
    mapping = alice.mapping
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
    time.sleep(1.5)
    assert f"type 'remoteapprest login {alice.url}'" in alice.refused("app", "available")


def test_a_port_that_nobody_listens_on(alice: Person) -> None:
    """Nobody answers: check the address."""
    url = f"http://127.0.0.1:{free_ports(1)[0]}"
    line = alice.refused("login", url, "--username", "a", input="b\n")
    assert f"Nobody answers at {url}" in line


# --- TLS -------------------------------------------------------------------------------------


class Tls:
    """A TLS terminator before a plain site, with an authority of its own."""

    def __init__(self, directory: pathlib.Path, target: int) -> None:
        self.ca = directory / "ca.pem"
        key = directory / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-keyout", key, "-out", self.ca, "-days", "2", "-subj", "/CN=test",
             "-addext", "subjectAltName=IP:127.0.0.1"],
            check=True, capture_output=True,
        )  # fmt: skip
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.ca, key)
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        try:
            outside = self._context.wrap_socket(plain, server_side=True)
            inside = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            plain.close()
            return
        for source, sink in ((outside, inside), (inside, outside)):
            threading.Thread(target=self._copy, args=(source, sink), daemon=True).start()

    @staticmethod
    def _copy(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            sink.close()


@pytest.fixture
def tls(deployment: Deployment, tmp_path: pathlib.Path) -> Iterator[Tls]:
    """The shared deployment behind TLS."""
    front = Tls(tmp_path, deployment.port)
    yield front
    front.close()


def test_a_certificate_must_be_trusted(tls: Tls, alice: Person) -> None:
    """TLS is verified: an unknown authority is refused before anything is sent."""
    line = alice.refused("login", tls.url, "--username", alice.name, input="secret\n")
    assert "--ca-file FILE" in line


def test_the_wrong_authority(tls: Tls, alice: Person, tmp_path: pathlib.Path) -> None:
    """--ca-file with somebody else's authority does not help."""
    other = tmp_path / "other"
    other.mkdir()
    elsewhere = Tls(other, 1)
    elsewhere.close()
    words = ("--ca-file", str(elsewhere.ca), "login", tls.url, "--username", alice.name)
    assert "is not trusted" in alice.refused(*words, input="secret\n")


def test_the_sites_own_authority(tls: Tls, alice: Person) -> None:
    """--ca-file at the login is remembered; --insecure is not."""
    alice.run("login", tls.url, "--ca-file", str(tls.ca), "--username", alice.name, input="any\n")
    assert alice.mapping in alice.run("app", "available").stdout
    words = ("login", tls.url, "--insecure", "--username", alice.name)
    assert "not verified" in alice.run(*words, input="any\n").stderr
    assert "--ca-file" in alice.refused("app", "available")
    alice.run("app", "available", "--insecure")


# --- secrets ----------------------------------------------------------------------------------


def test_no_secret_lies_about(deployment: Deployment, alice: Person) -> None:
    """Password and token are in the credentials file (0600) at most, in no log and no argument."""
    process = alice.popen("login", alice.url, "--username", alice.name)
    arguments = pathlib.Path(f"/proc/{process.pid}/cmdline").read_text()
    environment = pathlib.Path(f"/proc/{process.pid}/environ").read_text()
    out, err = process.communicate(PASSWORD + "\n", timeout=60)
    assert process.returncode == 0, err
    done = alice.run("app", "start", alice.mapping)
    assert alice.file.stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in alice.file.read_text()
    token = alice.token
    log = deployment.hub_log()
    assert alice.name in log
    for text in (arguments, environment, out, err, done.stdout, done.stderr, log):
        assert PASSWORD not in text
        assert token not in text
    files = [each for each in alice.home.rglob("*") if each.is_file()]
    assert files == [alice.file]


# --- notebooks ------------------------------------------------------------------------------------


def test_the_magics_in_a_kernel(deployment: Deployment, alice: Person) -> None:
    """In a real IPython kernel: list, start with a link, list what runs, stop."""
    alice.log_in()
    manager, client = start_new_kernel(env={**os.environ, **alice.environment})
    try:
        shown: dict[str, Any] = {}
        failed: list[str] = []

        def output(message: dict[str, Any]) -> None:
            content = message["content"]
            if message["msg_type"] == "execute_result":
                shown.update(content["data"])
            if message["msg_type"] == "error" or content.get("name") == "stderr":
                failed.append(str(content.get("text") or content.get("evalue")))

        def cell(code: str) -> dict[str, Any]:
            shown.clear()
            reply = client.execute_interactive(code, timeout=60, output_hook=output)
            assert reply["content"]["status"] == "ok", (reply["content"], failed)
            return dict(shown)

        cell("%load_ext remoteappmanager.magics")
        mapping = alice.mapping
        assert mapping in cell("%remoteapp available")["text/plain"]
        started = cell(f"app = %remoteapp start {mapping}\napp")
        address = started["text/plain"]
        assert f'href="{address}"' in started["text/html"]
        assert address in cell("%remoteapp running")["text/html"]
        browser = deployment.enter(alice.name)
        assert browser.get(address).ok
        cell("%remoteapp stop tiny")
        assert cell("%remoteapp running")["text/plain"] == "(none)"
        failed.clear()
        client.execute_interactive("%remoteapp start nothing", timeout=60, output_hook=output)
        assert any("no application 'nothing'" in each for each in failed)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
