"""A whole site at the wire, for its clients: the Hub's addresses and a user's process behind it.

What it says was taken from a JupyterHub 6.1 and our own process; the integration
tests of the clients run the same commands against the real ones.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Answer = tuple[int, dict[str, str], bytes]

ALICE = "alice"
PASSWORD = "pa$$ wörd"
MAPPING = "0123456789abcdef0123456789abcdef"


def as_json(status: int, value: Any, **headers: str) -> Answer:
    """An answer with a JSON body."""
    return status, {"Content-Type": "application/json", **headers}, json.dumps(value).encode()


def event(**data: Any) -> bytes:
    """One of the Hub's server-sent events."""
    return f"data: {json.dumps(data)}\n\n".encode()


class FakeSite:
    """One user, one application; ``with`` it, then ask ``url``.

    Attributes
    ----------
    server:
        ``"running"``, ``"stopped"``, ``"starting"``, or ``"dead"`` (the proxy knows
        it, and nobody answers there).
    known:
        Whether the Hub has seen the user before: if not, only the login page does.
    form:
        Whether there is a login page with a password.
    asked:
        ``METHOD PATH`` of all requests, in order.
    overrides:
        ``METHOD PATH`` of the user's API (a regular expression) -> what to answer.
    """

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.server = "running"
        self.known = True
        self.form = True
        self.spawn_events = [
            event(progress=50, message="Half way"),
            event(ready=True, progress=100),
        ]
        self.longest_token: int | None = None
        self.tokens: dict[str, list[str]] = {}
        self.containers: dict[str, str] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[Any] = []
        self.overrides: dict[str, Answer | Callable[[], Answer]] = {}

    def __enter__(self) -> FakeSite:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                status, headers, body = site.answer(
                    self.command, self.path, dict(self.headers), self.rfile.read(length)
                )
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_DELETE = do

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}{self.prefix}"
        serve = {"poll_interval": 0.01}
        threading.Thread(target=self._http.serve_forever, kwargs=serve, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def token(self, scopes: list[str] | None = None) -> str:
        """A fresh token."""
        token = secrets.token_hex(16)
        self.tokens[token] = scopes or [f"access:servers!user={ALICE}"]
        return token

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Answer one request, and note it."""
        path = urlsplit(path).path
        self.asked.append(f"{method} {path}")
        self.headers.append(headers)
        self.bodies.append(body)
        if not path.startswith(f"{self.prefix}/"):
            return 404, {}, b"not ours"
        path = unquote(path.removeprefix(self.prefix))
        if path.startswith(f"/user/{ALICE}/"):
            return self._process(method, path, headers, body)
        return self._hub(method, path, headers, body)

    # --- the Hub -------------------------------------------------------------------

    def _hub(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        allowed = self._scopes(headers) is not None
        users = re.fullmatch(r"/hub/api/users/([^/]+)/(.*)", path)
        if path == "/hub/api/":
            return as_json(200, {"version": "6.1.1"})
        if path == "/hub/login":
            return self._login(method, body)
        if path == "/hub/token":
            return 200, {"Set-Cookie": f"_xsrf=inside; Path={self.prefix}/hub/"}, b"<html>"
        if path == "/hub/api/user":
            if not allowed:
                return as_json(403, {"status": 403, "message": "Missing or invalid credentials."})
            model = {"name": ALICE, "kind": "user", "scopes": self._scopes(headers)}
            return as_json(200, {**model, "token_id": "a7"})
        if users and users[2] == "tokens":
            return self._new_token(users[1], headers, json.loads(body))
        if users and users[2].startswith("tokens/"):
            return as_json(403, {"message": "no"})
        if not allowed:
            return as_json(403, {"message": "Missing or invalid credentials."})
        if users and users[2] == "server":
            return self._spawn()
        if users and users[2] == "server/progress":
            if any(b'"ready"' in each for each in self.spawn_events):
                self.server = "running"
            return 200, {"Content-Type": "text/event-stream"}, b"".join(self.spawn_events)
        return 404, {}, b""

    def _login(self, method: str, body: bytes) -> Answer:
        if not self.form:
            return 200, {"Content-Type": "text/html"}, b"<a href='oauth_login'>Sign in</a>"
        cookie = {"Set-Cookie": f"_xsrf=outside; Path={self.prefix}/hub/"}
        if method == "GET":
            return 200, cookie, b'<form><input name="username"><input name="password"></form>'
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if form.get("_xsrf") != "outside" or form.get("password") != PASSWORD:
            return 403, {}, b"Invalid username or password"
        self.known = True
        cookie = {"Set-Cookie": f"hub-login=yes; Path={self.prefix}/hub/"}
        return 302, {"Location": f"{self.prefix}/hub/", **cookie}, b""

    def _new_token(self, name: str, headers: dict[str, str], body: dict[str, Any]) -> Answer:
        by_cookie = "hub-login=yes" in headers.get("Cookie", "")
        by_cookie = by_cookie and headers.get("X-XSRFToken") == "inside"
        right = (
            body.get("auth") == {"username": ALICE, "password": PASSWORD}
            and self.known
            and self.form
        )
        if name != ALICE or not (by_cookie or right):
            return as_json(403, {"status": 403, "message": None})
        if self.longest_token is not None and body.get("expires_in", 0) > self.longest_token:
            return as_json(400, {"message": "token expires_in: 9 must not exceed 8"})
        token = self.token([each.replace("!user", f"!user={ALICE}") for each in body["scopes"]])
        expires = {"expires_at": "2030-01-02T03:04:05Z"}
        return as_json(201, {"token": token, "id": "a7", "scopes": body["scopes"], **expires})

    def _spawn(self) -> Answer:
        if self.server == "running":
            return as_json(400, {"message": f"{ALICE} is already running"})
        if self.server == "dead":
            self.server = "running"
            return 201, {}, b""
        self.server = "starting"
        return 202, {}, b""

    def _scopes(self, headers: dict[str, str]) -> list[str] | None:
        """What the caller may do, or None for who is nobody."""
        if "hub-login=yes" in headers.get("Cookie", ""):
            return ["inherit"]
        return self.tokens.get(headers.get("Authorization", "").removeprefix("token "))

    # --- the user's process -----------------------------------------------------------

    def _process(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if self.server == "dead":
            return 503, {"Content-Type": "text/html"}, b"Service Unavailable"
        if self.server != "running":
            if method != "GET":
                return 403, {"Content-Type": "text/html"}, b"XSRF"
            return 302, {"Location": f"{self.prefix}/hub{path}"}, b""
        if self._scopes(headers) is None:
            return as_json(403, {"type": "Unable", "message": "You are not logged in."})
        path = path.removeprefix(f"/user/{ALICE}/api/v1/")
        for pattern, given in self.overrides.items():
            if re.fullmatch(pattern, f"{method} {path}"):
                return given() if callable(given) else given
        return self._api(method, path, body)

    def _api(self, method: str, path: str, body: bytes) -> Answer:
        collection, _, identifier = path.strip("/").partition("/")
        if collection == "applications":
            items = {MAPPING: self.application()}
        else:
            items = {
                key: {"name": "c", "image_name": "site/tiny:1", "mapping_id": mapping}
                for key, mapping in self.containers.items()
            }
        if path == "events/":
            return 404, {}, b""
        if method == "POST":
            url_id = secrets.token_hex(16)
            self.containers = {url_id: json.loads(body)["mapping_id"]}
            return 201, {"Location": f"{self.url}/user/{ALICE}/api/v1/containers/{url_id}/"}, b""
        if identifier and identifier not in items:
            return as_json(404, {"type": "NotFound", "message": "There is no such thing."})
        if method == "DELETE":
            del self.containers[identifier]
            return 204, {}, b""
        if identifier:
            return as_json(200, items[identifier])
        listing = {"identifiers": list(items), "items": items, "offset": 0, "total": len(items)}
        return as_json(200, listing)

    def application(self) -> dict[str, Any]:
        """The one application."""
        image = {
            "name": "site/tiny:1",
            "ui_name": "Tiny <b>page",
            "icon_128": "",
            "description": "A page",
            "type": "webapp",
            "configurables": ["resolution"],
            "policy": {"allow_home": True},
        }
        item: dict[str, Any] = {"mapping_id": MAPPING, "image": image}
        for url_id, mapping in self.containers.items():
            if mapping == MAPPING:
                item["container"] = {"name": "c", "image_name": "site/tiny:1", "url_id": url_id}
        return item
