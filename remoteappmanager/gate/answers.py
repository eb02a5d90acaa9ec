"""What the gate says itself. The same words to everybody, whatever the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import quote

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{text}</p></body></html>
"""


@dataclass(frozen=True)
class Answer:
    """A short answer of the gate's own."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = field(default=())

    @property
    def reason(self) -> str:
        """The status in words."""
        return HTTPStatus(self.status).phrase

    def all_headers(self) -> list[tuple[str, str]]:
        """The headers, with what every answer has."""
        return [
            *self.headers,
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(self.body))),
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'self'"),
            ("X-Content-Type-Options", "nosniff"),
        ]


def _page(status: int, title: str, text: str, *headers: tuple[str, str]) -> Answer:
    return Answer(status, _PAGE.format(title=title, text=text).encode(), headers)


NOT_FOUND = _page(404, "Not found", "There is nothing at this address.")
NOT_LOGGED_IN = _page(403, "Not logged in", "Reload the page to log in.")
FORGED = _page(403, "Refused", "This request was sent by another site.")
BAD_METHOD = _page(405, "Method not allowed", "This method is not passed on.")
NO_HUB = _page(
    503, "One moment", "JupyterHub does not answer. Try again shortly.", ("Retry-After", "3")
)
NO_APPLICATION = _page(
    502, "The application does not answer", "It is starting, or it has ended.", ("Retry-After", "2")
)


def to_login(login_url: str, uri: str) -> Answer:
    """Send a browser to the login, and from there back to ``uri``."""
    return Answer(302, b"", (("Location", f"{login_url}?next={quote(uri, safe='')}"),))
