"""A scientist's day in Chromium: log in, start, work inside the page, quit; on real parts."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from tests.integration.deployment import Deployment, eventually

TINY = "remoteapp/tiny:latest"
JUPYTER = "remoteapp/jupyter:latest"
VEUSZ = "remoteapp/veusz:latest"

#: Milliseconds in which a heavy application is usable, on a busy machine.
PATIENCE = 60_000


@pytest.fixture
def page(browser: Browser, deployment: Deployment) -> Iterator[Page]:
    """A fresh browser at the home page of carol, who has the three demo applications."""
    for image in (TINY, JUPYTER, VEUSZ):
        deployment.grant(image, "carol")
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    opened = context.new_page()
    NETWORK_CHANGED.clear()
    opened.on("requestfailed", _remember)
    opened.goto(deployment.url)
    opened.fill("#username_input", "carol")
    opened.fill("#password_input", "anything")
    opened.click("#login_submit")
    opened.wait_for_url("**/user/carol/", timeout=PATIENCE)
    yield opened
    context.close()
    carol = deployment.enter("carol")
    for url_id in deployment.api(carol, "GET", "containers/").json()["identifiers"]:
        deployment.api(carol, "DELETE", f"containers/{url_id}/")


#: Addresses that Chromium gave up because an interface of this host came or went, as
#: they do when any container on it starts or stops. A person would reload.
NETWORK_CHANGED: list[str] = []


def _remember(request: Request) -> None:
    if request.failure == "net::ERR_NETWORK_CHANGED":
        NETWORK_CHANGED.append(request.url)


def wait_until_usable(page: Page, sign: Locator) -> None:
    """Wait for a sign of life in the frame; reload it once, after exactly that error."""
    try:
        expect(sign).to_be_visible(timeout=PATIENCE)
    except AssertionError:
        if not NETWORK_CHANGED:
            raise
        visible_frame(page).evaluate("frame => frame.contentWindow.location.reload()")
        expect(sign).to_be_visible(timeout=PATIENCE)


def start(page: Page, name: str) -> None:
    """Choose an application and start it; returns when its frame is shown."""
    page.get_by_role("navigation").get_by_text(name, exact=True).click()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(visible_frame(page)).to_be_visible(timeout=PATIENCE)


def visible_frame(page: Page) -> Locator:
    """The frame of the application that is looked at."""
    return page.locator("iframe:visible")


def quit_application(page: Page) -> None:
    """Quit the application that is looked at, with its question."""
    page.get_by_role("button", name=re.compile("^Quit")).locator("visible=true").first.click()
    page.locator("dialog[open]").get_by_role("button", name="Quit").click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible(timeout=PATIENCE)


def colours(screen: Locator) -> int:
    """How many different colours are drawn on a canvas."""
    return int(
        screen.evaluate(
            """canvas => {
                const { width, height } = canvas;
                const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
                return new Set(new Uint32Array(data.buffer)).size;
            }"""
        )
    )


def test_the_main_job(page: Page, deployment: Deployment) -> None:
    """Three applications are started, each usable in the page, side by side; after they were
    quit there is no container, route or network left.
    """
    start(page, "Tiny page")
    tiny = page.frame_locator("iframe:visible")
    wait_until_usable(page, tiny.get_by_role("heading", name="It works"))

    start(page, "JupyterLab")
    lab = page.frame_locator("iframe:visible")
    notebook = lab.locator(".jp-LauncherCard[data-category=Notebook]").first
    wait_until_usable(page, notebook)
    notebook.click()
    cell = lab.locator(".jp-Notebook .jp-Cell .cm-content").first
    cell.click(timeout=PATIENCE)
    page.keyboard.type("6 * 7")
    expect(lab.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")).to_be_attached(
        timeout=PATIENCE
    )
    page.keyboard.press("Shift+Enter")
    expect(lab.locator(".jp-OutputArea-output").first).to_contain_text("42", timeout=PATIENCE)

    # What is saved lies in the user's own home, and outlives the container.
    lab.locator(".jp-Notebook").first.press("Control+s")
    home = deployment.directory / "workspace" / "carol"
    eventually(lambda: list(home.glob("*.ipynb")), 20, "the notebook is in the home")

    start(page, "Veusz")
    screen = page.frame_locator("iframe:visible").locator("canvas").first
    wait_until_usable(page, screen)
    # A desktop without a window has a handful of colours; Veusz draws toolbars and a plot.
    eventually(lambda: colours(screen) > 100, 40, "the window of Veusz is drawn")

    # Side by side: the first one was not loaded again.
    page.get_by_role("navigation").get_by_text("JupyterLab", exact=True).click()
    expect(lab.locator(".jp-OutputArea-output").first).to_contain_text("42")

    for name in ("JupyterLab", "Tiny page", "Veusz"):
        page.get_by_role("navigation").get_by_text(name, exact=True).click()
        quit_application(page)
    mine = [c for c in deployment.containers() if "-carol-" in c.name]
    assert mine == []
    assert not [path for path in deployment.container_routes() if "/user/carol/" in path]
    if not deployment.containers():
        assert deployment.networks() == []


def test_a_lost_part_of_jupyterlab_is_asked_for_again(page: Page) -> None:
    """A network that changed at that moment is no reason for a person to reload."""
    page.route("**/static/lab/*.js*", lambda route: route.abort("failed"), times=1)
    start(page, "JupyterLab")
    lab = page.frame_locator("iframe:visible")
    expect(lab.locator(".jp-LauncherCard").first).to_be_visible(timeout=PATIENCE)


def test_nothing_is_logged_as_an_error(page: Page, deployment: Deployment) -> None:
    """A start and a stop of the tiny application leave no error in the browser's console."""
    errors: list[str] = []
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else None
    )
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.reload()
    start(page, "Tiny page")
    page.wait_for_timeout(500)
    quit_application(page)
    assert [e for e in errors if "ERR_NETWORK_CHANGED" not in e] == []
