"""A whole deployment for tests: a real Hub, a real proxy, the gate and the users' processes.

It runs the repository's own ``jupyterhub/jupyterhub_config.py`` in a temporary directory, on
free ports, with its own realm and its own accounting; anybody may log in (``WorldAuthenticator``)
and ``admin`` is an administrator. ``stop`` leaves nothing behind: no process, container or network.
"""

import os
import pathlib
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable
from typing import Any

import docker
import requests

from remoteappmanager.db import orm
from remoteappmanager.db.exceptions import Exists
from remoteappmanager.docker import docker_labels

ROOT = pathlib.Path(__file__).resolve().parents[2]
ADMIN = "admin"

HUB_CONFIG = """\
c = get_config()
load_subconfig({subconfig!r})
{logins}
c.ConfigurableHTTPProxy.command = [{proxy!r}]
# A service with every right, through which the tests prepare what they need.
c.JupyterHub.services = list(c.JupyterHub.services) + [
    {{"name": "tests", "api_token": {token!r}}}
]
c.JupyterHub.load_roles = [
    {{"name": "tests", "services": ["tests"], "scopes": ["admin:users", "admin:servers", "tokens",
      "access:servers", "access:services", "read:services", "read:hub"]}}
]
{extra}
"""

#: Anybody, with any password.
ANYONE = f"""\
c.JupyterHub.authenticator_class = (
    "remoteappmanager.jupyterhub.auth.world_authenticator.WorldAuthenticator"
)
c.Authenticator.admin_users = {{{ADMIN!r}}}
"""

APP_CONFIG = """\
docker_realm = {realm!r}
database_class = "remoteappmanager.db.orm.ORMDatabase"
database_kwargs = {{"url": {database!r}}}
network_timeout = 30
{extra}
"""


def free_ports(count: int) -> list[int]:
    """``count`` different free ports on 127.0.0.1."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def eventually(check: Callable[[], Any], timeout: float = 20, what: str = "") -> Any:
    """The first true value of ``check``, asked again until ``timeout`` seconds have passed."""
    until = time.monotonic() + timeout
    last: Exception | None = None
    while True:
        try:
            if value := check():
                return value
        except (requests.RequestException, AssertionError, OSError) as exc:
            last = exc
        if time.monotonic() > until:
            raise AssertionError(f"not within {timeout} s: {what or check} ({last})")
        time.sleep(0.2)


def proxy_command() -> str:
    """configurable-http-proxy: the repository's own, else one that is on the path."""
    local = ROOT / "jupyterhub" / "node_modules" / ".bin" / "configurable-http-proxy"
    return str(local) if local.exists() else "configurable-http-proxy"


class Visitor(requests.Session):
    """Somebody's browser, without the drawing: cookies, XSRF, relative addresses."""

    def __init__(self, base: str, name: str) -> None:
        super().__init__()
        self.trust_env = False
        self.base = base
        self.prefix = urllib.parse.urlsplit(base).path
        self.name = name

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        """As in requests; ``url`` may be a path, and no request waits for ever."""
        kwargs.setdefault("timeout", 30)
        if url.startswith("/"):
            url = self.base + url
        return super().request(method, url, *args, **kwargs)

    def xsrf(self, path: str) -> str:
        """The XSRF token of the cookie for exactly ``path``; empty when there is none."""
        path = self.prefix + path
        found = [c.value for c in self.cookies if c.name == "_xsrf" and c.path == path]
        return found[0] or "" if found else ""

    @property
    def home(self) -> str:
        """The path of their own process."""
        return f"/user/{requests.utils.quote(self.name, safe='@~')}/"


class Deployment:
    """One deployment; see the module. ``directory`` is the run directory, ``url`` its address.

    ``hub_config`` and ``app_config`` are added to the two configuration files; without ``anyone``,
    only the demo users of the repository's configuration may log in. With ``prefix``, such as
    ``/lab``, the whole site lies below that path.
    """

    def __init__(
        self,
        directory: pathlib.Path,
        *,
        engine: str = "",
        hub_config: str = "",
        app_config: str = "",
        anyone: bool = True,
        prefix: str = "",
    ) -> None:
        self.directory = directory
        self.engine = engine
        self.realm = f"test-{secrets.token_hex(4)}"
        self.port, self.hub_port, self.proxy_api_port = free_ports(3)
        self.prefix = prefix
        self.url = f"http://127.0.0.1:{self.port}{prefix}"
        self.hub_api_url = f"http://127.0.0.1:{self.hub_port}{prefix}/hub/api"
        self.database_url = f"sqlite:///{directory / 'accounting.db'}"
        self._admin_token = secrets.token_hex(32)
        self.hub_config = hub_config
        self._app_config = app_config
        self._anyone = anyone
        self._hub: subprocess.Popen[bytes] | None = None

    # --- life ------------------------------------------------------------------

    def start(self, timeout: float = 60) -> "Deployment":
        """Write the configuration, start the Hub, and wait until it answers."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self._write_configuration()
        self._make_database()
        self.start_hub(timeout)
        return self

    def start_hub(self, timeout: float = 60) -> None:
        """Start the Hub (again), with what it starts itself."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("JUPYTERHUB_", "REMOTEAPP_", "CONFIGPROXY_"))
        }
        environment |= {
            "REMOTEAPP_RUN_DIR": str(self.directory),
            "REMOTEAPP_PORT": str(self.port),
            "REMOTEAPP_BASE_URL": f"{self.prefix}/",
            "REMOTEAPP_HUB_PORT": str(self.hub_port),
            "REMOTEAPP_PROXY_API_PORT": str(self.proxy_api_port),
            "REMOTEAPP_CONFIG_FILE": str(self.directory / "remoteappmanager_config.py"),
        }
        if self.engine:
            environment["DOCKER_HOST"] = self.engine
        with open(self.directory / "hub.log", "ab") as log:
            self._hub = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "-f", "test_hub_config.py"],
                cwd=self.directory,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        try:
            eventually(self._hub_answers, timeout, "the Hub answers")
        except BaseException:
            print(self.hub_log()[-5000:])
            self.stop()
            raise

    def stop_hub(self, sig: int = signal.SIGTERM, timeout: float = 40) -> None:
        """Stop the Hub alone; what ends with it is the configuration's business."""
        if self._hub is None:
            return
        if self._hub.poll() is None:
            self._hub.send_signal(sig)
        try:
            self._hub.wait(timeout)
        except subprocess.TimeoutExpired:
            self._hub.kill()
            self._hub.wait(10)
        self._hub = None

    def stop(self) -> None:
        """End every process, container and network of this deployment."""
        self.stop_hub()
        for sig, seconds in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            for pid in self.pids():
                self.kill(pid, sig)
            until = time.monotonic() + seconds
            while self.pids() and time.monotonic() < until:
                time.sleep(0.1)
        assert not self.pids(), "processes survive SIGKILL"
        self._clean_engine()

    def _hub_answers(self) -> bool:
        assert self._hub is not None
        if self._hub.poll() is not None:
            raise RuntimeError(f"the Hub ended with status {self._hub.returncode}")
        return requests.get(f"{self.url}/hub/health", timeout=5).ok

    def _write_configuration(self) -> None:
        (self.directory / "test_hub_config.py").write_text(
            HUB_CONFIG.format(
                subconfig=str(ROOT / "jupyterhub" / "jupyterhub_config.py"),
                logins=ANYONE if self._anyone else "",
                proxy=proxy_command(),
                token=self._admin_token,
                extra=self.hub_config,
            )
        )
        (self.directory / "remoteappmanager_config.py").write_text(
            APP_CONFIG.format(realm=self.realm, database=self.database_url, extra=self._app_config)
        )

    # --- people ------------------------------------------------------------------

    def login(self, name: str, password: str = "anything") -> Visitor:
        """A browser in which ``name`` has logged in to the Hub."""
        visitor = Visitor(self.url, name)
        page = visitor.get("/hub/login")
        assert page.ok, page.text
        answer = visitor.post(
            "/hub/login?next=%2Fhub%2Fhome",
            data={"username": name, "password": password, "_xsrf": visitor.xsrf("/hub/")},
            allow_redirects=False,
        )
        assert answer.status_code == 302, f"login of {name}: {answer.status_code}"
        return visitor

    def spawn(self, visitor: Visitor, session: str | None = None, timeout: float = 30) -> None:
        """Start the visitor's process, of kind ``session``, as the spawn page does."""
        options = {} if session is None else {"opt-session": session}
        page = visitor.get("/hub/spawn", params=options)
        if "spawn_form" in page.text:
            visitor.post(
                "/hub/spawn", data={"session": session or "admin", "_xsrf": visitor.xsrf("/hub/")}
            ).raise_for_status()
        eventually(lambda: self.ready(visitor.name), timeout, f"process of {visitor.name}")

    def enter(self, name: str, session: str | None = None) -> Visitor:
        """Log in, start the process, open its page once: ready for ``api``."""
        visitor = self.login(name)
        self.spawn(visitor, session)
        self.wait_for_home(visitor)
        return visitor

    def wait_for_home(self, visitor: Visitor) -> None:
        """Wait for the visitor's page. After a restart of the proxy the Hub registers its route
        again in its own time, which is not the gate's.
        """

        def answers() -> bool:
            page = visitor.get(visitor.home)
            assert page.ok, f"{page.status_code} {page.url}\n{page.text[:2000]}"
            return True

        eventually(answers, 20, f"the home page of {visitor.name}")

    def api(self, visitor: Visitor, method: str, path: str, **kwargs: Any) -> requests.Response:
        """A request to ``api/v1/PATH`` of the visitor's own process, as its page makes it."""
        headers = {"X-XSRFToken": visitor.xsrf(visitor.home), "Sec-Fetch-Mode": "cors"}
        headers |= kwargs.pop("headers", {})
        kwargs.setdefault("allow_redirects", False)
        return visitor.request(
            method, f"{visitor.home}api/v1/{path.lstrip('/')}", headers=headers, **kwargs
        )

    def token(self, name: str, scopes: list[str] | None = None) -> str:
        """A new API token of user ``name``, who is created when the Hub does not know them."""
        self.hub_api("POST", f"users/{name}", check=False)
        body: dict[str, Any] = {"note": "tests"}
        if scopes is not None:
            body["scopes"] = scopes
        return str(self.hub_api("POST", f"users/{name}/tokens", json=body).json()["token"])

    # --- the Hub -------------------------------------------------------------------

    def hub_api(
        self, method: str, path: str, *, check: bool = True, **kwargs: Any
    ) -> requests.Response:
        """A request to the Hub's REST API with every right; an error is raised if ``check``."""
        answer = requests.request(
            method,
            f"{self.hub_api_url}/{path}",
            headers={"Authorization": f"token {self._admin_token}"},
            timeout=30,
            **kwargs,
        )
        if check:
            assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def server(self, name: str) -> dict[str, Any] | None:
        """What the Hub says of the default server of ``name``; None when there is none."""
        servers = self.hub_api("GET", f"users/{name}").json().get("servers", {})
        return servers.get("")

    def ready(self, name: str) -> bool:
        """Whether the process of ``name`` answers, by the Hub."""
        return bool((self.server(name) or {}).get("ready"))

    def stop_server(self, name: str) -> None:
        """Have the Hub stop the process of ``name``, and wait for it."""
        self.hub_api("DELETE", f"users/{name}/server", check=False)
        eventually(lambda: self.server(name) is None, 40, f"process of {name} stopped")

    def hub_log(self) -> str:
        """Everything the Hub and its children have written so far."""
        path = self.directory / "hub.log"
        return path.read_text(errors="replace") if path.exists() else ""

    # --- the proxy and the gate -------------------------------------------------------

    def secrets(self) -> dict[str, str]:
        """The gate's secrets, from the file that ``gate_service`` keeps."""
        lines = (self.directory / "remoteappgate.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    @property
    def gate_url(self) -> str:
        """The gate's own address, not through the proxy."""
        port = self.secrets()["REMOTEAPP_GATE_PORT"]
        return f"http://127.0.0.1:{port}{self.prefix}/services/remoteappgate/"

    def routes(self) -> dict[str, Any]:
        """The proxy's routes: path -> what it says of it."""
        answer = requests.get(
            f"http://127.0.0.1:{self.proxy_api_port}/api/routes",
            headers={"Authorization": f"token {self.secrets()['CONFIGPROXY_AUTH_TOKEN']}"},
            timeout=10,
        )
        answer.raise_for_status()
        routes: dict[str, Any] = answer.json()
        return routes

    def container_routes(self) -> dict[str, Any]:
        """The proxy's routes to containers."""
        return {path: value for path, value in self.routes().items() if "/containers/" in path}

    # --- processes ----------------------------------------------------------------------

    def pids(self, *words: str) -> list[int]:
        """The processes of this deployment whose command line has all ``words``.

        They are known by their environment, which names our directory.
        """
        mark = os.fsencode(self.directory) + b"/"
        run_dir = b"REMOTEAPP_RUN_DIR=" + os.fsencode(self.directory) + b"\0"
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                environ = (entry / "environ").read_bytes() + b"\0"
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            ours = run_dir in environ or b"REMOTEAPP_CONFIG_FILE=" + mark in environ
            if ours and all(word in command for word in words):
                found.append(int(entry.name))
        return sorted(found)

    def environment(self, pid: int) -> dict[str, str]:
        """The environment a process was started with."""
        items = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        return dict(item.decode().split("=", 1) for item in items if b"=" in item)

    def process(self, name: str) -> int:
        """The process id of the per-user process of ``name``."""
        for pid in self.pids():
            try:
                if self.environment(pid).get("JUPYTERHUB_USER") == name:
                    return pid
            except OSError:
                continue
        raise AssertionError(f"{name} has no process")

    def gate_pids(self) -> list[int]:
        """The processes of the gate itself, without the one that keeps it running."""
        return [pid for pid in self.pids("remoteappgate") if pid not in self.pids("run_gate")]

    def proxy_pid(self) -> int:
        """The process id of configurable-http-proxy."""
        return int((self.directory / "jupyterhub-proxy.pid").read_text())

    @staticmethod
    def kill(pid: int, sig: int = signal.SIGKILL) -> None:
        """Send a signal; a process that is gone already is fine."""
        try:
            os.kill(pid, sig)
        except ProcessLookupError:
            return

    # --- accounting ------------------------------------------------------------------------

    def _make_database(self) -> None:
        orm.Database(url=self.database_url).reset()

    def database(self) -> Any:
        """The accounting, as the processes open it."""
        return orm.ORMDatabase(url=self.database_url)

    def grant(
        self,
        image: str,
        user: str,
        *,
        app_license: str | None = None,
        allow_home: bool = True,
        allow_view: bool = False,
        volume: str | None = None,
        allow_startup_data: bool = False,
    ) -> str:
        """Grant ``image`` to ``user``, both made when they are missing; the mapping id."""
        database = self.database()
        for make, name in ((database.create_application, image), (database.create_user, user)):
            try:
                make(name)
            except Exists:
                continue
        return str(
            database.grant_access(
                image, user, app_license, allow_home, allow_view, volume, allow_startup_data
            )
        )

    def remoteappdb(self, *arguments: str) -> None:
        """Run the command on the accounting, as a system administrator; it must succeed."""
        program = [sys.executable, "-m", "remoteappmanager.cli.remoteappdb", self.database_url]
        subprocess.run([*program, *arguments], check=True, capture_output=True)

    # --- the engine ----------------------------------------------------------------------------

    def docker(self) -> Any:
        """docker-py's high-level client for this deployment's engine."""
        return docker.DockerClient(base_url=self.engine) if self.engine else docker.from_env()

    def containers(self) -> list[Any]:
        """All containers of the realm, running or not."""
        label = f"{docker_labels.REALM}={self.realm}"
        return list(self.docker().containers.list(all=True, filters={"label": label}))

    def networks(self) -> list[Any]:
        """All networks that were made for the realm."""
        label = f"{docker_labels.NETWORK_REALM}={self.realm}"
        return list(self.docker().networks.list(filters={"label": label}))

    def _clean_engine(self) -> None:
        for container in self.containers():
            container.remove(force=True, v=True)
        for network in self.networks():
            network.remove()
