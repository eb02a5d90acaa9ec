"""Forwarding: every request to a gated container passes here.

This works one floor below Tornado's handlers, on its messages: an application
may use any method, and each byte is passed on as it comes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import ExitStack
from typing import Any, cast
from urllib.parse import quote, urlsplit

import aiohttp
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
from yarl import URL

from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.gate import access, answers, origin, tunnel
from remoteappmanager.gate import headers as heads
from remoteappmanager.gate.answers import Answer
from remoteappmanager.gate.body import Body
from remoteappmanager.gate.connections import Connection
from remoteappmanager.gate.forwarder import Forwarder
from remoteappmanager.gate.visitor import Visitor, visitor

_log = logging.getLogger(__name__)

_NO_LIMIT = 1 << 62
#: What may be sent again when a kept connection turns out to be closed.
_REPEATABLE = ("GET", "HEAD", "OPTIONS")


class Exchange(HTTPMessageDelegate):
    """One request for a container, and its answer."""

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
        if self._task is not None:
            self._task.cancel()
        if self._body is not None:
            self._body.close()
        self._books.close()
        self._connection.close()

    # --- HTTP ---------------------------------------------------------------------

    async def _forward(self, found: Visitor, place: access.Destination) -> None:
        try:
            await self._exchange(found, place)
        except (aiohttp.ClientError, OSError, ValueError, HTTPOutputError) as exc:
            if self._head_written:
                self._connection.close()  # the only way to say that the rest is missing
            else:
                _log.info("Container %s: %s", place.url_id, type(exc).__name__)
                self._say(answers.NO_APPLICATION)
        finally:
            self._books.close()
            if self._body is not None:
                self._body.close()

    async def _exchange(self, found: Visitor, place: access.Destination) -> None:
        method = str(self._request.method)
        again = self._body is None and method in _REPEATABLE
        session = self._forwarder.session(place, reuse=again)
        async with session.request(
            method,
            self._url(found, place),
            headers=[(name, _as_text(value)) for name, value in self._request_headers(found)],
            data=self._upload(place),
            allow_redirects=False,
        ) as response:
            if response.status < 200:
                raise ValueError("An upgrade that nobody asked for")
            headers = self._response_headers(place, response.raw_headers)
            if self._body is not None and not self._body.ended:
                headers.append(("Connection", "close"))
            await self._write_head(response.status, response.reason or "", headers)
            used = self._forwarder.connections.used
            async for chunk in response.content.iter_any():
                used(place.url_id)
                await self._connection.write(chunk)
            self._connection.finish()

    async def _chunks(self, place: access.Destination, body: Body) -> AsyncIterator[bytes]:
        try:
            async for chunk in body:
                self._forwarder.connections.used(place.url_id)
                yield chunk
        finally:
            body.close()

    def _upload(self, place: access.Destination) -> AsyncIterator[bytes] | None:
        return None if self._body is None else self._chunks(place, self._body)

    def _url(self, found: Visitor, place: access.Destination) -> URL:
        parts = urlsplit(place.address)
        query = heads.without_tokens(self._query, found.tokens)
        return URL.build(
            scheme="http",
            host=parts.hostname or "",
            port=parts.port,
            path=_ascii(self._target),
            query_string=_ascii(query),
            encoded=True,
        )

    def _request_headers(self, found: Visitor) -> heads.Headers:
        peer = str(self._request.remote_ip or "")
        client = heads.client_of(self._headers, peer, self._headers.get("host", ""))
        return heads.request_headers(
            self._request.headers.get_all(),
            client,
            client_id=self._forwarder.client_id,
            drop_authorization=found.authorization_is_ours,
        )

    def _response_headers(
        self, place: access.Destination, raw: tuple[tuple[bytes, bytes], ...]
    ) -> heads.Headers:
        return heads.response_headers(
            ((name.decode("latin1"), value.decode("latin1")) for name, value in raw),
            urlpath=place.urlpath,
            address=place.address,
            request_path=self._target,
            client_id=self._forwarder.client_id,
        )

    # --- WebSockets -----------------------------------------------------------------

    async def _upgrade(self, found: Visitor, place: access.Destination) -> None:
        url = self._url(found, place)
        headers = self._request_headers(found)
        headers += [("Connection", "Upgrade"), ("Upgrade", self._headers["upgrade"])]
        head = tunnel.request_head(str(self._request.method), url.raw_path_qs, headers)
        self._task = asyncio.ensure_future(tunnel.connect(place.address, head))
        try:
            upstream = await self._task
        except ServiceUnavailable:
            self._books.close()
            return self._refuse(answers.NO_APPLICATION)
        except asyncio.CancelledError:
            self._cut()
            return None
        try:
            client, early = tunnel.take_over(self._connection.detach())
        except OSError:
            upstream.close()
            self._books.close()
            return None
        self._task = self._forwarder.start(self._tunnel(place, upstream, client, early))
        return None

    async def _tunnel(
        self, place: access.Destination, upstream: tunnel.Upstream, client: Any, early: bytes
    ) -> None:
        switched = upstream.status == 101
        head = tunnel.response_head(
            upstream.status, upstream.reason, self._handshake(place, upstream, switched)
        )
        loop = asyncio.get_running_loop()
        try:
            await loop.sock_sendall(client, head + upstream.rest)
            if early and switched:
                await loop.sock_sendall(upstream.sock, early)
            await tunnel.pump(
                client,
                upstream.sock,
                lambda: self._forwarder.connections.used(place.url_id),
                both_ways=switched,
            )
        except OSError:
            pass  # one side is gone
        finally:
            self._books.close()
            client.close()
            upstream.close()

    def _handshake(
        self, place: access.Destination, upstream: tunnel.Upstream, switched: bool
    ) -> heads.Headers:
        raw = upstream.headers
        pairs = tuple((n.encode("latin1"), v.encode("latin1")) for n, v in raw.get_all())
        headers = self._response_headers(place, pairs)
        if switched:
            return [*headers, ("Connection", "Upgrade"), ("Upgrade", raw.get("Upgrade", ""))]
        if "Transfer-Encoding" in raw:  # the body goes by as it is
            headers.append(("Transfer-Encoding", raw["Transfer-Encoding"]))
        return [*headers, ("Connection", "close")]


def _ascii(text: str) -> str:
    """A raw path or query for the wire: what is no URL character is percent-encoded."""
    return quote(text.encode("latin1", "replace"), safe="%/:?@!$&'()*+,;=~-._[]{}|^`\"<>\\")


def _as_text(value: str) -> str:
    """A header's bytes as the text that gives the same bytes in UTF-8, which aiohttp writes."""
    return value if value.isascii() else value.encode("latin1").decode("utf8", "replace")
