"""Forwarding: every request to a gated container passes here, HTTP and WebSocket."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
from tornado.httputil import HTTPOutputError
from yarl import URL

from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.gate import access, answers, tunnel
from remoteappmanager.gate import headers as heads
from remoteappmanager.gate.body import Body
from remoteappmanager.gate.exchange import Exchange
from remoteappmanager.gate.visitor import Visitor

_log = logging.getLogger(__name__)

#: What may be sent again when a kept connection turns out to be closed.
_REPEATABLE = ("GET", "HEAD", "OPTIONS")


class Forwarding(Exchange):
    """A request that goes to its container, and what comes back."""

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
            if self._ended:
                raise ConnectionError("Cut at the very moment of the container's answer")
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
