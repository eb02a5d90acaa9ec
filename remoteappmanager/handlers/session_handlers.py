"""Logging in and out."""

from __future__ import annotations

from jupyterhub.services.auth import HubOAuthCallbackHandler
from tornado.web import HTTPError

from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.handlers.base_handler import BaseHandler


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
