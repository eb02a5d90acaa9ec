"""A container of the simulated engine: its settings, its process, its JSON.

The shapes are those of a real engine (API 1.41), less what nobody reads.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import pathlib
import random
import secrets
import signal
import socket
import sys
import time
from collections.abc import Mapping
from typing import Any

from tests.fakes.docker_images import NAMESPACE, FakeImage

PAGE = pathlib.Path(__file__).with_name("docker_page.py")
PORT = 8888
NEVER = "0001-01-01T00:00:00Z"
MAX_LOG = 1 << 20  # bytes kept of a container's output


class Container:
    """One container, from its creation to its removal."""

    def __init__(self, name: str, body: Mapping[str, Any], image: FakeImage) -> None:
        self.id = secrets.token_hex(32)
        self.name = name
        self.body = body
        self.image = image
        self.labels: dict[str, str] = image.labels | (body.get("Labels") or {})
        self.host_config: dict[str, Any] = dict(body.get("HostConfig") or {})
        self.environment = dict(item.partition("=")[::2] for item in body.get("Env") or [])
        #: Name of the network it is on, and the network's id while it runs.
        self.network_name = "bridge"
        self.network_id = ""
        self.address = ""
        self.status = "created"
        self.exit_code = 0
        self.error = ""
        self.out_of_memory = False
        self.log: list[tuple[int, str, bytes]] = []
        self.host_ports: list[dict[str, str]] = []
        self.created = time.time()
        self.started = self.finished = 0.0
        #: Set while there is no process.
        self.ended = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def running(self) -> bool:
        return self.status == "running"

    # --- the process ----------------------------------------------------------

    async def start(self, behaviour: str, seconds: float) -> None:
        """Start the process, on an address and ports of its own."""
        self.address = _free_address()
        self.host_ports = self._publish()
        listen = [[self.address, PORT]]
        listen += [[port["HostIp"], int(port["HostPort"])] for port in self.host_ports]
        settings = {
            "behaviour": behaviour,
            "seconds": seconds,
            "title": self.labels.get(f"{NAMESPACE}.ui_name", self.image.tags[0]),
            "environment": self.environment,
            "listen": listen,
        }
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(PAGE), json.dumps(settings)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        self.status, self.exit_code, self.error = "running", 0, ""
        self.out_of_memory = False
        self.started, self.finished = time.time(), 0.0
        self.ended.clear()

    async def run_out(self) -> None:
        """Collect the output until the process has ended, and note how it did."""
        process = self._process
        assert process is not None and process.stdout and process.stderr
        await asyncio.gather(self._collect(1, process.stdout), self._collect(2, process.stderr))
        code = await process.wait()
        self.exit_code = code if code >= 0 else 128 - code
        self.status, self.finished = "exited", time.time()
        self.network_id, self.host_ports = "", []

    async def _collect(self, stream: int, source: asyncio.StreamReader) -> None:
        async for line in source:
            if sum(len(entry) for _, _, entry in self.log) < MAX_LOG:
                self.log.append((stream, rfc3339(time.time()), line))

    def signal(self, number: int) -> None:
        """Send the process a signal; nothing happens when it has ended."""
        with contextlib.suppress(ProcessLookupError):
            if self._process is not None:
                self._process.send_signal(number)

    async def stop(self, grace: float) -> None:
        """End the process: politely, and after ``grace`` seconds by force."""
        self.signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.ended.wait(), grace)
        except TimeoutError:
            self.signal(signal.SIGKILL)
            await self.ended.wait()

    def _publish(self) -> list[dict[str, str]]:
        bindings = (self.host_config.get("PortBindings") or {}).get(f"{PORT}/tcp") or []
        published = []
        for binding in bindings:
            host = binding.get("HostIp") or "127.0.0.1"
            port = binding.get("HostPort") or str(_free_port(host))
            published.append({"HostIp": host, "HostPort": port})
        return published

    # --- the JSON -------------------------------------------------------------

    def endpoint(self) -> dict[str, Any]:
        """Its place on its network."""
        on = self.running
        return {
            "IPAMConfig": None,
            "Links": None,
            "Aliases": [self.id[:12]] if on else None,
            "NetworkID": self.network_id,
            "EndpointID": self.id[::-1] if on else "",
            "Gateway": "127.0.0.1" if on else "",
            "IPAddress": self.address if on else "",
            "IPPrefixLen": 8 if on else 0,
            "IPv6Gateway": "",
            "GlobalIPv6Address": "",
            "GlobalIPv6PrefixLen": 0,
            "MacAddress": "02:42:00:00:00:02" if on else "",
            "DriverOpts": None,
        }

    def list_item(self) -> dict[str, Any]:
        """The container as an item of ``GET /containers/json``."""
        exposed = sorted(set(self.image.ports) | set(self.body.get("ExposedPorts") or {}))
        ports = [
            {"PrivatePort": int(port.partition("/")[0]), "Type": port.partition("/")[2]}
            for port in exposed
            if self.running and not (self.host_ports and port == f"{PORT}/tcp")
        ]
        ports += [
            {
                "IP": port["HostIp"],
                "PrivatePort": PORT,
                "PublicPort": int(port["HostPort"]),
                "Type": "tcp",
            }
            for port in self.host_ports
        ]
        return {
            "Id": self.id,
            "Names": [f"/{self.name}"],
            "Image": self.body["Image"],
            "ImageID": self.image.id,
            "Command": "/start",
            "Created": int(self.created),
            "Ports": ports,
            "Labels": self.labels,
            "State": self.status,
            "Status": self._status_text(),
            "HostConfig": {"NetworkMode": self.host_config.get("NetworkMode", "default")},
            "NetworkSettings": {"Networks": {self.network_name: self.endpoint()}},
            "Mounts": self._mounts(),
        }

    def inspected(self) -> dict[str, Any]:
        """The container as ``GET /containers/ID/json``."""
        exposed = set(self.image.ports) | set(self.body.get("ExposedPorts") or {})
        ports: dict[str, Any] = dict.fromkeys(sorted(exposed)) if self.running else {}
        if self.host_ports:
            ports[f"{PORT}/tcp"] = self.host_ports
        config = {key: self.body.get(key) for key in ("User", "Env", "Cmd", "Image", "Volumes")}
        return {
            "Id": self.id,
            "Created": rfc3339(self.created),
            "Path": "/start",
            "Args": [],
            "State": self.state(),
            "Image": self.image.id,
            "Name": f"/{self.name}",
            "RestartCount": 0,
            "Driver": "simulated",
            "Platform": "linux",
            "HostConfig": {"NetworkMode": "default"} | self.host_config,
            "Mounts": self._mounts(),
            "Config": config
            | {
                "Hostname": self.id[:12],
                "Tty": False,
                "Labels": self.labels,
                "ExposedPorts": {port: {} for port in sorted(exposed)},
                "Entrypoint": ["/start"],
            },
            "NetworkSettings": {
                "Bridge": "",
                "Ports": ports,
                "Gateway": "",
                "IPAddress": self.address if self.running and self._default_network else "",
                "Networks": {self.network_name: self.endpoint()},
            },
        }

    def state(self) -> dict[str, Any]:
        """The part ``State`` of an inspection."""
        return {
            "Status": self.status,
            "Running": self.running,
            "Paused": False,
            "Restarting": False,
            "OOMKilled": self.out_of_memory,
            "Dead": self.status == "dead",
            "Pid": self._process.pid if self._process and self.running else 0,
            "ExitCode": self.exit_code,
            "Error": self.error,
            "StartedAt": rfc3339(self.started) if self.started else NEVER,
            "FinishedAt": rfc3339(self.finished) if self.finished else NEVER,
        }

    def logs(self, streams: set[int], tail: str, timestamps: bool) -> bytes:
        """Its output in Docker's frames: stream, three zeros, length, text."""
        chosen = [entry for entry in self.log if entry[0] in streams]
        if tail.isdigit():
            chosen = chosen[len(chosen) - min(int(tail), len(chosen)) :]
        frames = b""
        for stream, when, line in chosen:
            text = f"{when} ".encode() + line if timestamps else line
            frames += bytes([stream, 0, 0, 0]) + len(text).to_bytes(4, "big") + text
        return frames

    @property
    def _default_network(self) -> bool:
        return self.network_name == "bridge"

    def _mounts(self) -> list[dict[str, Any]]:
        return [
            {
                "Type": mount.get("Type", "bind"),
                "Source": mount.get("Source", ""),
                "Destination": mount.get("Target", ""),
                "Mode": "",
                "RW": not mount.get("ReadOnly", False),
                "Propagation": "rprivate",
            }
            for mount in self.host_config.get("Mounts") or []
        ]

    def _status_text(self) -> str:
        if self.status == "created":
            return "Created"
        if self.running:
            return f"Up {int(time.time() - self.started)} seconds"
        return f"Exited ({self.exit_code}) {int(time.time() - self.finished)} seconds ago"


def rfc3339(seconds: float) -> str:
    """A time as Docker writes it, with nine decimals."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond * 1000:09d}Z"


def _free_address() -> str:
    """A loopback address whose port 8888 nobody uses."""
    while True:
        parts = [random.randint(64, 250) for _ in range(3)]
        address = f"127.{parts[0]}.{parts[1]}.{parts[2]}"
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, PORT))
            return address


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
