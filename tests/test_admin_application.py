"""The administration refuses everybody else, on every endpoint of its route table."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tornado.web import RequestHandler

from remoteappmanager.admin_application import AdminApplication
from remoteappmanager.base_application import BaseApplication
from remoteappmanager.handlers.base_handler import SlashHandler, StaticHandler, VersionHandler
from remoteappmanager.handlers.session_handlers import LogoutHandler, OAuthCallbackHandler
from remoteappmanager.webapi.base import UnknownHandler
from remoteappmanager.webapi.openapi import describe, resources_of
from tests.fakes.process import Process
from tests.fixtures.process import admin, hub, process

__all__ = ["admin", "hub", "process"]

#: What answers everybody: the way in and out, our own files, whether we are up, and 404.
OPEN = {
    LogoutHandler,
    OAuthCallbackHandler,
    SlashHandler,
    StaticHandler,
    UnknownHandler,
    VersionHandler,
}

Endpoints = list[tuple[str, str]]


def methods_of(handler: Any, arguments: dict[str, Any]) -> set[str]:
    """A resource's handler has what the resource defines; any other one what its class does."""
    resource = arguments.get("resource")
    if resource is not None:
        return {method for method, verb in handler.verbs.items() if resource.has(verb)}
    return {
        method
        for method in RequestHandler.SUPPORTED_METHODS
        if getattr(handler, method.lower()) is not getattr(RequestHandler, method.lower())
    }


def served(application: BaseApplication) -> Endpoints:
    """Method and address of everything that is not open to all, from the very routes that
    Tornado gets: a new one is tested without being named here.
    """
    found = set()
    for pattern, handler, *more in application.routes():
        if handler not in OPEN:
            address = pattern.replace("(?:/.*)?", "/grants/").replace("(/.*)?", "/x")
            address = re.sub(r"\(overview[^)]*\)", "users", address)
            address = address.replace("([^/]+)", "1").replace("/?", "/").replace("\\", "")
            assert not set("()?*|") & set(address), f"what is {pattern}?"
            found |= {(method, address) for method in methods_of(handler, dict(*more))}
    return sorted(found)


@pytest.fixture
def endpoints(admin: Process) -> Endpoints:
    """All of them."""
    return served(admin.application)


@pytest.fixture
def api(admin: Process, endpoints: Endpoints) -> Endpoints:
    """Those of the REST API."""
    return [each for each in endpoints if each[1].startswith(admin.application.api)]


def test_the_endpoints_are_all_there(admin: Process, endpoints: Endpoints, api: Endpoints) -> None:
    """The walk misses nothing: what the API's document describes, the events, and the pages."""
    document = describe(resources_of(AdminApplication.api_routes), "")
    described = {
        (method.upper(), admin.application.api + path.lstrip("/").replace("{id}", "1"))
        for path, operations in document["paths"].items()
        for method in operations
        if method != "parameters"
    }
    assert len(described) > 10
    assert described <= set(api)
    base = admin.base
    assert {("GET", f"{base}api/v1/events/"), ("GET", f"{base}api/v1/openapi.json")} <= set(api)
    pages = {"", "home/", "users/", "users/1/grants/", "switch", "containers/1/x"}
    assert {base + page for page in pages} <= {address for _, address in endpoints}


@pytest.mark.parametrize("who", ["anonymous", "other user", "other admin", "demoted", "service"])
async def test_every_endpoint_refuses(
    admin: Process, endpoints: Endpoints, api: Endpoints, who: str
) -> None:
    """Anonymous, another user's token, another admin's, one without the right: 403, and nothing
    is looked at. Only on a page, whoever is not logged in is sent to log in.
    """
    headers = {}
    if who == "other user":
        token = admin.hub.add("bob")
    elif who == "other admin":
        token = admin.hub.add("root", admin=True, scopes=["access:servers"])
    elif who == "service":
        token = admin.hub.add("portal", kind="service", admin=True)
    else:
        token = admin.token
        admin.hub.models["alice"]["admin"] = False
    if who != "anonymous":
        headers["Authorization"] = f"token {token}"
    for method, address in endpoints:
        answer = await admin.raw(method, address, headers=headers)
        page = (method, address) not in api
        assert answer.status in ({302, 403} if page and who == "anonymous" else {403}), address
        if answer.status == 302:
            assert answer.headers["Location"].startswith("/hub/"), address
        assert 'id="app"' not in answer.text, address
        assert not admin.database.calls, address
        assert not admin.manager.calls, address
        assert not admin.launcher.asked, address


async def test_every_endpoint_refuses_a_wrong_xsrf_token(
    admin: Process, endpoints: Endpoints, api: Endpoints
) -> None:
    """A cookie without the right XSRF token: 403 on all of the API, and on each page's form."""
    browser = await admin.browser()
    admin.database.calls.clear()
    admin.manager.calls.clear()
    tried = 0
    for method, address in endpoints:
        if (method, address) not in api and method in {"GET", "HEAD"}:
            continue  # a page that is loaded changes nothing
        for token in ("", "wrong"):
            answer = await browser.fetch(method, address.removeprefix(admin.base), xsrf=token)
            assert answer.status == 403, address
            tried += 1
        assert not admin.database.calls, address
        assert not admin.manager.calls, address
        assert not admin.launcher.asked, address
    assert tried > 2 * len(api)


async def test_the_administrator_gets_in(admin: Process, api: Endpoints) -> None:
    """The same requests are not refused to whom they are for: the walk above tries what works."""
    for method, address in api:
        if address.endswith("events/"):
            continue  # it does not end; tests/webapi/test_events.py reads it
        answer = await admin.raw(method, address, headers={"Authorization": f"token {admin.token}"})
        assert answer.status not in {403, 405}, (method, address)


async def test_an_admin_has_no_applications_here(admin: Process) -> None:
    """The administration starts nothing."""
    assert (await admin.api("POST", "containers/", {"mapping_id": "x"})).status == 405
