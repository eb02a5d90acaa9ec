"""The administration refuses everybody else, on every endpoint."""

from __future__ import annotations

import re

import pytest

from remoteappmanager.admin_application import AdminApplication
from tests.fakes.process import Process
from tests.fixtures.process import admin, hub, process

__all__ = ["admin", "hub", "process"]

#: Every endpoint that the administration serves, with every method that it has.
ENDPOINTS = sorted(
    {
        (method, re.sub(r"\([^)]*\)", "1", pattern.replace("/?", "/")))
        for pattern, handler, arguments in AdminApplication.api_routes
        for method, verb in handler.verbs.items()
        if arguments["resource"].has(verb)
    }
    | {("GET", "openapi.json"), ("GET", "events/")}
)


def test_the_endpoints_are_all_there() -> None:
    """The list above is derived, and not empty by mistake."""
    assert ("DELETE", "users/1/") in ENDPOINTS
    assert ("POST", "accounting/") in ENDPOINTS
    assert len(ENDPOINTS) > 15


@pytest.mark.parametrize("who", ["anonymous", "other user", "other admin", "demoted", "service"])
@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
async def test_every_endpoint_refuses(admin: Process, who: str, method: str, path: str) -> None:
    """Anonymous, another user's token, another admin's, one without the right: 403."""
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
    answer = await admin.raw(method, f"{admin.base}api/v1/{path}", headers=headers)
    assert answer.status == 403
    assert not admin.database.calls
    assert not admin.manager.calls


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
async def test_every_endpoint_refuses_a_wrong_xsrf_token(
    admin: Process, method: str, path: str
) -> None:
    """A cookie without the right XSRF token: 403."""
    browser = await admin.browser()
    for token in ("", "wrong"):
        answer = await browser.fetch(method, f"api/v1/{path}", xsrf=token)
        assert answer.status == 403
    assert not admin.database.calls


async def test_an_admin_has_no_applications_here(admin: Process) -> None:
    """The administration starts nothing."""
    assert (await admin.api("POST", "containers/", {"mapping_id": "x"})).status == 405
