"""The gate's own addresses: its sign-in, and what the Hub and per-user processes ask of it."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jupyterhub.log import log_request
from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
from tornado.web import Application, HTTPError, RequestHandler

from remoteappmanager.exceptions import InvalidRequest, NotFound, RemoteAppError, ServiceUnavailable
from remoteappmanager.gate import answers, headers
from remoteappmanager.gate.access import Who, may_manage
from remoteappmanager.gate.registrar import Registrar
from remoteappmanager.services.gate_hub import Credential, GateHub
from remoteappmanager.services.hub import is_local_path

_log = logging.getLogger(__name__)

_STATUS = {InvalidRequest: 400, NotFound: 404, ServiceUnavailable: 503}


@dataclass(frozen=True)
class Gate:
    """What the handlers act on.

    ``hint(user)`` tells every forwarder to look at a user again; ``last_used``
    gives url_id -> seconds since the epoch over all of them.
    """

    hub: GateHub
    registrar: Registrar
    hint: Callable[[str], Awaitable[None]]
    last_used: Callable[[], Mapping[str, float]]
    hint_token: str
    base_url: str


class _Handler(RequestHandler):
    def initialize(self, gate: Gate) -> None:
        self.gate = gate

    def check_xsrf_cookie(self) -> None:
        """Nothing here is authenticated by cookie."""

    def get_current_user(self) -> None:
        """Not known to Tornado; asked for by the log."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Tell programs what is wrong, in the form of the REST API."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, RemoteAppError):
            status_code = _STATUS.get(type(error), 500)
            self.set_status(status_code)
        message = str(error) if isinstance(error, RemoteAppError) else self._reason
        self.finish({"type": type(error).__name__, "message": message})

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """What is expected to go wrong needs no trace."""
        if not isinstance(value, RemoteAppError):
            super().log_exception(typ, value, tb)

    async def actor(self) -> Who:
        """Who asks, by token alone. Raises ``HTTPError`` 403."""
        token = headers.bearer(self.request.headers.get("Authorization", ""))
        actor = await self.gate.hub.who(Credential(token)) if token else None
        if actor is None:
            raise HTTPError(403)
        return actor


class ContainerHandler(_Handler):
    """One container: publish its address, withdraw it."""

    async def put(self, url_id: str) -> None:
        """Make sure that the address works."""
        actor = await self.actor()
        place = await self.gate.registrar.look_up(url_id)
        if place is None or not may_manage(actor, place.owner):
            raise NotFound("There is no such running container.")
        await self.gate.registrar.publish(url_id)
        self.set_status(204)

    async def delete(self, url_id: str) -> None:
        """Take the address away, and cut what is open on it. One that is gone is fine."""
        actor = await self.actor()
        registrar = self.gate.registrar
        place = registrar.table.get(url_id) or await registrar.look_up(url_id)
        if place is not None:
            if not may_manage(actor, place.owner):
                raise NotFound("There is no such running container.")
            await registrar.withdraw(url_id)
        self.set_status(204)


class ContainersHandler(_Handler):
    """What is published: to administrators and services all of it, to users their own."""

    async def get(self) -> None:
        """url_id -> owner and the time of the last use, null when none was seen."""
        actor = await self.actor()
        used = self.gate.last_used()
        self.write(
            {
                place.url_id: {
                    "user": place.owner,
                    "urlpath": place.urlpath,
                    "last_used": used.get(place.url_id),
                }
                for place in self.gate.registrar.table.values()
                if may_manage(actor, place.owner)
            }
        )


class HintHandler(_Handler):
    """The Hub says that something about a user has changed."""

    async def post(self) -> None:
        """Look at what this user has open."""
        token = headers.bearer(self.request.headers.get("Authorization", ""))
        wanted = self.gate.hint_token
        if not wanted or not hmac.compare_digest(token.encode(), wanted.encode()):
            raise HTTPError(403)
        try:
            body = json.loads(self.request.body)
            user = body["user"]
        except (ValueError, KeyError, TypeError) as exc:
            raise InvalidRequest('The body must be {"user": NAME}.') from exc
        if not isinstance(user, str):
            raise InvalidRequest("user must be a text.")
        await self.gate.hint(user)
        self.set_status(204)


class HealthHandler(_Handler):
    """Whether the gate is up, and what it sees."""

    def get(self) -> None:
        """Always 200 while this process works: no names, no secrets."""
        registrar = self.gate.registrar
        self.write(
            {
                "status": "ok",
                "docker": registrar.docker_is_there,
                "proxy": registrar.proxy_is_there,
                "containers": len(registrar.table),
            }
        )


class LoginHandler(HubOAuthenticated, RequestHandler):
    """Where forwarders send a browser that is not logged in.

    The sign-in's state lives in memory, so it begins and ends in one process,
    whichever forwards.
    """

    def initialize(self, gate: Gate) -> None:
        self.gate = gate
        self.hub_auth = gate.hub.oauth

    def get_current_user(self) -> None:
        """Nobody yet. (The mixin's own would block the loop.)"""

    def get(self) -> None:
        """Off to the Hub, and from there back to ``next``."""
        page = self.get_argument("next", self.gate.base_url, strip=False)
        if not is_local_path(page, self.gate.base_url):
            raise HTTPError(400)
        # What JupyterHub's mixin takes for the page to come back to.
        self.request.uri = page
        self.set_header("Cache-Control", "no-store")
        self.redirect(self.get_login_url())


class CallbackHandler(HubOAuthCallbackHandler):
    """Where the Hub sends a browser back to."""

    def initialize(self, gate: Gate) -> None:
        self.gate = gate
        self.hub_auth = gate.hub.oauth

    def get_current_user(self) -> None:
        """Nobody yet. (The mixin's own would block the loop.)"""


class NotFoundHandler(RequestHandler):
    """Everything else."""

    def initialize(self, gate: Gate) -> None:
        self.gate = gate

    def prepare(self) -> None:
        """The same page as for a container that is not there."""
        self.set_status(404)
        for name, value in answers.NOT_FOUND.all_headers():
            self.set_header(name, value)
        self.finish(answers.NOT_FOUND.body)


def application(gate: Gate, prefix: str, cookie_secret: bytes) -> Application:
    """The handlers under ``prefix`` (with both slashes)."""
    arguments = {"gate": gate}
    return Application(
        [
            (rf"{prefix}api/containers/([A-Za-z0-9_-]+)", ContainerHandler, arguments),
            (rf"{prefix}api/containers/?", ContainersHandler, arguments),
            (rf"{prefix}api/hint", HintHandler, arguments),
            (rf"{prefix}api/health", HealthHandler, arguments),
            (rf"{prefix}login", LoginHandler, arguments),
            (rf"{prefix}oauth_callback", CallbackHandler, arguments),
        ],
        default_handler_class=NotFoundHandler,
        default_handler_args=arguments,
        cookie_secret=cookie_secret,
        log_function=log_request,  # masks codes, states and tokens
    )
