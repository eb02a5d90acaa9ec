"""The process that stands for a container of the simulated engine.

It serves one page under the path that a real container would serve, says in
plain words that it is a simulation, and answers a few addresses that tests ask.
It is started by its file name and uses the standard library alone, so that it
is up in a few hundredths of a second. It ends when its standard input does:
so it never outlives the engine that started it.

Under its path: ``request`` (what arrived, as JSON), ``echo`` (the body back),
``download?N`` (N bytes), ``websocket`` (what is sent comes back).
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import signal
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

WEBSOCKET_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CHUNK = b"\0" * 65536

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title} (simulated)</title>
<link rel="icon" href="data:,">
<style>
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center;
  font: 1.05rem/1.6 system-ui, sans-serif; color: #3a3212; background: #fff6d8; }}
main {{ max-width: 34rem; padding: 2rem; background: white; border-radius: 1rem; }}
h1 {{ margin-top: 0; }}
code {{ overflow-wrap: anywhere; }}
button {{ font: inherit; padding: .3rem 1rem; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p><strong>This is a simulation.</strong> No Docker Engine could be had on this machine, so
this page stands for the application. Everything around it is real: the login, the list,
the start, this address and the stop.</p>
<p>Owner: <strong id="user">{user}</strong><br>Address: <code>{path}/</code></p>
<p><button id="button" type="button">Press me</button> <output id="count">0</output></p>
<p>WebSocket: <output id="socket">not connected</output></p>
<p><a href="request">What arrived of a request</a></p>
</main>
<script>
const count = document.getElementById("count");
document.getElementById("button").onclick = () => {{ count.value = Number(count.value) + 1; }};
const address = new URL("websocket", location.href);
address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
const socket = new WebSocket(address);
socket.onopen = () => socket.send("works");
socket.onmessage = (event) => {{ document.getElementById("socket").value = event.data; }};
</script>
</body>
</html>
"""


class Handler(BaseHTTPRequestHandler):
    """Answers under the container's own path, and 404 elsewhere."""

    protocol_version = "HTTP/1.1"
    settings: dict[str, Any] = {}
    environment: dict[str, str] = {}

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        root = "{}/containers/{}".format(
            self.environment.get("JPY_BASE_USER_URL", ""), self.environment.get("URL_ID", "")
        )
        address = urlsplit(self.path)
        if unquote(address.path) == unquote(root):
            self._answer(302, b"", Location=f"{root}/")
        elif not unquote(address.path).startswith(f"{unquote(root)}/"):
            self._answer(404, b"not found\n")
        elif self.settings["behaviour"] == "never_ready":
            self._answer(503, b"not ready\n")
        else:
            name = unquote(address.path)[len(unquote(root)) + 1 :]
            self._serve(name, address.query, body, root)

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

    def _serve(self, name: str, query: str, body: bytes, root: str) -> None:
        if name in ("", "index.html"):
            page = PAGE.format(
                title=html.escape(self.settings["title"]),
                user=html.escape(self.environment.get("JPY_USER", "")),
                path=html.escape(root),
            )
            self._answer(200, page.encode(), content_type="text/html; charset=utf-8")
            if self.settings["behaviour"] == "dies_after_ready":
                os._exit(1)
        elif name == "request":
            arrived = {
                "method": self.command,
                "path": self.path,
                "headers": [list(pair) for pair in self.headers.items()],
                "environment": self.environment,
            }
            self._answer(200, json.dumps(arrived, indent=1).encode(), "application/json")
        elif name == "echo":
            self._answer(200, body, self.headers.get("Content-Type", "text/plain"))
        elif name == "download" and query.isdigit():
            self._download(int(query))
        elif name == "websocket" and self.headers.get("Upgrade", "").lower() == "websocket":
            self._websocket()
        else:
            self._answer(404, b"not found\n")

    def _answer(
        self, status: int, body: bytes, content_type: str = "text/plain", **headers: str
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
            self.wfile.flush()

    def _download(self, size: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(size))
        self.end_headers()
        while size > 0:
            self.wfile.write(CHUNK[:size])
            size -= len(CHUNK)

    def _websocket(self) -> None:
        key = self.headers.get("Sec-WebSocket-Key", "") + WEBSOCKET_MAGIC
        accept = base64.b64encode(hashlib.sha1(key.encode(), usedforsecurity=False).digest())
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept.decode())
        self.end_headers()
        self.close_connection = True
        echo_frames(self.rfile, self.wfile)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a container's log holds what tests look for there."""


def echo_frames(source: BinaryIO, sink: BinaryIO) -> None:
    """Send every WebSocket frame back until the other side closes."""
    while len(head := source.read(2)) == 2:
        opcode, length = head[0] & 0x0F, head[1] & 0x7F
        if length == 126:
            length = int.from_bytes(source.read(2), "big")
        elif length == 127:
            length = int.from_bytes(source.read(8), "big")
        mask = source.read(4) if head[1] & 0x80 else b""
        data = source.read(length)
        if mask:
            pad = (mask * (length // 4 + 1))[:length]
            data = (int.from_bytes(data, "big") ^ int.from_bytes(pad, "big")).to_bytes(
                length, "big"
            )
        # A ping is answered by a pong; everything else goes back as it came.
        first = (head[0] & 0xF0) | (0xA if opcode == 0x9 else opcode)
        if length < 126:
            size = bytes([length])
        elif length < 1 << 16:
            size = b"\x7e" + length.to_bytes(2, "big")
        else:
            size = b"\x7f" + length.to_bytes(8, "big")
        sink.write(bytes([first]) + size + data)
        sink.flush()
        if opcode == 0x8:
            return


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: clients may go away in the middle."""

    def server_bind(self) -> None:
        # Without the base class's look-up of the host's name, which may take seconds.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = self.server_address[:2]


def main() -> None:
    """Serve as the JSON in the first argument says."""
    settings = json.loads(sys.argv[1])
    behaviour = settings["behaviour"]
    if behaviour == "dies_during_start":
        print("the application cannot start: a part of it is missing", file=sys.stderr)
        sys.exit(3)
    ends = signal.SIG_IGN if behaviour == "ignores_stop" else (lambda *_: os._exit(0))
    signal.signal(signal.SIGTERM, ends)
    if behaviour == "slow_ready":
        time.sleep(settings["seconds"])
    Handler.settings = settings
    Handler.environment = settings["environment"]
    if behaviour != "never_listens":
        for address in settings["listen"]:
            server = Server(tuple(address), Handler)
            threading.Thread(target=server.serve_forever, daemon=True).start()
        print("serving on port 8888", flush=True)
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
