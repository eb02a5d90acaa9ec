"""A request for a container's address that reaches this process instead.

That is: the proxy has no route for it yet, or none any more.
"""

from __future__ import annotations

from tornado.web import HTTPError

from remoteappmanager.exceptions import NotFound, ServiceUnavailable
from remoteappmanager.handlers.base_handler import BaseHandler
from remoteappmanager.webapi.errors import Fault

_GONE = Fault(404, "NotFound", "This application is not running (any more).")
_SOON = Fault(
    503, "Unable", "The application is running. Its address is being opened; this takes a moment."
)


class ContainerHandler(BaseHandler):
    """``<base>containers/ID/...``: says what is the case, and goes on by itself when it can."""

    async def respond(self, url_id: str, _rest: str | None = None) -> None:
        """Running: ask the gate to open the address, and look again. Gone: say so."""
        if not await self._runs(url_id):
            self._say(_GONE)
            return
        try:
            await self.application.gate.publish(url_id)
            self.look_again(seconds=1)
        except (NotFound, ServiceUnavailable):
            # The gate is away or not yet aware of the container: a later look will tell.
            self.look_again()
        self._say(_SOON)

    get = head = post = put = patch = delete = options = respond

    async def prepare(self) -> None:
        """A socket or a script of an application's page must not be sent to log in."""
        if self.request.method not in self.SUPPORTED_METHODS:
            raise HTTPError(405)
        await super().prepare()

    async def _runs(self, url_id: str) -> bool:
        containers = await self.application.launcher.containers(self.application.user)
        return any(container.url_id == url_id for container in containers)

    def _say(self, fault: Fault) -> None:
        self.set_status(fault.status)
        if not self.is_page_load():
            self.set_header("Content-Type", "text/plain; charset=UTF-8")
            self.finish(f"{fault.message}\n")
            return
        self.render("container.html", status=fault.status, message=fault.message)
