"""What ``%remoteapp start`` shows, in Chromium: made by a real kernel, drawn by real pages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, Request, Route, expect

from tests.integration.command_line import TINY, Person
from tests.integration.deployment import Deployment
from tests.integration.kernel import Kernel

JUPYTER = "remoteapp/jupyter:latest"
NAME = "notebooker"

_NETWORK_CHANGED = "net::ERR_NETWORK_CHANGED"

#: Milliseconds in which JupyterLab is usable, on a busy machine.
PATIENCE = 60_000


@pytest.fixture(scope="module")
def person(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """Somebody who has logged in with the command line."""
    someone = Person(deployment.url, NAME, tmp_path_factory.mktemp("notebook") / "home")
    someone.mapping = deployment.grant(TINY, NAME)
    deployment.grant(JUPYTER, NAME)
    someone.log_in()
    yield someone
    someone.stop_all()


@pytest.fixture(scope="module")
def output(person: Person) -> str:
    """The HTML that a real kernel gives for a started application."""
    with Kernel(person) as kernel:
        kernel.cell("%load_ext remoteappmanager.magics")
        return kernel.cell("%remoteapp start tiny")["text/html"]


@pytest.fixture
def page(browser: Browser, deployment: Deployment) -> Iterator[Page]:
    """A browser in which the person has logged in to the site."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    go(opened, deployment.url)
    opened.fill("#username_input", NAME)
    opened.fill("#password_input", "anything")
    opened.click("#login_submit")
    opened.wait_for_url(f"**/user/{NAME}/", timeout=PATIENCE)
    yield opened
    context.close()


def go(page: Page, address: str) -> None:
    """Open a page, and again where Chromium gave something up because a container came or went.

    Any interface that comes or goes on this host makes it do so. A person would reload.
    """
    lost: list[Request] = []
    page.on("requestfailed", lambda request: lost.append(request))
    for _ in range(3):
        lost.clear()
        try:
            page.goto(address)
        except Error as exc:
            if _NETWORK_CHANGED not in str(exc):
                raise
            continue
        if not any(each.failure == _NETWORK_CHANGED for each in lost):
            return
    raise AssertionError(f"{address}: the network does not stop changing")


def show(page: Page, origin: str, output: str) -> None:
    """Open a notebook's page at ``origin`` that consists of one output."""
    html = f"<!doctype html><title>Notebook</title>{output}"
    place = f"{origin}/notebook"
    page.route(place, lambda route: route.fulfill(body=html, content_type="text/html"))
    go(page, place)


def test_a_frame_where_the_notebook_is_of_the_same_site(
    page: Page, deployment: Deployment, output: str
) -> None:
    """There the frame shows the running application, below the link."""
    show(page, deployment.url, output)
    expect(page.get_by_role("link", name="Tiny page")).to_be_visible()
    frame = page.frame_locator("iframe[title='Tiny page']")
    expect(frame.get_by_role("heading").first).to_be_visible(timeout=PATIENCE)


def test_the_link_alone_elsewhere(page: Page, output: str) -> None:
    """A notebook from another site, such as one's own computer, shows the link, which works."""
    show(page, "http://localhost:9", output)
    expect(page.locator("iframe")).to_have_count(0)
    with page.expect_popup() as opening:
        page.get_by_role("link", name="Tiny page").click()
    expect(opening.value.get_by_role("heading").first).to_be_visible(timeout=PATIENCE)


@pytest.mark.parametrize(
    "header", [{"X-Frame-Options": "DENY"}, {"Content-Security-Policy": "frame-ancestors 'none'"}]
)
def test_the_link_alone_where_framing_is_forbidden(
    page: Page, deployment: Deployment, output: str, header: dict[str, str]
) -> None:
    """An application that forbids frames leaves no broken one behind."""
    forbidden = []

    def forbid(route: Route) -> None:
        answer = route.fetch()
        forbidden.append(answer.url)
        route.fulfill(response=answer, headers={**answer.headers, **header})

    page.route(f"**/user/{NAME}/containers/**", forbid)
    show(page, deployment.url, output)
    expect(page.get_by_role("link", name="Tiny page")).to_be_visible()
    page.wait_for_load_state("load")
    expect(page.locator("iframe")).to_have_count(0)
    assert forbidden


def test_the_link_alone_for_who_is_not_logged_in(
    browser: Browser, deployment: Deployment, output: str
) -> None:
    """The Hub's login page may not be framed: one follows the link, and logs in there."""
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    show(page, deployment.url, output)
    assert any("/hub/login" in each for each in asked), "the frame was sent to the login"
    page.wait_for_load_state("load")
    expect(page.locator("iframe")).to_have_count(0)
    with page.expect_popup() as opening:
        page.get_by_role("link", name="Tiny page").click()
    expect(opening.value.locator("#username_input")).to_be_visible()
    page.context.close()


def save_notebook(page: Page, place: str, output: str) -> None:
    """Save a notebook with one cell, which shows ``output``, as somebody else ran it."""
    shown = {"output_type": "execute_result", "data": {"text/html": output}, "metadata": {},
             "execution_count": 1}  # fmt: skip
    code = f"from IPython.display import HTML\nHTML({output!r})"
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": code, "outputs": [shown],
            "execution_count": 1}  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3"}
    notebook = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4,
                "nbformat_minor": 5}  # fmt: skip
    status = page.evaluate(
        """async ([url, content]) => {
          const xsrf = document.cookie.match(/_xsrf=([^;]*)/);
          const answer = await fetch(url, {method: "PUT", headers: {"X-XSRFToken": xsrf && xsrf[1]},
            body: JSON.stringify({type: "notebook", format: "json", content})});
          return answer.status;
        }""",
        [place, notebook],
    )
    assert status == 201


def test_in_jupyterlab(page: Page, deployment: Deployment, person: Person, output: str) -> None:
    """A real JupyterLab of the same site: the link alone until one runs the cell oneself."""
    address = person.run("app", "start", "jupyter").stdout.strip()
    go(page, f"{address}lab")
    page.wait_for_selector("#jp-main-dock-panel", timeout=PATIENCE)
    save_notebook(page, f"{address}api/contents/shown.ipynb", output)
    go(page, f"{address}lab/tree/shown.ipynb")
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".jp-OutputArea").get_by_role("link", name="Tiny page")).to_be_visible()
    expect(page.locator(".jp-OutputArea iframe")).to_have_count(0)

    page.locator(".jp-Notebook .jp-Cell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    frame = page.frame_locator(".jp-OutputArea iframe[title='Tiny page']")
    expect(frame.get_by_role("heading").first).to_be_visible(timeout=PATIENCE)
