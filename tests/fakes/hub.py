"""A Hub at the wire: the few addresses of JupyterHub that our processes speak with."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

from tornado.httpserver import HTTPServer
from tornado.httputil import url_concat
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler


class FakeHub:
    """Users, tokens and codes; may hang, fail or talk nonsense.

    Attributes
    ----------
    logged_in:
        Name of whom the browser is logged in as at the Hub; None: nobody.
    asked:
        Paths of all requests, in order.
    trouble:
        None, ``"hang"``, ``"fail"`` or ``"nonsense"``.
    """

    def __init__(self) -> None:
        self.models: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, str] = {}
        self.codes: dict[str, tuple[str, str]] = {}
        self.activity: list[dict[str, Any]] = []
        self.logged_in: str | None = None
        self.asked: list[str] = []
        #: Names whose server somebody had stopped, with that somebody's token.
        self.stopped: list[tuple[str, str]] = []
        self.trouble: str | None = None
        self.released = asyncio.Event()
        self.url = ""

    @property
    def api_url(self) -> str:
        """As in ``JUPYTERHUB_API_URL``."""
        return f"{self.url}/hub/api"

    def add(
        self, name: str, *, admin: bool = False, kind: str = "user", scopes: list[str] | None = None
    ) -> str:
        """Add a user (or a service) with a token; the token. By default it may access itself."""
        if scopes is None:
            scopes = [f"access:servers!user={name}"] if kind == "user" else ["access:servers"]
        self.models[name] = {"name": name, "kind": kind, "admin": admin, "scopes": scopes}
        return self.token(name)

    def token(self, name: str) -> str:
        """One more token of that user."""
        token = secrets.token_hex(16)
        self.tokens[token] = name
        return token

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[FakeHub]:
        """Listen on a free port."""
        arguments = {"hub": self}
        application = Application(
            [
                ("/hub/api/user", _User, arguments),
                ("/hub/api/oauth2/authorize", _Authorize, arguments),
                ("/hub/api/oauth2/token", _Token, arguments),
                ("/hub/api/users/.*/activity", _Activity, arguments),
                ("/hub/api/users/(.*)/server", _Server, arguments),
            ],
            log_function=lambda handler: None,
        )
        server = HTTPServer(application)
        sockets = bind_sockets(0, "127.0.0.1")
        server.add_sockets(sockets)
        self.url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            self.released.set()
            server.stop()
            await server.close_all_connections()


class _Handler(RequestHandler):
    def initialize(self, hub: FakeHub) -> None:
        self.hub = hub

    async def prepare(self) -> None:
        self.hub.asked.append(self.request.path)
        if self.hub.trouble == "hang":
            await self.hub.released.wait()
        if self.hub.trouble == "fail":
            self.send_error(500)
        if self.hub.trouble == "nonsense":
            self.finish("<html>this is no JSON")


class _User(_Handler):
    def get(self) -> None:
        token = self.request.headers.get("Authorization", "").removeprefix("token ")
        model = self.hub.models.get(self.hub.tokens.get(token, ""))
        if model is None:
            self.set_status(403)
            self.finish({"status": 403, "message": None})
        else:
            self.finish(model)


class _Authorize(_Handler):
    def get(self) -> None:
        if self.hub.logged_in is None:
            self.redirect("/hub/login")
            return
        code = secrets.token_hex(8)
        self.hub.codes[code] = (self.hub.logged_in, self.get_argument("code_challenge"))
        arguments = {"code": code, "state": self.get_argument("state")}
        self.redirect(url_concat(self.get_argument("redirect_uri"), arguments))


class _Token(_Handler):
    def post(self) -> None:
        form = {name: values[0] for name, values in parse_qs(self.request.body.decode()).items()}
        name, challenge = self.hub.codes.pop(form["code"], ("", ""))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proved = base64.urlsafe_b64encode(digest).decode().rstrip("=") == challenge
        if not name or not proved or form["client_secret"] not in self.hub.tokens:
            self.set_status(400)
            self.finish({"error": "invalid_grant"})
            return
        self.finish({"access_token": self.hub.token(name), "token_type": "Bearer"})


class _Activity(_Handler):
    def post(self) -> None:
        self.hub.activity.append(json.loads(self.request.body))


class _Server(_Handler):
    def delete(self, name: str) -> None:
        token = self.request.headers.get("Authorization", "").removeprefix("token ")
        self.hub.stopped.append((name, token))
        self.set_status(204)
