"""What both per-user processes are made of: composition, and the life of the process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import secrets
import signal
import ssl
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from jupyterhub.log import log_request
from jupyterhub.utils import make_ssl_context
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application as TornadoApplication

from remoteappmanager import composition, naming, paths
from remoteappmanager.command_line_config import CommandLineConfig
from remoteappmanager.environment_config import EnvironmentConfig
from remoteappmanager.events import Dispatcher
from remoteappmanager.exceptions import ConfigurationError, ServiceUnavailable
from remoteappmanager.file_config import FileConfig
from remoteappmanager.handlers import base_handler, session_handlers
from remoteappmanager.handlers.container_handler import ContainerHandler
from remoteappmanager.jinja2_adapters import Jinja2LoaderAdapter
from remoteappmanager.launcher import Launcher
from remoteappmanager.services.activity import ActivityReporter
from remoteappmanager.user import User
from remoteappmanager.watch.containers import ContainerWatch
from remoteappmanager.watch.grants import GrantWatch
from remoteappmanager.watch.lists import DockerLists
from remoteappmanager.watch.log import log_events
from remoteappmanager.webapi import events, openapi
from remoteappmanager.webapi.base import API, UnknownHandler, in_thread
from remoteappmanager.webapi.feed import Feed
from remoteappmanager.webapi.forms import MAX_BODY
from remoteappmanager.welcome import welcome

log = logging.getLogger(__name__)

#: Seconds that acts in flight get to clean up behind themselves when the process ends.
GRACE = 10.0
#: Seconds between attempts to clean up what an earlier process left, while Docker is away.
RETRY = 15.0


class BaseApplication(TornadoApplication):
    """One user's process: its parts, wired.

    Nothing here connects to anything: Docker and the database are connected
    to when they are first needed, so that an outage is a page and not a dead
    process. Raises ``ConfigurationError`` where the configuration is wrong.
    """

    #: Whether the Hub must call the owner an administrator, at each request.
    admin_only: ClassVar[bool] = False
    #: The kind of session that an administrator can change to from here.
    other_session: ClassVar[str] = naming.ADMIN_SESSION
    #: Seconds for which the Hub's answer about a token is believed.
    hub_cache: ClassVar[int] = 60
    #: (pattern under ``<base>api/v1/``, handler, arguments)
    api_routes: ClassVar[list[Any]] = []

    def __init__(
        self,
        command_line_config: CommandLineConfig,
        file_config: FileConfig,
        environment_config: EnvironmentConfig,
    ) -> None:
        self.command_line_config = command_line_config
        self.file_config = file_config
        self.environment_config = environment_config
        #: Percent-encoded, with a slash at both ends.
        self.base_urlpath = command_line_config.base_urlpath
        self.api = f"{self.base_urlpath}{API}"
        self.user = User(
            name=command_line_config.user, login_service=command_line_config.login_service
        )
        self.hub = composition.make_hub(
            command_line_config, environment_config, cache_max_age=self.hub_cache
        )
        self.activity = ActivityReporter(self.hub)
        self.database = composition.make_database(file_config)
        self.container_manager = composition.make_container_manager(file_config)
        self.gate = composition.make_gate(environment_config)
        self.events = Dispatcher()
        self.feed = Feed(self.events)
        log_events(self.events)
        self.lists = DockerLists(self.container_manager, self.user.name)
        self.launcher = Launcher(
            database=self.database,
            container_manager=self.container_manager,
            lists=self.lists,
            gate=self.gate,
            events=self.events,
            base_urlpath=self.base_urlpath,
            home=environment_config.home or None,
            network_timeout=file_config.network_timeout,
        )
        self.container_watch, self.grant_watch = self._make_watches()
        self._welcomed = not (file_config.auto_user_creation or file_config.demo_applications)
        self._welcoming = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._kept: set[asyncio.Task[None]] = set()
        super().__init__(self.routes(), **self._settings())

    def _make_watches(self) -> tuple[ContainerWatch, GrantWatch]:
        """Who tells of what happens without us, to the owner's containers and grants."""
        containers = ContainerWatch(
            self.container_manager,
            self.user.name,
            self.lists,
            self.events,
            is_starting=lambda mapping_id: self.launcher.is_starting(self.user, mapping_id),
        )
        grants = GrantWatch(
            self.database,
            self.user,
            self.launcher,
            self.lists,
            self.events,
            wanted=lambda: self.feed.is_heard,
            end_after=self.file_config.end_revoked_after,
            explain=containers.explain,
        )
        return containers, grants

    # --- what Tornado wants ----------------------------------------------------

    def _settings(self) -> dict[str, Any]:
        return {
            "cookie_secret": secrets.token_bytes(32),
            # JupyterHub's HubOAuth has its own check, inside cookie authentication.
            "xsrf_cookies": False,
            # Our pages are told their token. Applications look for a cookie of that name
            # with JavaScript, and JupyterLab, for one, would take ours for its own.
            "xsrf_cookie_kwargs": {"httponly": True},
            # JupyterHub's masks codes, states and tokens.
            "log_function": log_request,
            "template_path": self.file_config.template_path,
            "template_loader": Jinja2LoaderAdapter(
                [self.file_config.template_path, paths.template_dir], autoescape=None
            ),
            "default_handler_class": base_handler.NotFoundHandler,
        }

    def page_routes(self) -> list[Any]:
        """The pages of this kind of process: (pattern under ``<base>``, handler)."""
        raise NotImplementedError

    def routes(self) -> list[Any]:
        """All addresses. The prefix is percent-encoded, and Tornado matches the raw path."""
        base, api = re.escape(self.base_urlpath), re.escape(self.api)
        return [
            (re.escape(self.base_urlpath.rstrip("/")), base_handler.SlashHandler),
            (f"{base}api/?", base_handler.VersionHandler),
            *[(f"{api}{pattern}", handler, args) for pattern, handler, args in self.api_routes],
            (f"{api}events/?", events.EventsHandler),
            (f"{api}openapi\\.json", openapi.OpenAPIHandler, {"routes": self.api_routes}),
            (f"{base}api/.*", UnknownHandler),
            (f"{base}oauth_callback", session_handlers.OAuthCallbackHandler),
            (f"{base}logout", session_handlers.LogoutHandler),
            (f"{base}switch", session_handlers.SwitchHandler),
            (
                f"{base}static/(.*)",
                base_handler.StaticHandler,
                {"path": self.file_config.static_path},
            ),
            (f"{base}containers/([^/]+)(/.*)?", ContainerHandler),
            *[(f"{base}{route[0]}", *route[1:]) for route in self.page_routes()],
        ]

    # --- for the handlers ------------------------------------------------------

    @property
    def default_page(self) -> str:
        """``Spawner.default_url`` as a path of ours; empty when it is none, or our root."""
        wanted = self.environment_config.default_url
        parts = urlsplit(wanted)
        if not wanted or parts.scheme or parts.netloc or "\\" in wanted or ".." in wanted:
            return ""
        relative = wanted.removeprefix(self.base_urlpath).lstrip("/")
        return f"{self.base_urlpath}{relative}" if relative else ""

    @property
    def switch_path(self) -> str:
        """Where an administrator changes to the other kind of session."""
        return f"{self.base_urlpath}switch"

    def keep(self, task: asyncio.Task[None]) -> None:
        """Hold a task that outlives its request: the loop itself does not."""
        self._kept.add(task)
        task.add_done_callback(self._kept.discard)

    def note_activity(self) -> None:
        """Somebody who may has made a request."""
        self.activity.note()

    async def welcome(self) -> None:
        """Once per process: the user and the demo applications, where they are configured.

        Raises ``ServiceUnavailable``; the next visit tries again.
        """
        if self._welcomed:
            return
        async with self._welcoming:
            if not self._welcomed:
                await in_thread(
                    self.file_config.network_timeout,
                    welcome,
                    self.database,
                    self.user.name,
                    create_user=self.file_config.auto_user_creation,
                    demo_applications=self.file_config.demo_applications,
                )
                self._welcomed = True

    # --- the life of the process -----------------------------------------------

    def stop(self) -> None:
        """End ``run``, after a clean-up."""
        self._stopping.set()

    def listen_sockets(self) -> HTTPServer:
        """Listen where the Hub said. Raises ``ConfigurationError`` when that is taken."""
        options = self.command_line_config
        server = HTTPServer(
            self,
            xheaders=True,
            ssl_options=self._ssl_options(),
            # A little more than what is read: then the refusal is ours, with words.
            max_body_size=16 * MAX_BODY,
        )
        try:
            sockets = bind_sockets(options.port, options.ip or None)
        except OSError as exc:
            raise ConfigurationError(
                f"Cannot listen on {options.ip or '*'}:{options.port}: {exc.strerror}."
            ) from exc
        server.add_sockets(sockets)
        log.info(
            "%s of %s listens on %s:%s%s",
            type(self).__name__,
            self.user.name,
            options.ip or "*",
            sockets[0].getsockname()[1],
            unquote(self.base_urlpath),
        )
        return server

    async def run(self) -> None:
        """Listen first; everything else is connected to when it is needed."""
        server = self.listen_sockets()
        loop = asyncio.get_running_loop()
        # A process may be started with SIGINT ignored, and the Hub stops us by SIGINT.
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop)
        background = [
            asyncio.create_task(work)
            for work in (
                self.activity.run(),
                self._remove_remains(),
                self.container_watch.run(),
                self.grant_watch.run(),
            )
        ]
        try:
            await self._stopping.wait()
        finally:
            log.info("Stopping")
            server.stop()
            for task in background:
                task.cancel()
            await self._end_acts_in_flight()
            await self.activity.report()
            await self.close()

    async def close(self) -> None:
        """Close every connection."""
        for closing in (self.gate.close(), self.container_manager.close(), self.hub.close()):
            with contextlib.suppress(ServiceUnavailable):
                await closing

    async def _end_acts_in_flight(self) -> None:
        """A start that is cancelled cleans up behind itself; that gets its time."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE)

    async def _remove_remains(self) -> None:
        """Clean up what a process of this user that was killed left half started."""
        while True:
            try:
                await self.launcher.remove_remains(self.user)
                return
            except ServiceUnavailable as exc:
                log.warning("%s Remains of earlier starts are looked for again later.", exc)
            await asyncio.sleep(RETRY)

    def _ssl_options(self) -> ssl.SSLContext | None:
        environment = self.environment_config
        if urlsplit(environment.service_url).scheme != "https" or not environment.ssl_keyfile:
            return None
        return make_ssl_context(
            environment.ssl_keyfile,
            environment.ssl_certfile,
            cafile=environment.ssl_client_ca,
            purpose=ssl.Purpose.CLIENT_AUTH,
        )
