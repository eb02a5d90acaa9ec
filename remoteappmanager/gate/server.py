"""One HTTP server for the gate's own addresses and for everything it forwards."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPMessageDelegate, HTTPServerRequest
from tornado.routing import Router

from remoteappmanager.gate.forward import Forwarding
from remoteappmanager.gate.forwarder import Forwarder

_CHUNK = 256 * 1024
#: For the gate's own addresses; what is forwarded has no limit.
_LARGEST_BODY = 64 * 1024


class GateRouter(Router):
    """By path: our own under the prefix, containers everywhere else."""

    def __init__(self, forwarder: Forwarder, prefix: str, own: Router | None) -> None:
        self._forwarder = forwarder
        self._prefix = prefix
        self._own = own

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate | None:
        """As Tornado's."""
        if self._own is not None and str(request.path).startswith(self._prefix):
            return self._own.find_handler(request, **kwargs)
        return Forwarding(self._forwarder, request)


def serve(router: Router, sockets: Iterable[socket.socket]) -> HTTPServer:
    """Accept on ``sockets``."""
    server = HTTPServer(router, chunk_size=_CHUNK, max_body_size=_LARGEST_BODY)
    server.add_sockets(sockets)
    return server
