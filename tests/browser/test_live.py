"""An open home page shows what happens elsewhere, within two seconds; on real parts."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_main_job import (
    PATIENCE,
    TINY,
    VEUSZ,
    quit_application,
    start,
    visible_frame,
)
from tests.integration.deployment import Deployment, eventually

#: Milliseconds.
SOON = 2_000


def home_of(page: Page, deployment: Deployment, name: str) -> Page:
    """Log in, and wait until the page hears the server's events."""
    page.goto(deployment.url)
    page.fill("#username_input", name)
    page.fill("#password_input", "anything")
    with page.expect_response("**/api/v1/events/*", timeout=PATIENCE):
        page.click("#login_submit")
    expect(page.locator(".app-item").first).to_be_visible(timeout=PATIENCE)
    return page


@pytest.fixture
def open_home(browser: Browser, deployment: Deployment) -> Iterator[Callable[[], Page]]:
    """Opens dave's home page in a browser of its own, each time; dave may run the tiny page."""
    deployment.grant(TINY, "dave")
    contexts = []

    def make() -> Page:
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 800}))
        return home_of(contexts[-1].new_page(), deployment, "dave")

    yield make
    for context in contexts:
        context.close()
    dave = deployment.enter("dave")
    for url_id in deployment.api(dave, "GET", "containers/").json()["identifiers"]:
        deployment.api(dave, "DELETE", f"containers/{url_id}/")


def mine(deployment: Deployment) -> list:
    return [item for item in deployment.containers() if "-dave-" in item.name]


def test_docker_kill(open_home: Callable[[], Page], deployment: Deployment) -> None:
    """A killed application is shown with its reason within two seconds, and starts again."""
    page = open_home()
    start(page, "Tiny page")
    [container] = mine(deployment)
    container.kill()
    expect(page.locator(".failure-reason")).to_contain_text("SIGKILL", timeout=SOON)
    expect(visible_frame(page)).to_have_count(0)
    expect(page.get_by_text("137").first).to_be_visible()
    eventually(lambda: mine(deployment) == [], 5, "the dead container is removed")
    page.get_by_role("button", name="Start again").click()
    expect(visible_frame(page)).to_be_visible(timeout=PATIENCE)
    quit_application(page)


def test_a_grant_by_remoteappdb(open_home: Callable[[], Page], deployment: Deployment) -> None:
    """It appears without a reload within two seconds, and goes when it is taken away."""
    page = open_home()
    expect(page.locator(".app-item")).to_have_count(1)
    page.wait_for_timeout(1_500)  # the look that every opened page causes is over
    deployment.remoteappdb("app", "grant", TINY, "dave", "--license", "two")
    expect(page.locator(".app-item")).to_have_count(2, timeout=SOON)
    deployment.remoteappdb("app", "revoke", TINY, "dave", "--license", "two")
    expect(page.locator(".app-item")).to_have_count(1, timeout=SOON)


def test_two_pages_of_one_user(open_home: Callable[[], Page], deployment: Deployment) -> None:
    """What is started and quit in one is started and quit in the other."""
    first, second = open_home(), open_home()
    start(first, "Tiny page")
    second.get_by_role("navigation").get_by_text("Tiny page", exact=True).click()
    expect(visible_frame(second)).to_be_visible(timeout=SOON)
    quit_application(second)
    expect(first.get_by_role("button", name="Start", exact=True)).to_be_visible(timeout=SOON)
    expect(first.locator(".details")).to_contain_text("stopped: in another page")
    assert mine(deployment) == []


def test_a_script_starts_one(open_home: Callable[[], Page], deployment: Deployment) -> None:
    """A start by a token, as remoteapprest makes it, is seen at once."""
    page = open_home()
    page.get_by_role("navigation").get_by_text("Tiny page", exact=True).click()
    script = deployment.enter("dave")
    mapping = deployment.api(script, "GET", "applications/").json()["identifiers"][0]
    answer = deployment.api(script, "POST", "containers/", json={"mapping_id": mapping})
    assert answer.status_code == 201
    expect(visible_frame(page)).to_be_visible(timeout=SOON)
    quit_application(page)


def press_until(page: Page, key: str, words: str, most: int = 40) -> None:
    """Press a key until what has the focus is called so."""
    name = """() => {
        const focused = document.activeElement;
        return focused.getAttribute("aria-label") || focused.textContent.trim().slice(0, 40);
    }"""
    seen = []
    for _ in range(most):
        seen.append(page.evaluate(name))
        if seen[-1] == words:
            return
        page.keyboard.press(key)
    raise AssertionError(f"{words!r} is not among {seen}")


def test_the_whole_path_by_keyboard_alone(browser: Browser, deployment: Deployment) -> None:
    """From the login, through a desktop that takes every key, to the logout."""
    deployment.grant(VEUSZ, "erin")
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    keys = page.keyboard
    page.goto(deployment.url)
    expect(page.locator("#username_input")).to_be_focused()
    keys.type("erin")
    keys.press("Tab")
    keys.type("anything")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Veusz")).to_be_visible(timeout=PATIENCE)
    press_until(page, "Tab", "Start")
    keys.press("Enter")
    screen = page.frame_locator("iframe:visible").locator("canvas").first
    expect(screen).to_be_visible(timeout=PATIENCE)
    expect(screen).to_be_focused(timeout=PATIENCE)

    keys.press("Tab")  # the desktop takes it
    expect(screen).to_be_focused()
    for key in ("Control", "Alt", "Shift"):
        keys.down(key)
    for key in ("Shift", "Alt", "Control"):
        keys.up(key)
    press_until(page, "Tab", "Quit")
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    press_until(page, "Tab", "Quit")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible(timeout=PATIENCE)
    eventually(lambda: not [c for c in deployment.containers() if "-erin-" in c.name], 10)

    press_until(page, "Tab", "User menu of erin")
    keys.press("Enter")
    press_until(page, "ArrowDown", "Log out")
    keys.press("Enter")
    expect(page.locator("#username_input")).to_be_visible(timeout=PATIENCE)
    context.close()
