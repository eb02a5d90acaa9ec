"""Who asks, and whether they may use this process: the one decision of all handlers."""

from __future__ import annotations

from typing import Any

from jupyterhub.services.auth import HubOAuth, HubOAuthenticated
from tornado.httputil import url_concat
from tornado.web import HTTPError

from remoteappmanager.services.hub import Actor


def may_use(actor: Actor | None, owner: str, *, admin_only: bool) -> bool:
    """Whether ``actor`` may use the process of ``owner``.

    A user's process serves its owner alone: no service, no administrator. An
    administrator's process serves its owner, for as long as the Hub calls
    them an administrator.
    """
    if actor is None or actor.kind != "user" or actor.name != owner:
        return False
    return actor.admin or not admin_only


class HandlerAuthenticator(HubOAuthenticated):
    """Mixin, before ``RequestHandler``: identifies the actor without blocking the loop.

    JupyterHub's own ``get_current_user`` waits for the Hub in place, and every
    other request with it; here the Hub is awaited, in ``prepare``.
    """

    actor: Actor | None = None
    application: Any
    settings: Any

    @property
    def hub_auth(self) -> HubOAuth:
        """The application's own; never JupyterHub's singleton."""
        return self.application.hub.oauth

    def get_current_user(self) -> Actor | None:
        """The actor, as far as ``prepare`` found one."""
        return self.actor

    async def identify(self) -> Actor | None:
        """Find out who asks. Raises ``ServiceUnavailable`` when the Hub is away."""
        self.actor = await self.application.hub.actor(self)
        self.current_user = self.actor
        return self.actor

    def check_actor(self) -> None:
        """Raise 403 unless the actor may use this process; note that it is in use."""
        actor, application = self.actor, self.application
        allowed = (
            actor is not None
            and application.hub.admits(actor)
            and may_use(actor, application.user.name, admin_only=application.admin_only)
        )
        if not allowed:
            raise HTTPError(403)
        application.note_activity()

    def send_to_login(self) -> None:
        """Redirect a page visitor to where they log in; whoever is not one gets 403.

        By default that is the Hub's OAuth, which shows its login page where
        needed. A site with its own ``login_url`` sees those who have no
        session at the Hub yet.
        """
        request = self.request
        mode = request.headers.get("Sec-Fetch-Mode", "navigate")
        if request.method not in {"GET", "HEAD"} or mode != "navigate":
            raise HTTPError(403)
        login_url = self.application.file_config.login_url
        own_portal = login_url.rstrip("/") != "/hub"
        if own_portal and not self.hub_auth.get_session_id(self):
            url = url_concat(login_url, {"next": request.path})
        else:
            url = self.get_login_url()
        self.redirect(url)
