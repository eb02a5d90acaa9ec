"""The panel on its stage: hostile names are text, and the keyboard does everything."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.admin_realm import HOSTILE, a_large_realm, a_realm, panel
from tests.browser.screenshots import VARIANTS
from tests.browser.states import STATES

HOSTILE_STATES = [name for name in STATES if "hostile" in name]

#: Elements that stick out of the window, although nothing scrolls sideways there.
OVERFLOWING = """() => [...document.querySelectorAll('body *')].filter(element => {
    const box = element.getBoundingClientRect();
    const inside = element.closest('.data-scroll, .visually-hidden, .skip-link, .frames');
    return box.width && !inside && (box.right > innerWidth + 1 || box.left < -1);
}).map(element => element.outerHTML.slice(0, 200))"""


def focused(page: Page) -> str:
    """What has the focus, in the words by which it is known."""
    return str(
        page.evaluate(
            """() => { const it = document.activeElement;
            return it.getAttribute('aria-label') || it.id || it.innerText.trim(); }"""
        )
    )


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, words: str) -> None:
    """Press Tab until the element known by ``words`` has the focus."""
    for _ in range(120):
        press(page, "Tab")
        if focused(page) == words:
            return
    raise AssertionError(f"Tab does not lead to {words!r}")


def test_there_are_hostile_states() -> None:
    """Each section and each dialog that shows a name, and the home page."""
    assert len(HOSTILE_STATES) >= 11
    assert "home-hostile" in HOSTILE_STATES


@pytest.mark.parametrize("variant", ["wide", "narrow"])
@pytest.mark.parametrize("name", HOSTILE_STATES)
def test_hostile_names_are_text(browser: Browser, name: str, variant: str) -> None:
    """HTML, quotes, emoji, right-to-left text and 255 characters are shown as they are: nothing
    of them is an element or runs, the page does not scroll sideways, and nothing sticks out.
    """
    options: dict[str, Any] = VARIANTS[variant]
    stage, page = STATES[name](browser, **options)
    try:
        assert page.evaluate("window.pwned") is None
        assert page.locator("img[src=x], [onerror]").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(OVERFLOWING) == []
        assert page.evaluate("document.body.innerText").count("<img src=x onerror=") >= 1
        assert stage.complaints == []
    finally:
        page.context.close()


@pytest.mark.parametrize("path", ["users/", "containers/", "applications/", "users/1/grants/"])
def test_an_override_ends_with_its_name(browser: Browser, path: str) -> None:
    """A name that turns the direction around does not turn the words beside it: whatever holds
    such a name on the page is isolated from what is around.
    """
    stage, page = STATES["admin-hostile-users"](browser)
    page.goto(page.url.replace("users/", path))
    page.wait_for_selector("tbody tr")
    leaks = page.evaluate(
        """() => {
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const found = [];
            while (walker.nextNode()) {
                const node = walker.currentNode;
                const isolated = node.parentElement.closest('bdi')
                    || /\\u2068[^]*\\u2069/.test(node.textContent);
                if (node.textContent.includes('\\u202e') && !isolated) found.push(node.textContent);
            }
            return found;
        }"""
    )
    assert leaks == []
    assert stage.complaints == []
    page.context.close()


def test_a_user_is_added_granted_and_removed_by_keyboard_alone(browser: Browser) -> None:
    """No pointer is needed, and the focus is always where the work goes on."""
    page = panel().open(browser, "users/")
    page.wait_for_selector("tbody tr")
    tab_to(page, "Add a user")
    press(page, "Enter")
    page.keyboard.type("zoe")
    press(page, "Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="Grants of zoe")).to_be_visible()
    assert focused(page) == "Add a user"

    tab_to(page, "Grants of zoe")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Grants of zoe")
    assert focused(page) == "main"
    tab_to(page, "Add a grant")
    press(page, "Enter")
    page.keyboard.type("group/jupyterlab:4")
    press(page, "Tab", "Tab", "Space", "Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert focused(page) == "Add a grant"

    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Users")
    tab_to(page, "Remove zoe")
    press(page, "Enter")
    assert focused(page) == "Cancel"
    press(page, "Tab", "Enter")
    expect(page.get_by_role("link", name="Grants of zoe")).to_have_count(0)
    # The button is gone with its row: the table has the focus, not the top of the page.
    assert focused(page) == "Users"
    page.context.close()


@pytest.mark.parametrize(
    ("section", "button"),
    [
        ("users/", "Add a user"),
        ("users/", "Remove bob"),
        ("applications/", "Add an application"),
        ("applications/", "Remove group/jupyterlab:4"),
        ("users/2/grants/", "Add a grant"),
        ("users/2/grants/", "Remove the grant of group/jupyterlab:4"),
        ("containers/", "Stop group/paraview:5.11 of bob"),
    ],
)
def test_the_focus_returns_after_each_dialog(browser: Browser, section: str, button: str) -> None:
    """Escape closes a dialog; what opened it has the focus again."""
    page = panel().open(browser, section)
    page.wait_for_selector("tbody tr")
    tab_to(page, button)
    press(page, "Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    press(page, "Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert focused(page) == button
    page.context.close()


def test_sorting_and_paging_by_keyboard(browser: Browser) -> None:
    """The focus stays on the button that was pressed, at the first and the last page too."""
    page = panel(a_large_realm()).open(browser, "users/?offset=9950")
    page.wait_for_selector("tbody tr")
    tab_to(page, "Next")
    press(page, "Enter")
    expect(page.locator(".data-pages span")).to_have_text("9,976\u201310,000 of 10,000")
    press(page, "Enter", "Enter")
    assert focused(page) == "Next"
    assert page.url.endswith("offset=9975")
    page.get_by_role("button", name="Id").focus()
    press(page, "Enter")
    expect(page.locator("tbody tr td").nth(1)).to_have_text("1")
    press(page, "Enter")
    expect(page.locator("tbody tr td").nth(1)).to_have_text("10000")
    assert focused(page) == "Id"
    page.context.close()


def test_the_back_button_leads_to_the_same_rows(browser: Browser) -> None:
    """Search, order and page stand in the address; the section's link begins anew."""
    page = panel(a_large_realm()).open(browser, "users/")
    page.get_by_role("searchbox").fill("user0012")
    expect(page.locator("tbody tr")).to_have_count(10)
    page.get_by_role("link", name="Grants of user00125").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Grants of user00125")
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(10)
    expect(page.get_by_role("searchbox")).to_have_value("user0012")
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(10)
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Users").click()
    expect(page.locator("tbody tr")).to_have_count(25)
    expect(page.get_by_role("searchbox")).to_have_value("")
    page.context.close()


def test_nobody_else_is_shown_under_a_remembered_name(browser: Browser) -> None:
    """The name above the grants is what the server says of the id, not what the browser
    remembers of somebody who had it before; one row is asked for, not all users.
    """
    realm = a_realm()
    stage = panel(realm)
    page = stage.open(browser, "users/")
    page.get_by_role("link", name="Grants of bob").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Grants of bob")
    realm["users"]["2"] = {"name": HOSTILE}
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Grants of {HOSTILE}")
    page.context.close()
