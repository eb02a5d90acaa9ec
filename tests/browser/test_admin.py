"""An administrator's day in Chromium, on real parts: Hub, proxy, gate, processes, Docker."""

import os
import pathlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from remoteappmanager.db.csv_format import HEADERS
from remoteappmanager.docker import docker_labels
from tests.browser.admin_acts import (
    PATIENCE,
    TINY,
    Granted,
    add,
    choose,
    entries,
    facts,
    find,
    go,
    grant,
    make_all,
    stop,
)
from tests.integration.deployment import ADMIN, Deployment

LogIn = Callable[..., Page]


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A deployment of our own: what is added here is in no other test's accounting yet."""
    running = Deployment(
        tmp_path_factory.mktemp("administered"), engine=os.environ.get("DOCKER_HOST", "")
    )
    running.start()
    yield running
    running.stop()


@pytest.fixture
def log_in(browser: Browser, deployment: Deployment) -> Iterator[LogIn]:
    """Logs somebody in, each in a browser context of their own; their page."""
    contexts, names = [], []

    def enter(name: str, session: str | None = None, site: Deployment = deployment) -> Page:
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        contexts.append(context)
        if site is deployment:
            names.append(name)
        page = context.new_page()
        page.goto(f"{site.url}/hub/login")
        page.fill("#username_input", name)
        page.fill("#password_input", "anything")
        page.click("#login_submit")
        if session:
            page.wait_for_selector("#spawn_form", timeout=PATIENCE)
            page.check(f"#session-{session}")
            page.locator("#spawn_form [type=submit]").click()
        page.wait_for_selector("#app > *", timeout=PATIENCE)
        return page

    yield enter
    for context in contexts:
        context.close()
    for name in names:
        deployment.stop_server(name)


@pytest.fixture
def panel(log_in: LogIn) -> Page:
    """The panel of the administrator."""
    return log_in(ADMIN, "admin")


def running(deployment: Deployment, user: str) -> list[dict[str, Any]]:
    """What Docker says of the containers of ``user``."""
    return [each.attrs for each in deployment.containers() if f"-{user}-" in each.name]


@pytest.fixture
def granted(tmp_path: pathlib.Path) -> Granted:
    """With two directories to mount."""
    found = Granted(tmp_path / "read", tmp_path / "written")
    found.read.mkdir()
    found.written.mkdir()
    return found


def start_both(home: Page, numbers: list[int]) -> None:
    """Start two applications; only the second may be shared."""
    for number, shares in zip(numbers, (0, 1), strict=True):
        choose(home, number)
        home.get_by_role("button", name="Start", exact=True).click()
        expect(home.locator("iframe:visible")).to_be_visible(timeout=PATIENCE)
        share = home.get_by_role("button", name="Share").locator("visible=true")
        expect(share).to_have_count(shares)


def test_from_a_new_user_to_their_stopped_container(
    panel: Page, log_in: LogIn, deployment: Deployment, granted: Granted
) -> None:
    """A user, applications and a grant with each policy option are made in the panel; the user
    logs in and sees exactly that, with nothing restarted; the panel stops what they run.
    """
    before = (deployment.process(ADMIN), deployment.gate_pids(), deployment.proxy_pid())
    add(panel, "Users", "Add a user", "Login name", "erin")
    erin = log_in("erin")
    expect(erin.get_by_text("No applications found")).to_be_visible()
    make_all(panel, granted)

    # The user looks again: no restart, no new login. What has no image is not there.
    erin.reload()
    expect(entries(erin)).to_have_count(3, timeout=PATIENCE)
    seen = {facts(erin, number): number for number in range(3)}
    assert set(seen) == {granted.closed, granted.mounted, granted.plotting}

    # What was granted is what the containers have.
    start_both(erin, [seen[granted.closed], seen[granted.mounted]])
    found = running(deployment, "erin")
    assert len(found) == 2
    (one,) = (each for each in found if "APP_LICENSE=X-2041" in each["Config"]["Env"])
    (two,) = (each for each in found if each is not one)
    assert not one["Mounts"]
    mounts = {(each["Destination"], each["RW"]) for each in two["Mounts"]}
    assert mounts == {("/workspace", True), ("/mnt/read", False)}

    # The administrator stops the second one: container and route are gone, the other runs on.
    url_id = two["Config"]["Labels"][docker_labels.URL_ID]
    go(panel, "Containers")
    panel.get_by_role("searchbox").fill("erin")
    expect(panel.locator("tbody tr")).to_have_count(2)
    stop(panel, panel.locator("tbody tr", has=panel.locator(f"[title='{url_id}']")))
    assert [each["Id"] for each in running(deployment, "erin")] == [one["Id"]]
    (route,) = (path for path in deployment.container_routes() if "/user/erin/" in path)
    assert url_id not in route

    # Its user's page says so, without being asked.
    expect(erin.get_by_role("button", name="Start", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(erin.locator(".details")).to_contain_text(re.compile("ended|stopped"))
    expect(entries(erin).locator(".state-running")).to_have_count(1)

    stop(panel, panel.locator("tbody tr"))
    assert running(deployment, "erin") == []
    assert before == (deployment.process(ADMIN), deployment.gate_pids(), deployment.proxy_pid())


def test_to_the_own_applications_and_back(panel: Page, deployment: Deployment) -> None:
    """An administrator changes between the two sessions by the user menu, without a new login."""
    for item, section in (("Applications", None), ("Administration", "Overview")):
        panel.get_by_role("button", name="User menu").click()
        panel.get_by_role("menuitem", name=item).click()
        panel.get_by_role("button", name="Change").click()
        session = "admin" if section else "user"
        panel.wait_for_selector(f"#app[data-session={session}] > *", timeout=PATIENCE)
        if section:
            expect(panel.get_by_role("heading", level=1)).to_have_text(section)
            expect(panel.locator(".tiles a")).to_have_count(4)
        else:
            expect(panel.get_by_role("navigation", name="Applications")).to_be_visible()


def test_a_demoted_administrator_is_out_at_once(log_in: LogIn, deployment: Deployment) -> None:
    """The next act is refused, and the page says that the right has ended; nothing was done."""
    deployment.token("boss")
    header = {"Authorization": f"token {deployment.token(ADMIN)}"}

    def promote(right: bool) -> None:
        address = f"{deployment.hub_api_url}/users/boss"
        answer = requests.patch(address, json={"admin": right}, headers=header, timeout=10)
        answer.raise_for_status()

    promote(True)
    panel = log_in("boss", "admin")
    add(panel, "Users", "Add a user", "Login name", "made-by-boss")
    promote(False)
    find(panel, "made-by-boss").get_by_role("button", name="Remove").click()
    panel.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(panel.locator("body")).to_contain_text(re.compile("not allowed|may not|administrator"))
    expect(panel.get_by_role("table")).to_have_count(0)
    assert deployment.database().get_user(user_name="made-by-boss") is not None


HOSTILE = "<img src=x onerror=window.pwned=1>\"'&lt; \U0001f680 \u05d0\u202e" + "w" * 190


def test_hostile_names_are_text(panel: Page, log_in: LogIn, deployment: Deployment) -> None:
    """Made in the panel, shown by it and by the home page of whoever has such a name."""
    image = f"{HOSTILE}:latest"
    add(panel, "Applications", "Add an application", "Image", image)
    add(panel, "Users", "Add a user", "Login name", HOSTILE)
    assert deployment.database().get_user(user_name=HOSTILE) is not None
    find(panel, HOSTILE).get_by_role("link", name="Grants of").click()
    expect(panel.get_by_role("heading", level=1)).to_have_text(f"Grants of {HOSTILE}")
    grant(panel, image, "Workspace", License=HOSTILE)
    expect(panel.locator("tbody tr td").first).to_have_text(image)
    panel.get_by_role("button", name="Remove the grant").click()
    expect(panel.get_by_role("dialog").locator("p").first).to_contain_text(HOSTILE)

    deployment.grant(TINY, HOSTILE[:60])
    home = log_in(HOSTILE[:60])
    expect(home.get_by_role("button", name="User menu")).to_contain_text(HOSTILE[:60])
    expect(entries(home)).to_have_count(1)
    for page in (panel, home):
        assert page.evaluate("window.pwned") is None
        assert page.locator("img[src=x]").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_refused_is_said_in_the_dialog(panel: Page) -> None:
    """The dialog stays open with what was typed, and says what is wrong with it."""
    add(panel, "Users", "Add a user", "Login name", "frank")
    panel.get_by_role("button", name="Add a user").click()
    dialog = panel.get_by_role("dialog")
    for text, words in (
        ("frank", "exists already"),
        ("x" * 256, "At most 255 characters"),
        ("  ", "must not be empty"),
        ("bell\x07", "control character"),
    ):
        dialog.get_by_label("Login name").fill(text)
        dialog.get_by_role("button", name="Add", exact=True).click()
        expect(dialog.get_by_role("alert")).to_have_count(1)
        expect(dialog.get_by_role("alert")).to_contain_text(words)
        expect(dialog.get_by_label("Login name")).to_be_focused()
    panel.keyboard.press("Escape")
    expect(panel.get_by_role("button", name="Add a user")).to_be_focused()


def test_csv_accounting_is_read_only(
    log_in: LogIn, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """With CSV accounting the writing controls are off, and the page says why."""
    directory = tmp_path_factory.mktemp("csv")
    table = directory / "accounting.csv"
    table.write_text(f"{','.join(HEADERS)}\nerin,{TINY},,1,0,0,,,,0\n")
    config = (
        'database_class = "remoteappmanager.db.csv_db.CSVDatabase"\n'
        f'database_kwargs = {{"csv_file_path": {str(table)!r}}}'
    )
    site = Deployment(directory, engine=os.environ.get("DOCKER_HOST", ""), app_config=config)
    site.start()
    try:
        panel = log_in(ADMIN, "admin", site)
        for section, button in (("Users", "Add a user"), ("Applications", "Add an application")):
            go(panel, section)
            expect(panel.locator("tbody tr")).to_have_count(1)
            expect(panel.get_by_role("note")).to_contain_text("CSV file and cannot be changed here")
            expect(panel.get_by_role("button", name=button)).to_be_disabled()
            expect(panel.locator("tbody").get_by_role("button", name="Remove")).to_be_disabled()
        # Who forces a control is told by the server.
        button = panel.get_by_role("button", name="Add an application")
        button.evaluate("button => button.disabled = false")
        button.click()
        panel.get_by_label("Image").fill("some/image:1")
        panel.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
        expect(panel.get_by_role("dialog").get_by_role("alert")).to_contain_text("CSV")
    finally:
        site.stop()
