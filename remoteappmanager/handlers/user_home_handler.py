"""The page that holds the scientist's application list."""

from __future__ import annotations

from typing import Any, ClassVar

from remoteappmanager import naming
from remoteappmanager.handlers.base_handler import BaseHandler


class HomeHandler(BaseHandler):
    """What both home pages have in common: a frame for the front end, which asks the API.

    Costs no call to the database or to Docker by itself.
    """

    template: ClassVar[str]
    session: ClassVar[str]

    async def get(self, *_address: str) -> None:
        """The page; on an address below it the front end shows the right part."""
        await self.application.welcome()
        if self.leads_elsewhere():
            return
        self.render(self.template, app_data=self.app_data())

    head = get

    def leads_elsewhere(self) -> bool:
        """Follow ``Spawner.default_url`` from our root, where it is another page of ours."""
        target = self.application.default_page
        if not target or self.request.path != self.application.base_urlpath:
            return False
        self.redirect(target)
        return True

    def app_data(self) -> dict[str, Any]:
        """The ``data-*`` attributes by which the front end knows where it is."""
        application, options = self.application, self.application.command_line_config
        assert self.actor is not None  # noqa: S101 - prepare has sent others away
        return {
            "base-url": application.base_urlpath,
            "owner": application.user.name,
            "actor": self.actor.name,
            "admin": "true" if self.actor.admin else "false",
            "session": self.session,
            # Reading the token is what sets its cookie.
            "xsrf-token": _text(self.xsrf_token),
            "logout-url": f"{application.base_urlpath}logout",
            "hub-prefix": f"{options.hub_host}{options.hub_prefix}",
            "switch-url": application.switch_path if self.actor.admin else "",
            "login-service": options.login_service,
            "network-timeout": f"{application.file_config.network_timeout:g}",
            "ga-tracking-id": application.file_config.ga_tracking_id,
            "version": self.get_template_namespace()["version"],
        }


class UserHomeHandler(HomeHandler):
    """``/user/NAME/`` of a user session."""

    template = "user/home.html"
    session = naming.USER_SESSION


def _text(token: bytes | str) -> str:
    return token.decode("ascii") if isinstance(token, bytes) else token
