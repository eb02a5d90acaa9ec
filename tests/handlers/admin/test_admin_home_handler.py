"""The administration's page."""

from __future__ import annotations

import pytest

from tests.fakes.process import Process


@pytest.mark.parametrize(
    "address",
    ["", "containers/", "users/", "users/12/grants/", "applications/", "overview/", "users"],
)
async def test_each_section_has_an_address(admin: Process, address: str) -> None:
    """The browser's back button and a reload work in every section."""
    page = await (await admin.browser()).get(admin.base + address)
    assert page.status == 200
    assert 'data-session="admin"' in page.text
    assert 'data-accounting-writable="true"' in page.text
    assert 'data-base-url="/user/alice/"' in page.text
    assert "dist/admin.js" in page.text


async def test_an_accounting_that_cannot_be_written_is_told(admin: Process) -> None:
    """With CSV accounting the writing controls are off."""
    admin.database.read_only = True
    page = await (await admin.browser()).get(admin.base)
    assert 'data-accounting-writable="false"' in page.text


async def test_whoever_is_no_admin_sees_no_panel(admin: Process) -> None:
    """A non-admin never gets in, whatever process runs."""
    admin.hub.models["alice"]["admin"] = False
    page = await (await admin.browser()).get(admin.base)
    assert page.status == 403
    assert 'id="app"' not in page.text
