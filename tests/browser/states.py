"""Every state of the pages, by name: a function that brings a page into it.

Those of the home page; what live events bring is in ``event_states``, which
registers its own here, as anybody can.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.pictures import icon
from tests.browser.stage import Stage, application, wait_for_frame

State = Callable[..., tuple[Stage, Page]]
STATES: dict[str, State] = {}

LOG = "\n".join(
    [
        "2031-05-04 10:12:01 loading /etc/application.conf",
        "2031-05-04 10:12:01 opening display :1",
        "Xvnc: no <screen> & no 'license'; giving up",
        "supervisord: exited: application (exit status 1; not expected)",
    ]
)
FAILED = {
    "type": "Unable",
    "message": "The application ended before it was ready.",
    "ref": "9f86d081884c",
    "step": "wait",
    "exit_code": 1,
    "out_of_memory": False,
    "log": LOG,
}
AWAY = {"type": "Unable", "message": "Docker is not available at the moment.", "ref": "60303ae2"}


def state(function: State) -> State:
    """Register a state under its function's name."""
    STATES[function.__name__.replace("_", "-")] = function
    return function


def choose(page: Page, number: int) -> None:
    """Look at the application with that number."""
    page.evaluate(f"location.hash = '#/{number:032x}'")
    page.wait_for_selector(":is(.details, .frame):visible")


@state
def home_loading(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage = Stage(held={("GET", "applications/")})
    page = stage.open(browser, **options)
    page.wait_for_selector(".app-loading", state="attached")
    return stage, page


@state
def home_empty(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage = Stage(applications=[])
    page = stage.open(browser, **options)
    page.wait_for_selector("text=No applications yet")
    return stage, page


@state
def home_one(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage = Stage(applications=Stage().applications[:1])
    page = stage.open(browser, **options)
    page.wait_for_selector(".app-item")
    return stage, page


@state
def home_choose(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage = Stage()
    page = stage.open(browser, **options)
    page.wait_for_selector(".app-item")
    return stage, page


@state
def home_details(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = home_choose(browser, **options)
    choose(page, 2)
    return stage, page


@state
def home_invalid(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = home_details(browser, **options)
    page.get_by_label("Resolution").select_option("custom")
    page.get_by_label("Width").fill("many")
    page.get_by_label("Start-up file").fill("data.vtk")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_selector(".invalid-feedback")
    return stage, page


@state
def home_starting(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = home_details(browser, **options)
    stage.held.add(("POST", "containers/"))
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_selector(".launch")
    return stage, page


@state
def home_steps(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    begun = time.time()
    steps = zip(
        ("grant", "image", "environment", "start", "wait"), (0, 0.1, 0.2, 1, 4), strict=True
    )
    told = [("step", {"mapping_id": f"{2:032x}", "step": s, "at": begun + t - 4}) for s, t in steps]
    warning = "The directory /srv/data/shared does not exist on this server. It is not mounted."
    told.append(("warning", {**told[-1][1], "message": warning}))
    stage = Stage(events=told)
    page = stage.open(browser, f"#/{2:032x}", **options)
    page.wait_for_selector(".step-active")
    return stage, page


@state
def home_failed(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = home_details(browser, **options)
    stage.answers["POST", "containers/"] = (500, FAILED)
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_selector(".failure")
    return stage, page


@state
def home_running(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage = Stage()
    stage.run(0)
    stage.run(1)
    page = stage.open(browser, f"#/{2:032x}", **options)
    wait_for_frame(page)
    return stage, page


@state
def home_share(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = home_running(browser, **options)
    page.get_by_role("button", name="Share").click()
    page.wait_for_selector("dialog[open]")
    return stage, page


@state
def home_quit(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = home_running(browser, **options)
    page.get_by_role("button", name="Quit").click()
    page.wait_for_selector("dialog[open]")
    return stage, page


@state
def home_quit_refused(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = home_quit(browser, **options)
    stage.more = lambda method, *_: (
        (500, {"type": "Unable", "message": "Docker refused to stop it.", "ref": "0a1b2c"})
        if method == "DELETE"
        else None
    )
    page.get_by_role("dialog").get_by_role("button", name="Quit").click()
    page.wait_for_selector(".failure")
    return stage, page


@state
def home_away_at_first(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage = Stage(answers={("GET", "applications/"): (503, AWAY)})
    page = stage.open(browser, **options)
    page.wait_for_selector("text=Away for the moment")
    return stage, page


@state
def home_away_later(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = home_details(browser, **options)
    stage.answers["GET", "applications/"] = (503, AWAY)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_selector(".banner")
    return stage, page


@state
def home_offline(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = home_running(browser, **options)
    stage.offline = True
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_selector(".banner")
    return stage, page


@state
def home_ended(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = home_running(browser, **options)
    del stage.applications[1]["container"]
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_selector(".alert-info")
    return stage, page


@state
def home_many(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    words = ["Mesh", "Flow", "Plot", "Atom", "Field", "Wave", "Grid", "Crystal"]
    items = [
        application(
            n,
            f"{words[n % 8]} {'viewer' if n % 3 else 'solver and post-processor'} {n}",
            icon_128=icon(n * 37 % 200, n * 91 % 200, n * 53 % 200) if n % 4 else "",
            type="vncapp" if n % 2 else "webapp",
        )
        for n in range(1, 201)
    ]
    stage = Stage(applications=items)
    for n in (3, 4, 9):
        stage.run(n)
    page = stage.open(browser, f"#/{7:032x}", **options)
    page.wait_for_selector(".details")
    return stage, page


@state
def home_search_nothing(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = home_choose(browser, **options)
    page.get_by_label("Search applications").fill("excel")
    page.wait_for_selector("text=No applications found for")
    return stage, page


@state
def home_menu(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage = Stage(admin=True)
    page = stage.open(browser, **options)
    page.get_by_role("button", name="User menu").click()
    page.wait_for_selector(".menu-item")
    return stage, page


@state
def home_hostile(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    nasty = "<img src=x onerror=alert(1)>\"'&amp; 🚀 \u202eevil\u202c " + "W" * 180
    stage = Stage(applications=[application(n, nasty, description=nasty * 3) for n in (1, 2)])
    stage.applications[1]["image"]["policy"]["volume_source"] = "/" + "a" * 200
    stage.applications[1]["image"]["policy"]["volume_target"] = "/b"
    stage.applications[1]["image"]["icon_128"] = "javascript:alert(1)"
    page = stage.open(browser, **options)
    page.wait_for_selector(".app-item")
    choose(page, 2)
    return stage, page
