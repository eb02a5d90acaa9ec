"""The client: what the user may start, what runs, start, stop.

::

    from remoteappmanager.cli.remoteapprest.client import Client

    with Client.from_file() as client:
        for application in client.applications():
            print(application.mapping_id, application.name)
        container = client.start("Tiny")
        print(container.address)
        client.stop("Tiny")

It connects when it is first used, and again after ``disconnect`` or after the
site was restarted. Where the user's server is not running, it starts it. One
client belongs to one thread. Everything it raises is in ``errors`` or
``remoteappmanager.exceptions``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

import requests

from remoteappmanager.cli.remoteapprest import login
from remoteappmanager.cli.remoteapprest.answers import (
    application_of,
    check,
    container_of,
    is_wire_form,
    items_of,
    server_is_away,
)
from remoteappmanager.cli.remoteapprest.credentials import DEFAULT_FILE, LOGIN_COMMAND, Credentials
from remoteappmanager.cli.remoteapprest.errors import (
    LoginRefused,
    Unable,
)
from remoteappmanager.cli.remoteapprest.launch import Launch
from remoteappmanager.cli.remoteapprest.server import start_server
from remoteappmanager.cli.remoteapprest.values import (
    Application,
    Container,
    OnProgress,
    Progress,
    ignore,
)
from remoteappmanager.cli.remoteapprest.waiting import attempts
from remoteappmanager.cli.remoteapprest.wire import READ_TIMEOUT, Wire, json_object, unexpected
from remoteappmanager.exceptions import MultipleResultsFound, NotFound

#: Seconds that a started server may take until its address answers.
_SETTLE = 15.0
_ID = re.compile(r"[0-9a-f]{32}")


class Client:
    """One user at one site.

    Parameters
    ----------
    credentials:
        Where and who.
    insecure:
        Do not verify certificates. Never remembered.
    ca_file:
        Trust this authority instead of the one in the credentials.
    start_timeout:
        Seconds for the user's server to start, and for an application.
    on_progress:
        Called while something starts.
    start_server:
        Whether to start the user's server where it is not running; if not,
        that is ``NotFound``.
    timeout:
        Seconds for an answer to an ordinary request.
    login_command:
        What people type to log in, without the address; for messages.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        insecure: bool = False,
        ca_file: str = "",
        start_timeout: float = 300.0,
        on_progress: OnProgress = ignore,
        start_server: bool = True,
        timeout: float = READ_TIMEOUT,
        login_command: str = LOGIN_COMMAND,
    ) -> None:
        self.credentials = credentials
        self.on_progress = on_progress
        self._start_timeout = start_timeout
        self._start_server = start_server
        self._timeout = timeout
        self._wire = Wire(
            credentials.url,
            token=credentials.token,
            cookies=credentials.cookies,
            ca_file=ca_file or credentials.ca_file,
            insecure=insecure,
            login_command=login_command,
        )

    @classmethod
    def from_file(cls, path: str | os.PathLike[str] = DEFAULT_FILE, **options: Any) -> Client:
        """A client with the credentials in a file. Raises ``NotLoggedIn``."""
        return cls(Credentials.from_file(path), **options)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.disconnect()

    def disconnect(self) -> None:
        """Drop the connections. The next use makes new ones."""
        self._wire.close()

    # --- what there is ---------------------------------------------------------

    def applications(self) -> list[Application]:
        """What the user may start, by the server's order."""
        return [application_of(self, *item) for item in self._items("applications")]

    def containers(self) -> list[Container]:
        """What the user runs."""
        return [container_of(self, *item) for item in self._items("containers")]

    def application(self, wanted: str) -> Application:
        """The application with this id, or the one with this name (case does not matter).

        Raises ``NotFound``, or ``MultipleResultsFound`` when the name is not unique.
        """
        if _ID.fullmatch(wanted):
            try:
                item = json_object(self.ask("GET", f"applications/{wanted}/"))
            except (NotFound, Unable) as exc:
                self.applications()  # raises in an administrator's session, which has no such ids
                raise _no_application(wanted) from exc
            return application_of(self, wanted, item)
        found = [app for app in self.applications() if app.is_called(wanted)]
        if not found:
            raise _no_application(wanted)
        if len(found) > 1:
            ids = ", ".join(app.mapping_id for app in found)
            raise MultipleResultsFound(
                f"Several applications are called {wanted!r}: say which: {ids}"
            )
        return found[0]

    def container(self, wanted: str) -> Container:
        """The running container with this ``url_id``, or of the application with this name.

        Raises ``NotFound``, or ``MultipleResultsFound`` when the name is not unique.
        """
        if _ID.fullmatch(wanted):
            found = [each for each in self.containers() if each.url_id == wanted]
        else:
            apps = [app for app in self.applications() if app.is_called(wanted)]
            found = [app.container for app in apps if app.container is not None]
        if not found:
            raise _not_running(wanted)
        if len(found) > 1:
            ids = ", ".join(each.url_id for each in found)
            raise MultipleResultsFound(f"Several running applications match {wanted!r}: {ids}")
        return found[0]

    # --- start and stop -----------------------------------------------------------

    def start(
        self,
        wanted: str | Application,
        *,
        resolution: str | None = None,
        startupdata: str | None = None,
        configurables: Mapping[str, Any] | None = None,
        wait: bool = True,
        replace: bool = True,
    ) -> Container:
        """Start an application, given by id, name or value.

        With ``wait``, come back when its address works; without, as soon as its
        container runs, while the application in it may still be starting: every
        refusal before that is raised all the same. The server replaces what runs
        already of the same application; with ``replace=False`` that is given
        back instead, and nothing is started.

        Raises ``InvalidRequest`` in the server's words, ``OperationInProgress`` when the same
        application is being started already, ``LaunchFailed``.
        """
        application = self.application(wanted) if isinstance(wanted, str) else wanted
        if application.container is not None and not replace:
            return application.container
        chosen = dict(configurables or {})
        for tag, value in (("resolution", resolution), ("startupdata", startupdata)):
            if value is not None:
                chosen[tag] = {tag: value}
        unknown = sorted(set(chosen) - set(application.configurables))
        if unknown:
            # The server ignores them as well, but says nothing.
            text = f"{application.name} has no option {', '.join(unknown)}: it is ignored."
            self.on_progress(Progress(text, warning=True))
        launch = Launch(self, self._wire, application, chosen, self._start_timeout)
        return launch.finish() if wait else launch.accepted()

    def stop(self, wanted: str) -> None:
        """Stop what runs under this ``url_id``, or of the application with this name.

        Raises as ``container``.
        """
        # Looked up in any case: an administrator's session would stop anybody's.
        url_id = self.container(wanted).url_id
        try:
            self.ask("DELETE", f"containers/{url_id}/", timeout=self._start_timeout)
        except NotFound as exc:
            raise _not_running(wanted) from exc

    def log_out(self) -> bool:
        """Revoke the token where the Hub lets it revoke itself: whether it did."""
        return login.revoke(self._wire, self.credentials)

    # --- for this package -----------------------------------------------------------

    def api_path(self, path: str) -> str:
        """Where something of the user's REST API is, below the site."""
        return f"user/{login.user_path(self.credentials.username)}/api/v1/{path}"

    def address(self, url_id: str) -> str:
        """A container's address through the proxy."""
        user = login.user_path(self.credentials.username)
        return self._wire.address(f"user/{user}/containers/{url_id}/")

    def ask(self, method: str, path: str, *, timeout: float | None = None) -> requests.Response:
        """Ask the user's server, starting it where it is not running.

        Raises what the answer says, as the errors of this package.
        """
        answer = self._send(method, path, timeout)
        if self.wake(answer, method):
            for _ in attempts(_SETTLE):
                answer = self._send(method, path, timeout)
                if not server_is_away(answer, method):
                    break
        return self.checked(answer)

    def wake(self, answer: requests.Response, method: str) -> bool:
        """Start the user's server where ``answer`` says that it is not running; whether it did."""
        if not server_is_away(answer, method):
            return False
        if not self._start_server:
            raise NotFound("Your server is not running: type 'remoteapprest app available'.")
        start_server(
            self._wire,
            self.credentials.username,
            timeout=self._start_timeout,
            on_progress=self.on_progress,
        )
        return True

    def checked(self, answer: requests.Response) -> requests.Response:
        """The answer, or raise what it says."""
        if answer.status_code in (401, 403):
            login.who_am_i(self._wire)  # raises when the login has expired
            raise LoginRefused(
                f"Your login may not use the server of {self.credentials.username}: type "
                f"{self._wire.log_in}."
            )
        if answer.ok and not answer.is_redirect:
            return answer
        if not is_wire_form(answer):
            raise unexpected(self._wire.url, answer)
        check(answer)
        return answer

    def _send(self, method: str, path: str, timeout: float | None) -> requests.Response:
        return self._wire.send(method, self.api_path(path), timeout=timeout or self._timeout)

    def _items(self, collection: str) -> list[tuple[str, dict[str, Any]]]:
        """The ids and objects of a collection, in its order."""
        home = self._wire.address(f"user/{login.user_path(self.credentials.username)}/")
        return items_of(self.ask("GET", f"{collection}/"), collection, self._wire.url, home)


def _no_application(wanted: str) -> NotFound:
    return NotFound(
        f"There is no application {wanted!r} for you: 'remoteapprest app available' lists them."
    )


def _not_running(wanted: str) -> NotFound:
    return NotFound(
        f"No running application {wanted!r} was found: 'remoteapprest app running' lists them."
    )
