"""The states of the home page that live events bring; registered beside the others."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.stage import Stage, wait_for_frame
from tests.browser.states import LOG, choose, state

#: Seconds of notice before a revoked application is ended.
NOTICE = 272


def ended(number: int, **keys: Any) -> dict[str, Any]:
    """The data of ``ended`` for the running application at that place of the list."""
    return {
        "mapping_id": f"{number + 1:032x}",
        "url_id": f"{number + 160:032x}",
        "name": "ParaView",
        "asked": False,
        "reason": "The application ended with an error.",
        "exit_code": 139,
        "out_of_memory": False,
        "log": LOG,
        "ref": "9f86d081884c",
        **keys,
    }


def revoked(number: int, ends_at: float | None) -> dict[str, Any]:
    """The data of ``revoked`` for it."""
    keys = ("mapping_id", "url_id", "name")
    return {**{key: ended(number)[key] for key in keys}, "ends_at": ends_at}


def _listing(*url_ids: str) -> dict[str, Any]:
    """What ``containers/`` says of these; the page looks at the ids alone."""
    return {"identifiers": list(url_ids), "items": {}, "offset": 0, "total": len(url_ids)}


def _tell_end(browser: Browser, options: dict[str, Any], **keys: Any) -> tuple[Stage, Page]:
    """The application that is looked at has ended; the server says how."""
    stage = Stage(events=[])
    stage.run(0)
    stage.run(1)
    page = stage.open(browser, f"#/{2:032x}", **options)
    wait_for_frame(page)
    del stage.applications[1]["container"]
    stage.tell(page, "ended", ended(1, **keys))
    page.wait_for_selector(".details")
    return stage, page


@state
def home_ended_by_itself(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _tell_end(browser, options)


@state
def home_out_of_memory(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    reason = "The application used more memory than it may have, and was ended."
    log = "Reading /data/turbine.vtu\nAllocating 31.2 GiB for 1.4e9 cells"
    return _tell_end(
        browser, options, reason=reason, exit_code=137, out_of_memory=True, log=log, ref="4c1f02d9"
    )


@state
def home_stopped_elsewhere(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    reason = "The application was stopped."
    return _tell_end(
        browser, options, asked=True, reason=reason, exit_code=None, log="", ref="70aa12"
    )


@state
def home_revoked(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage = Stage(events=[])
    stage.run(0)
    stage.run(1)
    page = stage.open(browser, f"#/{2:032x}", **options)
    wait_for_frame(page)
    taken = stage.applications.pop(1)
    stage.answers["GET", "containers/"] = (200, _listing(taken["container"]["url_id"]))
    stage.tell(page, "revoked", revoked(1, time.time() + NOTICE))
    page.wait_for_selector(".banner-revoked")
    return stage, page


@state
def home_revoked_for_good(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    told = {**revoked(1, None), "at": time.time()}
    stage = Stage(applications=Stage().applications[:1], events=[("revoked", told)])
    stage.answers["GET", "containers/"] = (200, _listing(told["url_id"]))
    page = stage.open(browser, f"#/{2:032x}", **options)
    page.wait_for_selector(".banner-revoked")
    wait_for_frame(page)
    return stage, page


@state
def home_revoked_over(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = home_revoked(browser, **options)
    reason = "Your access to the application was taken away, and it was ended."
    stage.tell(page, "ended", ended(1, asked=True, reason=reason, exit_code=None, log=""))
    page.wait_for_selector(".details")
    return stage, page


@state
def home_several(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage = Stage()
    for number in (0, 1, 3):
        stage.run(number)
    page = stage.open(browser, f"#/{1:032x}", **options)
    wait_for_frame(page)
    choose(page, 4)
    wait_for_frame(page)
    # The list beside the work, to change between them.
    wider = page.get_by_role("button", name="Make the list wide")
    if wider.count():
        wider.click()
    return stage, page
