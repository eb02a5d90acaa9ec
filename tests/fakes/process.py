"""A per-user process in the test's own loop: its real application, a fake Hub, stubs below."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from remoteappmanager import base_application, composition
from remoteappmanager.admin_application import AdminApplication
from remoteappmanager.application import Application
from remoteappmanager.base_application import BaseApplication
from remoteappmanager.command_line_config import CommandLineConfig
from remoteappmanager.environment_config import EnvironmentConfig
from remoteappmanager.file_config import FileConfig
from tests.fakes.database import FakeDatabase
from tests.fakes.hub import FakeHub
from tests.fakes.launcher import StubContainerManager, StubGate, StubLauncher

#: What a browser says when it loads a page, and when a page fetches.
NAVIGATE = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none", "Accept": "text/html"}
FETCH = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin", "Accept": "application/json"}


@dataclasses.dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclasses.dataclass
class Process:
    """A running one, and a client for it."""

    application: BaseApplication
    hub: FakeHub
    token: str
    url: str
    session: aiohttp.ClientSession

    @property
    def base(self) -> str:
        """The process's path."""
        return self.application.base_urlpath

    @property
    def manager(self) -> StubContainerManager:
        return self.application.container_manager  # type: ignore[return-value]

    @property
    def launcher(self) -> StubLauncher:
        return self.application.launcher  # type: ignore[return-value]

    @property
    def database(self) -> Any:
        return self.application.database

    def grant(self, image: str, **options: Any) -> str:
        """Grant ``image`` to alice, making both where needed; the mapping id."""
        database = self.database
        if database.get_user(user_name="alice") is None:
            database.create_user("alice")
        if image not in {application.image for application in database.list_applications()}:
            database.create_application(image)
        values = {"app_license": None, "allow_home": True, "allow_view": False, "volume": None}
        values |= {"allow_startup_data": False, **options}
        mapping_id: str = database.grant_access(image, "alice", **values)
        database.calls.clear()
        return mapping_id

    async def raw(self, method: str, path: str, **kwargs: Any) -> Answer:
        """A request as it stands, with no credentials but those given; redirects stay."""
        from yarl import URL

        url = URL(self.url + path, encoded=True)
        async with self.session.request(method, url, allow_redirects=False, **kwargs) as response:
            text = await response.text()
            cookies = {name: morsel.value for name, morsel in response.cookies.items()}
            return Answer(response.status, response.headers, cookies, text)

    async def api(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **kwargs: Any
    ) -> Answer:
        """An API request by token, by default the owner's."""
        headers = {"Authorization": f"token {token or self.token}", **kwargs.pop("headers", {})}
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        return await self.raw(
            method, f"{self.base}api/v1/{path}", headers=headers, data=data, **kwargs
        )

    async def browser(self) -> Browser:
        """A browser whose user has logged in at the Hub, and been here once."""
        browser = Browser(self)
        await browser.log_in()
        return browser


class Browser:
    """Cookies, and the headers that browsers send."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.cookies: dict[str, str] = {}
        self.xsrf = ""

    async def get(self, path: str, **headers: str) -> Answer:
        """Load a page; no redirect is followed."""
        return await self.request("GET", path, {**NAVIGATE, **headers})

    async def fetch(
        self, method: str, path: str, body: Any = None, *, xsrf: str | None = None
    ) -> Answer:
        """As a page's script does; ``xsrf`` empty: without the token."""
        token = self.xsrf if xsrf is None else xsrf
        headers = {**FETCH, **({"X-XSRFToken": token} if token else {})}
        data = None if body is None else json.dumps(body).encode()
        return await self.request(method, self.process.base + path, headers, data)

    async def request(
        self, method: str, path: str, headers: Mapping[str, str], data: bytes | None = None
    ) -> Answer:
        """Any request, with this browser's cookies."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = await self.process.raw(
            method, path, headers={**headers, "Cookie": cookie} if cookie else headers, data=data
        )
        for name, value in answer.cookies.items():
            if value:
                self.cookies[name] = value.strip('"')
            else:
                self.cookies.pop(name, None)
        return answer

    async def log_in(self) -> Answer:
        """Load the home page, through the Hub's OAuth; the page."""
        process = self.process
        answer = await self.get(process.base)
        assert answer.status == 302, answer.text
        authorize = answer.headers["Location"]
        async with process.session.get(
            process.hub.url + authorize, allow_redirects=False
        ) as response:
            back = response.headers["Location"]
        answer = await self.get(back)
        assert answer.status == 302, answer.text
        page = await self.get(answer.headers["Location"])
        found = re.search(r'data-xsrf-token="([^"]+)"', page.text)
        self.xsrf = found.group(1) if found else ""
        return page


def environment_for(hub: FakeHub, name: str, token: str, **more: str) -> dict[str, str]:
    """The variables that the Hub gives a process (facts: JupyterHub 1.1)."""
    prefix = f"/user/{quote(name, safe='@~')}/"
    return {
        "JUPYTERHUB_API_TOKEN": token,
        "JUPYTERHUB_API_URL": hub.api_url,
        "JUPYTERHUB_ACTIVITY_URL": f"{hub.api_url}/users/{quote(name)}/activity",
        "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:0{prefix}",
        "JUPYTERHUB_SERVICE_PREFIX": prefix,
        "JUPYTERHUB_USER": name,
        "JUPYTERHUB_CLIENT_ID": f"jupyterhub-user-{quote(name, safe='')}",
        "JUPYTERHUB_OAUTH_CALLBACK_URL": f"{prefix}oauth_callback",
        "JUPYTERHUB_OAUTH_ACCESS_SCOPES": json.dumps(
            [f"access:servers!server={name}/", f"access:servers!user={name}"]
        ),
        **more,
    }


@contextlib.asynccontextmanager
async def running_process(
    monkeypatch: pytest.MonkeyPatch,
    hub: FakeHub,
    *,
    name: str = "alice",
    admin: bool = False,
    config: Mapping[str, Any] | None = None,
    database: Any = None,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Process]:
    """Start one on a free port; ``config`` are names of the configuration file."""
    token = hub.add(name, admin=admin)
    database = FakeDatabase() if database is None else database
    manager, gate = StubContainerManager(), StubGate()
    monkeypatch.setattr(base_application, "Launcher", StubLauncher)
    monkeypatch.setattr(composition, "make_database", lambda config: database)
    monkeypatch.setattr(composition, "make_container_manager", lambda config: manager)
    monkeypatch.setattr(composition, "make_gate", lambda environment: gate)
    variables = environment_for(hub, name, token, **(environment or {}))
    values = EnvironmentConfig.from_environ(variables)
    options, file = CommandLineConfig(), FileConfig(docker_realm="tests", **(config or {}))
    options.parse_config([], values)
    application = (AdminApplication if admin else Application)(options, file, values)
    server = HTTPServer(application, xheaders=True)
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        try:
            yield Process(application, hub, token, url, session)
        finally:
            server.stop()
            await server.close_all_connections()
            await application.close()
