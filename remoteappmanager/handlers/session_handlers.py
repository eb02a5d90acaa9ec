"""Logging in and out."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import quote, urlencode

from jupyterhub.services.auth import HubOAuthCallbackHandler
from tornado.web import HTTPError

from remoteappmanager import naming
from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.handlers.base_handler import BaseHandler

log = logging.getLogger(__name__)

#: Seconds in which the Hub has ended this process, as a rule.
ENDING = 3


class OAuthCallbackHandler(BaseHandler):
    """Where the Hub sends a browser back to, with a code that is exchanged for a token."""

    async def prepare(self) -> None:
        """Nobody is logged in yet; who already is must be known, for a code that comes late."""
        self.set_header("Cache-Control", "no-store")
        await self.identify()

    async def get(self) -> None:
        """JupyterHub's own exchange, with its failures told apart."""
        try:
            await HubOAuthCallbackHandler.get(self)
        except HTTPError as exc:
            if exc.status_code < 500:
                raise
            message = exc.log_message or ""
            if exc.status_code == 502 or message.startswith("Failed to connect"):
                raise ServiceUnavailable("JupyterHub") from exc
            # The Hub refused the code: it is old, was used before, or is invented.
            raise HTTPError(403) from exc


class LogoutHandler(BaseHandler):
    """Forget the login here, then at the Hub."""

    async def prepare(self) -> None:
        """Whoever comes may leave."""
        self.set_header("Cache-Control", "no-store")

    def get(self) -> None:
        """To the Hub's (or the authenticator's) own logout."""
        self.hub_auth.clear_cookie(self)
        self.clear_cookie("_xsrf", path=self.hub_auth.base_url)
        self.application.hub.forget()
        self.redirect(self.application.command_line_config.logout_url)


class SwitchHandler(BaseHandler):
    """From one kind of session to the other: this process ends, and the Hub starts the other.

    For administrators. Running applications go on: they are not in this process.
    """

    async def prepare(self) -> None:
        """For administrators alone; there is nothing here for anybody else."""
        await super().prepare()
        if not self._finished and not (self.actor and self.actor.admin):
            raise HTTPError(404)

    def get(self) -> None:
        """Ask first: a link on a foreign page must not end anything."""
        self._say(asking=True)

    async def post(self) -> None:
        """End. (HubOAuth has checked the form's XSRF token.)"""
        application, options = self.application, self.application.command_line_config
        name = quote(application.user.name, safe="@~")
        query = urlencode({"opt-session": self._other, "next": application.base_urlpath})
        target = f"{options.hub_host}{options.hub_prefix}spawn/{name}?{query}"
        self.set_header("Refresh", f"{ENDING}; url={target}")
        self._say(asking=False, target=target)
        log.info("%s changes to the %s session", application.user.name, self._other)
        # The answer is out; what comes of this ends the process, and this task with it.
        application.keep(asyncio.create_task(self._end()))

    @property
    def _other(self) -> str:
        return self.application.other_session

    def _say(self, *, asking: bool, target: str = "") -> None:
        self.render(
            "switch.html",
            asking=asking,
            target=target,
            to_admin=self._other == naming.ADMIN_SESSION,
            token=self.xsrf_token,
        )

    async def _end(self) -> None:
        try:
            await self.application.hub.stop_server(self.application.user.name)
        except ServiceUnavailable as exc:
            log.error("The session cannot be changed: %s", exc, exc_info=True)
