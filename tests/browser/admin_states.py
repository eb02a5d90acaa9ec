"""Every state of the administration panel, by name; registered beside the home page's."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.admin_realm import (
    HOSTILE,
    a_hostile_realm,
    a_large_realm,
    a_realm,
    an_id,
    panel,
)
from tests.browser.stage import Stage
from tests.browser.states import AWAY, state

REFUSED = {"type": "Exists", "message": "The user 'bob' exists already."}
READ_ONLY = {"accounting-writable": "false"}


def _opened(
    browser: Browser, options: dict[str, Any], path: str, stage: Stage | None = None
) -> tuple[Stage, Page]:
    """The panel at a section, with what it shows."""
    stage = stage or panel()
    page = stage.open(browser, path, **options)
    page.wait_for_selector("tbody tr, .tiles, .data-empty, .alert-danger, .banner")
    return stage, page


def _dialog(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).first.click()
    page.wait_for_selector("dialog[open]")


@state
def admin_overview(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "")


@state
def admin_overview_loading(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "", panel(held={("GET", "stats/")}))


@state
def admin_overview_away(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "", panel(answers={("GET", "stats/"): (503, AWAY)}))


@state
def admin_menu(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = _opened(browser, options, "")
    page.get_by_role("button", name="User menu").click()
    page.wait_for_selector(".menu-item")
    return stage, page


@state
def admin_containers(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "containers/")


@state
def admin_containers_many(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "containers/?sort=-started&offset=25", panel(a_large_realm()))


@state
def admin_containers_empty(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "containers/", panel({**a_realm(), "containers": {}}))


@state
def admin_containers_away(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage = panel(answers={("GET", "containers/"): (503, AWAY)})
    return _opened(browser, options, "containers/", stage)


@state
def admin_stop(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = admin_containers(browser, **options)
    _dialog(page, "Stop ")
    return stage, page


@state
def admin_stopping(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = admin_stop(browser, **options)
    stage.held |= {("DELETE", f"containers/{an_id(n)}/") for n in range(1, 4)}
    page.get_by_role("button", name="Stop it").click()
    page.wait_for_selector("dialog .spinner-border")
    return stage, page


@state
def admin_stop_refused(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = admin_stop(browser, **options)
    refusal = {"type": "Unable", "message": "Docker refused to stop it.", "ref": "0a1b2c3d4e5f"}
    stage.answers |= {("DELETE", f"containers/{an_id(n)}/"): (500, refusal) for n in range(1, 4)}
    page.get_by_role("button", name="Stop it").click()
    page.wait_for_selector("dialog .alert-danger")
    return stage, page


@state
def admin_users(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "users/")


@state
def admin_users_many(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "users/?offset=25", panel(a_large_realm()))


@state
def admin_users_loading(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "users/", panel(held={("GET", "users/")}))


@state
def admin_users_empty(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "users/", panel({**a_realm(), "users": {}}))


@state
def admin_users_nothing_found(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "users/?search=zebra")


@state
def admin_users_error(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    fault = {"type": "Unable", "message": "Something went wrong on our side.", "ref": "9f86d0818"}
    return _opened(browser, options, "users/", panel(answers={("GET", "users/"): (500, fault)}))


@state
def admin_users_read_only(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "users/", panel(attributes=READ_ONLY))


@state
def admin_grants_read_only(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "users/2/grants/", panel(attributes=READ_ONLY))


@state
def admin_applications_read_only(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "applications/", panel(attributes=READ_ONLY))


@state
def admin_refused(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    """Whose right has ended: the page was loaded again once, and is refused still."""
    stage, page = admin_users(browser, **options)
    stage.answers["GET", "users/"] = (403, {"type": "Unable", "message": "You may not do this."})
    page.evaluate("sessionStorage.setItem('remoteapp-reloaded-at', String(Date.now()))")
    page.get_by_role("button", name="Name").click()
    page.wait_for_selector(".banner")
    return stage, page


@state
def admin_user_add(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = admin_users(browser, **options)
    _dialog(page, "Add a user")
    return stage, page


@state
def admin_user_add_invalid(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = admin_user_add(browser, **options)
    page.get_by_label("Login name").fill("x" * 300)
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_selector(".invalid-feedback")
    return stage, page


@state
def admin_user_add_refused(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = admin_user_add(browser, **options)
    stage.answers["POST", "users/"] = (409, REFUSED)
    page.get_by_label("Login name").fill("bob")
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_selector("dialog .alert-danger")
    return stage, page


@state
def admin_user_remove(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = admin_users(browser, **options)
    _dialog(page, "Remove bob")
    return stage, page


@state
def admin_grants(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = _opened(browser, options, "users/2/grants/")
    page.wait_for_selector("h1:has-text('bob')")
    return stage, page


@state
def admin_grants_many(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "users/2/grants/", panel(a_large_realm()))


@state
def admin_grants_empty(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "users/2/grants/", panel({**a_realm(), "accounting": {}}))


@state
def admin_grants_of_nobody(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    gone = {"type": "NotFound", "message": "There is no user with that id."}
    stage = panel(answers={("GET", "accounting/"): (404, gone)})
    return _opened(browser, options, "users/99/grants/", stage)


@state
def admin_grant_add(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = admin_grants(browser, **options)
    _dialog(page, "Add a grant")
    return stage, page


@state
def admin_grant_add_invalid(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = admin_grant_add(browser, **options)
    page.get_by_label("Volume source").fill("data")
    page.get_by_role("button", name="Grant", exact=True).click()
    page.wait_for_selector(".invalid-feedback")
    return stage, page


@state
def admin_grant_add_refused(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = admin_grant_add(browser, **options)
    refusal = {"type": "NotFound", "message": "There is no application 'group/unknown:1'."}
    stage.answers["POST", "accounting/"] = (404, refusal)
    page.get_by_label("Application", exact=True).fill("group/unknown:1")
    page.get_by_role("button", name="Grant", exact=True).click()
    page.wait_for_selector("dialog .alert-danger")
    return stage, page


@state
def admin_grant_remove(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = admin_grants(browser, **options)
    _dialog(page, "Remove the grant")
    return stage, page


@state
def admin_applications(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "applications/")


@state
def admin_applications_many(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "applications/", panel(a_large_realm()))


@state
def admin_applications_away(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    realm = a_realm()
    for item in realm["applications"].values():
        item["image_available"] = None
    return _opened(browser, options, "applications/", panel(realm))


@state
def admin_application_add(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = admin_applications(browser, **options)
    _dialog(page, "Add an application")
    return stage, page


@state
def admin_application_remove(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = admin_applications(browser, **options)
    _dialog(page, "Remove group/jupyterlab")
    return stage, page


@state
def admin_hostile_users(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "users/", panel(a_hostile_realm()))


@state
def admin_hostile_containers(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "containers/", panel(a_hostile_realm()))


@state
def admin_hostile_stop(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = admin_hostile_containers(browser, **options)
    _dialog(page, "Stop ")
    return stage, page


@state
def admin_hostile_applications(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "applications/", panel(a_hostile_realm()))


@state
def admin_hostile_grants(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    return _opened(browser, options, "users/1/grants/", panel(a_hostile_realm()))


@state
def admin_hostile_grant_add(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = admin_hostile_grants(browser, **options)
    _dialog(page, "Add a grant")
    return stage, page


@state
def admin_hostile_user_remove(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = admin_hostile_users(browser, **options)
    _dialog(page, "Remove ")
    return stage, page


@state
def admin_hostile_application_remove(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = admin_hostile_applications(browser, **options)
    _dialog(page, "Remove ")
    return stage, page


@state
def admin_hostile_grant_remove(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = admin_hostile_grants(browser, **options)
    _dialog(page, "Remove ")
    return stage, page


@state
def admin_hostile_nothing_found(browser: Browser, **options: Any) -> tuple[Stage, Page]:
    stage, page = _opened(browser, options, "users/")
    page.get_by_label("Search users").fill(HOSTILE)
    page.wait_for_selector("text=Nothing found")
    return stage, page
