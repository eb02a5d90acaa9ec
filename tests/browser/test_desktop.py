"""A desktop has the keyboard when it is worked in, and leaves it to who types elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_live import home_of
from tests.browser.test_main_job import PATIENCE, VEUSZ, quit_application, start
from tests.integration.deployment import Deployment

#: Lets a test find the WebSockets of each page. (No subclass: noVNC takes only the true ones.)
REMEMBER_SOCKETS = """
    window.sockets = [];
    window.WebSocket = new Proxy(WebSocket, {
        construct(WebSocket, given) {
            const socket = new WebSocket(...given);
            window.sockets.push(socket);
            return socket;
        },
    });
"""


class Desktop:
    """Veusz in a home page, with a connection that can be cut."""

    def __init__(self, page: Page) -> None:
        self.page = page
        start(page, "Veusz")
        frame = page.frame_locator("iframe:visible")
        self.screen = frame.locator("canvas").first
        self._root = frame.locator("html")
        self.wait_until("connected")

    def wait_until(self, state: str) -> None:
        expect(self._root).to_have_attribute("data-state", state, timeout=PATIENCE)

    def reconnect(self) -> None:
        """Cut the connection, and wait until the desktop has another one."""
        self._root.evaluate("() => window.sockets.pop().close()")
        self.wait_until("disconnected")
        self.wait_until("connected")


@pytest.fixture
def page(browser: Browser, deployment: Deployment) -> Iterator[Page]:
    """The home page of frank, who may start Veusz."""
    deployment.grant(VEUSZ, "frank")
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(REMEMBER_SOCKETS)
    page = home_of(context.new_page(), deployment, "frank")
    yield page
    quit_application(page)
    context.close()


@pytest.fixture
def desktop(page: Page) -> Desktop:
    return Desktop(page)


def test_a_connection_that_comes_back_takes_no_keyboard_away(desktop: Desktop) -> None:
    """Who types in the search field, or goes along the bar, goes on doing so."""
    page = desktop.page
    page.get_by_role("button", name="Make the list wide").click()
    search = page.get_by_role("searchbox")
    search.fill("ve")
    desktop.reconnect()
    expect(search).to_be_focused()
    page.keyboard.type("us")
    expect(search).to_have_value("veus")


def test_a_connection_that_comes_back_gives_the_keyboard_back(desktop: Desktop) -> None:
    """Who works in the desktop goes on doing so, without a click."""
    expect(desktop.screen).to_be_focused()
    desktop.reconnect()
    expect(desktop.screen).to_be_focused()
    inside = desktop.page.locator("iframe:visible")
    expect(inside).to_be_focused()


def test_a_desktop_takes_the_keyboard_when_it_is_come_to(desktop: Desktop) -> None:
    """Also where it was connected while something else had it."""
    page = desktop.page
    elsewhere = page.get_by_role("button", name="Quit")
    elsewhere.focus()
    desktop.reconnect()
    expect(elsewhere).to_be_focused()
    page.locator("iframe:visible").evaluate("frame => frame.contentWindow.focus()")
    expect(desktop.screen).to_be_focused()


def test_what_was_lost_on_the_way_is_asked_for_again(page: Page) -> None:
    """A desktop's page has some forty parts, and a network may change while they come."""
    page.route("**/novnc/core/rfb.js", lambda route: route.abort("failed"), times=1)
    Desktop(page)
