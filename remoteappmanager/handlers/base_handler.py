"""The base of the pages: who may see them, how they are rendered, how they fail."""

from __future__ import annotations

from typing import Any

from tornado.web import HTTPError, StaticFileHandler

from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.handlers.common import CommonHandler, CommonHeaders
from remoteappmanager.version import __version__
from remoteappmanager.webapi.errors import Fault, fault_of

#: Seconds after which a page about an outage looks again.
LOOK_AGAIN = 5

_TITLES = {
    400: "The request cannot be understood",
    403: "You may not see this",
    404: "There is nothing here",
    405: "This cannot be done here",
    500: "Something went wrong",
    503: "Not available at the moment",
}


class BaseHandler(CommonHandler):
    """A page for the owner alone."""

    async def prepare(self) -> None:
        """Send visitors to log in; let in the owner only."""
        self.set_header("Cache-Control", "private, no-store")
        if await self.identify() is None:
            self.send_to_login()
            return
        self.check_actor()
        self.require_method()

    def get_template_namespace(self) -> dict[str, Any]:
        """What every template knows."""
        application = self.application
        return {
            **super().get_template_namespace(),
            "base_url": application.base_urlpath,
            "home": "Administration" if application.admin_only else "Your applications",
            "static": f"{application.base_urlpath}static/",
            "hub_prefix": application.command_line_config.hub_prefix,
            "hub_host": application.command_line_config.hub_host,
            "logout_url": f"{application.base_urlpath}logout",
            "owner": application.user.name,
            "actor": self.actor,
            "version": __version__,
        }

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A page that says what is the case, with a way home."""
        error = kwargs.get("exc_info", (None, HTTPError(status_code), None))[1]
        fault = fault_of(error)
        self.set_status(fault.status)
        self.set_header("Cache-Control", "no-store")
        if fault.status == 405:
            self.set_header("Allow", self.allowed_methods())
        if isinstance(error, ServiceUnavailable):
            self.look_again()
        self.render_fault(fault)

    def look_again(self, seconds: int = LOOK_AGAIN) -> None:
        """Make the browser load this page anew after a while, without any script."""
        self.set_header("Retry-After", str(seconds))
        if self.request.method in {"GET", "HEAD"}:
            self.set_header("Refresh", str(seconds))

    def render_fault(self, fault: Fault) -> None:
        """The error page, or its plain text where a program asks."""
        title = _TITLES.get(fault.status, _TITLES[500])
        ref = self.ref if fault.status >= 500 else ""
        if not self.is_page_load():
            self.set_header("Content-Type", "text/plain; charset=UTF-8")
            self.finish(f"{title}. {fault.message}{f' (reference {ref})' if ref else ''}\n")
            return
        self.render(
            "error.html",
            status=fault.status,
            title=title,
            message=fault.message,
            ref=ref,
            recovers="Refresh" in self._headers,
        )

    def is_page_load(self) -> bool:
        """Whether a browser loads a page here; scripts and sockets get plain statuses."""
        headers = self.request.headers
        if headers.get("Upgrade", "").lower() == "websocket":
            return False
        mode = headers.get("Sec-Fetch-Mode")
        if mode is not None:
            return mode == "navigate"
        return "text/html" in headers.get("Accept", "") or "Accept" not in headers


class NotFoundHandler(BaseHandler):
    """Any address that is none. Says nothing about what else there is, so needs no login."""

    async def prepare(self) -> None:
        """404, whoever asks."""
        raise HTTPError(404)


class StaticHandler(CommonHeaders, StaticFileHandler):
    """Our own files: nothing in them is secret."""

    def parse_url_path(self, url_path: str) -> str:
        """The file's path; no file has NUL in its name, and the system's calls fail at it."""
        if "\0" in url_path:
            raise HTTPError(404)
        return super().parse_url_path(url_path)

    def set_extra_headers(self, path: str) -> None:
        """Names with a hash in them never change; the others are checked at each load."""
        hashed = path.startswith("dist/assets/")
        age = "public, max-age=31536000, immutable" if hashed else "public, no-cache"
        self.set_header("Cache-Control", age)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A file that is missing needs no page."""
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.finish(f"{status_code}\n")


class VersionHandler(CommonHandler):
    """``GET <base>api``: the Hub looks here whether we are up, before anybody is logged in."""

    def get(self) -> None:
        """Who we are."""
        self.finish({"application": "remoteappmanager", "version": __version__})

    head = get


class SlashHandler(CommonHandler):
    """``/user/alice`` -> ``/user/alice/``."""

    def get(self) -> None:
        """To the page itself; never to what the request says."""
        self.redirect(self.application.base_urlpath, permanent=False)

    head = get
