"""What every answer of ours has: headers, a reference for failures, masked logs."""

from __future__ import annotations

import logging
import re
import secrets
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from jupyterhub._version import __version__ as hub_version
from jupyterhub.utils import get_browser_protocol
from tornado.web import HTTPError, RequestHandler

from remoteappmanager.handlers.handler_authenticator import HandlerAuthenticator
from remoteappmanager.webapi.errors import fault_of

log = logging.getLogger(__name__)

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:(?P<port>[0-9]{1,5}))?", re.I | re.ASCII)

#: Google Analytics' hosts; allowed only where the site has configured it.
_ANALYTICS = "https://www.googletagmanager.com https://*.google-analytics.com"


def content_security_policy(analytics: bool = False) -> str:
    """The policy of our pages: our own files only, nothing inline, in no foreign frame."""
    guests = f" {_ANALYTICS}" if analytics else ""
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self'{guests}",
            "style-src 'self'",
            f"img-src 'self' data:{guests}",
            f"connect-src 'self'{guests}",
            "frame-src 'self'",
            "frame-ancestors 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "object-src 'none'",
        ]
    )


class CommonHeaders:
    """Mixin: the headers of every answer, the plain 404 included."""

    application: Any

    def set_default_headers(self) -> None:
        """The Hub wants its version on every answer; the rest closes holes in browsers."""
        analytics = bool(self.application.file_config.ga_tracking_id)
        for name, value in {
            "X-JupyterHub-Version": hub_version,
            "Content-Security-Policy": content_security_policy(analytics),
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }.items():
            self.set_header(name, value)  # type: ignore[attr-defined]
        self.clear_header("Server")  # type: ignore[attr-defined]


class CommonHandler(CommonHeaders, HandlerAuthenticator, RequestHandler):
    """The base of pages and of the API."""

    _ref: str | None = None

    @property
    def ref(self) -> str:
        """The reference id of this request's failure: shown to the user, found in the log."""
        if self._ref is None:
            self._ref = secrets.token_hex(6)
        return self._ref

    @property
    def origin(self) -> str:
        """``https://host`` as the browser sees it, behind whatever proxies there are.

        Empty where nobody says a host that could be one.
        """
        public = urlsplit(self.application.environment_config.public_url)
        if public.scheme and public.netloc:
            return f"{public.scheme}://{public.netloc}"
        forwarded = self.request.headers.get("X-Forwarded-Host", "").split(",")[0].strip()
        host = next((host for host in (forwarded, self.request.host) if is_host(host)), "")
        return f"{get_browser_protocol(self.request)}://{host}" if host else ""

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Log failures of ours with their reference and trace; refusals need no trace."""
        if value is not None and fault_of(value).status >= 500:
            log.error(
                "[ref %s] %s %s failed",
                self.ref,
                self.request.method,
                self.request.path,
                exc_info=(typ, value, tb),  # type: ignore[arg-type]
            )
        else:
            log.debug("%s %s refused: %s", self.request.method, self.request.path, typ)

    def require_method(self) -> None:
        """Raise 405, naming what there is, when the resource does not have this method."""
        method = (self.request.method or "").lower()
        if getattr(type(self), method, None) is getattr(RequestHandler, method, None):
            raise HTTPError(405)

    def allowed_methods(self) -> str:
        """The methods that this resource has, for the ``Allow`` header."""
        return ", ".join(
            name
            for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
            if getattr(type(self), name.lower()) is not getattr(RequestHandler, name.lower())
        )


def is_host(text: str) -> bool:
    """Whether ``text`` is ``host`` or ``host:port`` and nothing else.

    >>> is_host("example.org:8000"), is_host("a/b"), is_host("x@y"), is_host("")
    (True, False, False, False)
    """
    match = _HOST.fullmatch(text)
    return match is not None and int(match["port"] or 0) < 65536
