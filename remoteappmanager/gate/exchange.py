"""One request for a container, up to the decision what becomes of it.

This works one floor below Tornado's handlers, on its messages: an application
may use any method, and each byte is passed on as it comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import ExitStack
from typing import Any, cast

from tornado.http1connection import HTTP1Connection
from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPOutputError,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.iostream import StreamClosedError

from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.gate import access, answers, origin
from remoteappmanager.gate import headers as heads
from remoteappmanager.gate.answers import Answer
from remoteappmanager.gate.body import Body
from remoteappmanager.gate.connections import Connection
from remoteappmanager.gate.forwarder import Forwarder
from remoteappmanager.gate.visitor import Visitor, visitor

_NO_LIMIT = 1 << 62


class Exchange(HTTPMessageDelegate):
    """One request: who sends it, may they, and the answer where they may not.

    What is done with the others, ``forward`` says.
    """

    def __init__(self, forwarder: Forwarder, request: HTTPServerRequest) -> None:
        self._forwarder = forwarder
        self._request = request
        # The server speaks nothing but HTTP/1.
        self._connection = cast(HTTP1Connection, request.connection)
        self._headers = {name.lower(): value for name, value in request.headers.items()}
        self._target, _, self._query = str(request.uri).partition("?")
        self._answer: Answer | None = None
        self._head_written = False
        self._body: Body | None = None
        self._books = ExitStack()
        self._task: asyncio.Task[Any] | None = None
        self._ended = False

    # --- what Tornado tells us ---------------------------------------------

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None]:
        """Decide, before anything of the body is read."""
        self._connection.set_max_body_size(_NO_LIMIT)
        return self._begin()

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """A part of the request's body; Tornado waits until it has been taken."""
        return self._body.put(chunk) if self._body is not None else None

    def finish(self) -> None:
        """The request is here as a whole."""
        if self._body is not None:
            self._body.end()
        if self._answer is not None:
            self._say(self._answer)

    def on_connection_close(self) -> None:
        """The browser has gone."""
        self._cut()

    # --- the decision ---------------------------------------------------------

    async def _begin(self) -> None:
        upgrade = self._wants_upgrade()
        try:
            found = await visitor(
                self._forwarder.hub, self._headers, self._query, self._cookies(), upgrade=upgrade
            )
        except ServiceUnavailable:
            return self._refuse(answers.NO_HUB)
        refusal = self._refusal(found, upgrade)
        place = access.find(self._forwarder.table, self._target)
        if refusal is not None:
            return self._refuse(refusal)
        actor, credential = found.actor, found.credential
        if place is None or actor is None or credential is None:
            return self._refuse(answers.NOT_FOUND)
        if not access.may_enter(actor, place):
            return self._refuse(answers.NOT_FOUND)
        connection = Connection(place, actor, credential, self._cut)
        self._books.enter_context(self._forwarder.connections.opened(connection))
        if upgrade:
            await self._upgrade(found, place)
        else:
            self._connection.set_close_callback(self.on_connection_close)
            self._body = Body() if self._has_body() else None
            self._task = self._forwarder.start(self._forward(found, place))
        return None

    async def _forward(self, found: Visitor, place: access.Destination) -> None:
        """Pass an HTTP request on, and its answer back."""
        raise NotImplementedError

    async def _upgrade(self, found: Visitor, place: access.Destination) -> None:
        """Pass the request for another protocol on, and what follows it."""
        raise NotImplementedError

    def _refusal(self, found: Visitor, upgrade: bool) -> Answer | None:
        """Why this request goes no further, whatever it is for; None when it does."""
        method = str(self._request.method)
        if found.actor is None:
            if not upgrade and origin.is_navigation(method, self._headers):
                return answers.to_login(self._forwarder.login_url, str(self._request.uri))
            return answers.NOT_LOGGED_IN
        if found.by_cookie and origin.forged(method, self._headers, upgrade=upgrade):
            return answers.FORGED
        if method in ("CONNECT", "TRACE"):
            return answers.BAD_METHOD
        return None

    def _wants_upgrade(self) -> bool:
        tokens = {t.strip().lower() for t in self._headers.get("connection", "").split(",")}
        protocol = self._headers.get("upgrade", "").strip().lower()
        # HTTP/2 in clear text would carry requests that nobody has looked at.
        return "upgrade" in tokens and protocol not in ("", "h2c") and not self._has_body()

    def _has_body(self) -> bool:
        return (
            "transfer-encoding" in self._headers
            or self._headers.get("content-length", "0").strip() != "0"
        )

    def _cookies(self) -> dict[str, str]:
        return {name: morsel.value for name, morsel in self._request.cookies.items()}

    # --- our own answers --------------------------------------------------------

    def _refuse(self, answer: Answer) -> None:
        if self._has_body():
            self._say(answer)  # without reading what we do not want
        else:
            self._answer = answer

    def _say(self, answer: Answer) -> None:
        headers = answer.all_headers()
        if self._has_body():
            headers.append(("Connection", "close"))
        try:
            self._write_head(answer.status, answer.reason, headers)
            if answer.body and self._request.method != "HEAD":
                self._connection.write(answer.body)
            self._connection.finish()
        except (StreamClosedError, HTTPOutputError):
            self._connection.close()

    def _write_head(self, status: int, reason: str, headers: heads.Headers) -> Awaitable[None]:
        lines = HTTPHeaders()
        for name, value in headers:
            lines.add(name, value)
        self._head_written = True
        return self._connection.write_headers(ResponseStartLine("HTTP/1.1", status, reason), lines)

    def _cut(self) -> None:
        """End it now, at whatever point it is."""
        self._ended = True
        if self._task is not None:
            self._task.cancel()
        if self._body is not None:
            self._body.close()
        self._books.close()
        self._connection.close()
