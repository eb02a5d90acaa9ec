"""configurable-http-proxy itself, on free ports, for tests that need the real one."""

from __future__ import annotations

import os
import pathlib
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def command() -> str:
    """The repository's own, else one that is on the path."""
    local = ROOT / "jupyterhub" / "node_modules" / ".bin" / "configurable-http-proxy"
    return str(local) if local.exists() else "configurable-http-proxy"


class RealProxy:
    """A proxy process. ``url`` is where browsers go, ``api_url`` where routes are made.

    Parameters
    ----------
    options:
        More of its command line.
    api_socket:
        A path: the API listens there and on no port.
    """

    token = "proxy-token"

    def __init__(self, *options: str, api_socket: str = "") -> None:
        self._options = options
        self._socket = api_socket
        ports = _free_ports()
        self._port, self._api_port = ports
        self.url = f"http://127.0.0.1:{self._port}"
        self.api_url = f"http://127.0.0.1:{self._api_port}"
        if api_socket:
            self.api_url = "http+unix://" + api_socket.replace("/", "%2F")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> RealProxy:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it (again, on the same ports, with no memory), and wait until it listens."""
        where = ["--api-port", str(self._api_port), "--api-ip", "127.0.0.1"]
        if self._socket:
            where = ["--api-socket", self._socket]
        self._process = subprocess.Popen(
            [command(), "--ip", "127.0.0.1", "--port", str(self._port), *where, *self._options],
            env={**os.environ, "CONFIGPROXY_AUTH_TOKEN": self.token},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 20
        while not self._listens():
            assert self._process.poll() is None, "the proxy ended"
            assert time.monotonic() < until, "the proxy does not listen"
            time.sleep(0.05)

    def kill(self) -> None:
        """End it with -9, as a crash does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(10)
            self._process = None

    def _listens(self) -> bool:
        api = self._socket or ("127.0.0.1", self._api_port)
        for address in (api, ("127.0.0.1", self._port)):
            family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
            with socket.socket(family) as probe:
                if probe.connect_ex(address) != 0:
                    return False
        return True


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]
