"""What a person does on the home page, in Chromium, on a stage; real servers are elsewhere."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.event_states import ended, revoked
from tests.browser.stage import Stage, wait_for_frame
from tests.browser.states import LOG

PARAVIEW = f"#/{2:032x}"


@pytest.fixture
def stage() -> Stage:
    """JupyterLab and ParaView run."""
    stage = Stage(events=[])
    stage.run(0)
    stage.run(1)
    return stage


@pytest.fixture
def page(browser: Browser, stage: Stage) -> Iterator[Page]:
    """ParaView fills the page, and a field inside of it has the keyboard."""
    page = stage.open(browser, PARAVIEW)
    wait_for_frame(page)
    inside(page).click()
    yield page
    page.context.close()
    assert stage.complaints == []


def inside(page: Page) -> Locator:
    """The field in the application that is looked at."""
    return page.frame_locator("iframe:visible").get_by_label("typed")


def until(page: Page, condition: Callable[[], bool]) -> None:
    """Wait for what the page's own policy does not let a driver's script wait for."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        page.wait_for_timeout(50)


def test_the_whole_path_by_keyboard_alone(browser: Browser) -> None:
    """From the search to the start, into the application, out of it again, and quit."""
    stage = Stage()
    page = stage.open(browser)
    page.wait_for_selector(".app-item")
    keys = page.keyboard
    page.get_by_label("Search applications").focus()
    keys.type("jupyter")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="JupyterLab")).to_be_visible()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()

    for _ in range(12):
        if page.evaluate("document.activeElement.textContent.trim()") == "Start":
            break
        keys.press("Tab")
    keys.press("Enter")
    wait_for_frame(page)
    expect(page.locator("iframe")).to_be_focused()
    keys.press("Tab")
    keys.type("typed by key")
    expect(inside(page)).to_have_value("typed by key")

    for _ in range(12):
        keys.press("Shift+Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Quit":
            break
    keys.press("Enter")
    expect(page.get_by_role("button", name="Go on working")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    assert ("DELETE", f"containers/{160:032x}/", None) in stage.requests
    assert stage.complaints == []
    page.context.close()


def test_a_page_that_was_lost_on_the_way_is_tried_once_more(page: Page) -> None:
    """The browser's own error page is not shown for a network that changed at that moment."""
    page.route("**/user/alice/containers/*/", lambda route: route.abort("failed"), times=1)
    page.reload()
    wait_for_frame(page)
    inside(page).fill("it is there")


def test_a_page_that_is_lost_twice_is_shown_as_it_is(page: Page) -> None:
    """The bar leads on: a new tab, quit."""
    tries: list[str] = []

    def lose(route: Route) -> None:
        tries.append(route.request.url)
        route.abort("failed")

    page.route("**/user/alice/containers/*/", lose)
    page.reload()
    wait_for_frame(page)
    page.wait_for_timeout(1_500)
    assert len(tries) == 2
    expect(page.get_by_role("button", name="Quit")).to_be_enabled()


def test_full_screen_has_the_keyboard_and_gives_it_back(page: Page) -> None:
    """What had it inside of the application has it in full screen, and after that."""
    page.get_by_role("button", name="Full screen").click()
    until(page, lambda: page.evaluate("document.fullscreenElement !== null"))
    expect(inside(page)).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(" in full")
    page.evaluate("document.exitFullscreen()")
    until(page, lambda: page.evaluate("document.fullscreenElement === null"))
    expect(inside(page)).to_be_focused()
    page.keyboard.type(" and back")
    expect(inside(page)).to_have_value("sin(x) / x in full and back")


def test_switching_gives_each_application_its_keyboard_and_reloads_none(page: Page) -> None:
    """Side by side: what was typed is there, and typing goes on where it was."""
    page.keyboard.press("End")
    page.keyboard.type(" first")
    page.get_by_role("navigation").get_by_title("JupyterLab").click()
    expect(inside(page)).to_have_value("sin(x) / x")
    page.get_by_role("navigation").get_by_title("ParaView (Running)").click()
    expect(inside(page)).to_be_focused()
    page.keyboard.type(" second")
    expect(inside(page)).to_have_value("sin(x) / x first second")


def test_a_screen_is_let_follow_the_window_where_it_can(page: Page) -> None:
    """The desktop says that it can; the button says whether it does; a web page has none."""
    button = page.get_by_role("button", name="Fit to window")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(inside(page)).to_be_focused()
    page.get_by_role("navigation").get_by_title("JupyterLab").click()
    expect(button).to_have_count(0)


def test_an_end_is_told_with_its_evidence_and_can_be_copied(stage: Stage, page: Page) -> None:
    """It replaces the frame; one button copies everything; the other application goes on."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    del stage.applications[1]["container"]
    stage.tell(page, "ended", ended(1))
    failure = page.get_by_role("alert")
    expect(failure).to_contain_text("It has ended")
    expect(failure).to_contain_text("139")
    failure.get_by_role("button", name="Copy all of this").click()
    expect(failure.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(LOG)
    assert "Exit code: 139" in copied
    expect(page.locator("iframe")).to_have_count(0)
    failure.get_by_role("button", name="Start again").click()
    wait_for_frame(page)


def test_a_revocation_is_seen_in_full_screen_and_reloads_nothing(stage: Stage, page: Page) -> None:
    """The banner is inside of what fills the screen, and the work goes on below it."""
    page.get_by_role("button", name="Full screen").click()
    until(page, lambda: page.evaluate("document.fullscreenElement !== null"))
    page.keyboard.press("End")
    page.keyboard.type(" unsaved")
    del stage.applications[1]
    stage.tell(page, "revoked", revoked(1, time.time() + 90))
    banner = page.get_by_role("note")
    expect(banner).to_be_in_viewport()
    expect(banner).to_contain_text("1 min")
    page.keyboard.type(" work")
    expect(inside(page)).to_have_value("sin(x) / x unsaved work")


def test_a_revocation_that_is_taken_back_is_forgotten(stage: Stage, page: Page) -> None:
    """The banner goes, the application stays."""
    taken = stage.applications.pop(1)
    stage.tell(page, "revoked", revoked(1, time.time() + 90))
    expect(page.get_by_role("note")).to_be_visible()
    stage.applications.insert(1, taken)
    data = {key: ended(1)[key] for key in ("mapping_id", "url_id")}
    stage.tell(page, "granted", data)
    expect(page.get_by_role("note")).to_have_count(0)
    expect(inside(page)).to_be_visible()
