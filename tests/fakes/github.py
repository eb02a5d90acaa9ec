"""GitHub, as far as a login goes: the three addresses of its OAuth, on a port of our own.

Who is signed in there is ``signed_in``. It hands out codes that work once, and only with the
client's secret and the proof (PKCE) of who asked for them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit


class FakeGitHub:
    """A context manager; ``url`` is its address."""

    def __init__(self) -> None:
        self.client_id = secrets.token_hex(10)
        self.client_secret = secrets.token_hex(20)
        self.signed_in = "octocat"
        #: code -> (name, challenge), and token -> name.
        self._codes: dict[str, tuple[str, str]] = {}
        self._tokens: dict[str, str] = {}
        handler = type("Handler", (_Handler,), {"github": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent after the sign-in: back, with a code."""
        code = secrets.token_hex(8)
        self._codes[code] = (self.signed_in, query.get("code_challenge", ""))
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str]) -> dict[str, str]:
        """A token for a code. Like GitHub, an error is a 200 that says so."""
        name, challenge = self._codes.pop(form.get("code", ""), ("", ""))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        client = (form.get("client_id"), form.get("client_secret"))
        if not name or proof != challenge:
            return {"error": "bad_verification_code", "error_description": "The code is wrong."}
        if client != (self.client_id, self.client_secret):
            return {"error": "incorrect_client_credentials", "error_description": "Who are you?"}
        token = secrets.token_hex(20)
        self._tokens[token] = name
        return {"access_token": token, "token_type": "bearer", "scope": ""}

    def user(self, authorization: str) -> dict[str, Any] | None:
        """Whose token it is."""
        name = self._tokens.get(authorization.rpartition(" ")[2])
        return None if name is None else {"login": name, "id": 1, "email": None}


class _Handler(BaseHTTPRequestHandler):
    """HTTP, around ``FakeGitHub``."""

    github: FakeGitHub

    def do_GET(self) -> None:
        """The sign-in page, which asks nothing here, and the API's ``/user``."""
        parts = urlsplit(self.path)
        if parts.path == "/login/oauth/authorize":
            self.send_response(302)
            self.send_header("Location", self.github.authorize(_one_each(parts.query)))
            self.end_headers()
        elif parts.path == "/api/v3/user":
            user = self.github.user(self.headers.get("Authorization", ""))
            self._answer(200 if user else 401, user or {"message": "Bad credentials"})
        else:
            self._answer(404, {"message": "Not Found"})

    def do_POST(self) -> None:
        """A code for a token."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if urlsplit(self.path).path == "/login/oauth/access_token":
            self._answer(200, self.github.token(_one_each(body)))
        else:
            self._answer(404, {"message": "Not Found"})

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def _answer(self, status: int, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _one_each(text: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(text).items()}
