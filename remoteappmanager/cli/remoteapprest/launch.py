"""One start: asked for in one thread, listened to in another, told by the caller's own.

The API answers a start when the application's address works. Until then its
stream of events says which step it is at, and has warnings that come no other
way. Who does not want to wait that long is told the address as soon as the
container runs.
"""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, Any

import requests

from remoteappmanager.cli.remoteapprest.errors import Unreachable
from remoteappmanager.cli.remoteapprest.values import Application, Container, Progress
from remoteappmanager.cli.remoteapprest.wire import Wire, events, one_line, unexpected
from remoteappmanager.exceptions import OperationInProgress, RemoteAppError

if TYPE_CHECKING:
    from remoteappmanager.cli.remoteapprest.client import Client

#: Seconds without news after which the caller looks for itself.
TICK = 0.5

#: The launcher's steps, in words for people.
STEPS = {
    "grant": "checking what you may run",
    "image": "looking at the image",
    "environment": "preparing",
    "start": "starting the container",
    "wait": "waiting until the application answers",
    "publish": "opening its address",
}


class Launch:
    """A start in flight.

    Parameters
    ----------
    client:
        Whose start it is.
    wire:
        Copied: each thread has connections of its own.
    application, configurables:
        What to start, and how.
    timeout:
        Seconds for the server's answer.
    """

    def __init__(
        self,
        client: Client,
        wire: Wire,
        application: Application,
        configurables: dict[str, Any],
        timeout: float,
    ) -> None:
        self._client = client
        self._application = application
        self._body: dict[str, Any] = {"mapping_id": application.mapping_id}
        if configurables:
            self._body["configurables"] = configurables
        self._timeout = timeout
        self._began = time.monotonic()
        self._doing = ""
        self._answer: requests.Response | None = None
        self._error: RemoteAppError | None = None
        self._news: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
        self._over = threading.Event()
        for act in (self._post, self._listen):
            # Daemons: whoever does not wait for the end may end the process.
            threading.Thread(target=act, args=(wire.copy(),), daemon=True).start()

    def finish(self) -> Container:
        """Wait for the answer. Raises what it says."""
        while not self._tell():
            pass
        return self._container()

    def accepted(self) -> Container:
        """Wait until there is a container, or the answer. Raises what that says."""
        before = self._application.container
        while not self._tell():
            now = self._client.application(self._application.mapping_id).container
            if now is not None and (before is None or now.url_id != before.url_id):
                return now
        return self._container()

    # --- the threads -----------------------------------------------------------

    def _post(self, wire: Wire) -> None:
        """Ask for the start."""
        path = self._client.api_path("containers/")
        try:
            self._answer = wire.send("POST", path, body=self._body, timeout=self._timeout)
        except RemoteAppError as exc:
            self._error = exc
        finally:
            self._over.set()
            self._news.put(("over", {}))
            wire.close()

    def _listen(self, wire: Wire) -> None:
        """Pass on what the server tells of this start; for want of that, nothing."""
        try:
            answer = wire.send("GET", self._client.api_path("events/"), stream=True)
            if answer.status_code == 200:
                for name, data in events(answer):
                    if self._over.is_set():
                        break
                    if data.get("mapping_id") == self._application.mapping_id:
                        self._news.put((name, data))
        except (RemoteAppError, requests.RequestException):
            return
        finally:
            wire.close()

    # --- the caller's own --------------------------------------------------------

    def _tell(self) -> bool:
        """Wait a moment for news and tell them; whether the answer is there."""
        try:
            name, data = self._news.get(timeout=TICK)
        except queue.Empty:
            name, data = "", {}
        if name == "warning":
            text = one_line(str(data.get("message") or ""))
            self._client.on_progress(Progress(text, warning=True))
        elif name != "over":
            self._doing = STEPS.get(str(data.get("step")), self._doing)
            seconds = time.monotonic() - self._began
            doing = f": {self._doing}" if self._doing else ""
            text = f"Starting {self._application.name}{doing} ({seconds:.0f} s)"
            self._client.on_progress(Progress(text))
        return self._over.is_set() and self._news.empty()

    def _container(self) -> Container:
        """What the answer gives, or raise what it says."""
        name = self._application.name
        if self._answer is None:
            if self._error is not None and not isinstance(self._error, Unreachable):
                raise self._error
            raise Unreachable(
                f"The connection broke while {name} was starting: 'remoteapprest app running' "
                "tells whether it runs."
            ) from self._error
        try:
            answer = self._client.checked(self._answer)
        except OperationInProgress as exc:
            raise OperationInProgress(
                f"{name} is being started already: wait, then look with "
                "'remoteapprest app running'."
            ) from exc
        url_id = answer.headers.get("Location", "").rstrip("/").rsplit("/", 1)[-1]
        if answer.status_code != 201 or not url_id:
            raise unexpected(self._client.credentials.url, answer)
        return Container(
            url_id=url_id,
            image_name=self._application.image_name,
            mapping_id=self._application.mapping_id,
            address=self._client.address(url_id),
        )
