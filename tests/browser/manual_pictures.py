"""The manual's pictures of the home page and of the panel, made from the pages as they are.

``python -m tests.browser.manual_pictures`` writes them again, after ``make frontend``.
"""

from __future__ import annotations

import pathlib
from typing import Any

from playwright.sync_api import sync_playwright

import tests.browser.admin_states
import tests.browser.event_states  # noqa: F401 - registers what live events bring
from tests.browser.chromium import launch
from tests.browser.stage import NARROW, ROOT
from tests.browser.states import STATES

DIRECTORY = ROOT / "doc" / "source" / "users" / "images"
ADMINISTRATORS = ROOT / "doc" / "source" / "administrators" / "images"

#: Small enough to be read at the width of a page of the manual.
WIDE = {"width": 1120, "height": 700}
DARK = {"viewport": WIDE, "color_scheme": "dark"}

#: File name -> state and how it is looked at.
PICTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "home": ("home-several", {"viewport": WIDE}),
    "details": ("home-details", {"viewport": WIDE}),
    "starting": ("home-steps", {"viewport": WIDE}),
    "failure": ("home-failed", {"viewport": {"width": 1120, "height": 800}}),
    "running": ("home-running", {"viewport": WIDE}),
    "ended": ("home-out-of-memory", {"viewport": WIDE}),
    "revoked": ("home-revoked", {"viewport": WIDE}),
    "dark": ("home-details", DARK),
    "narrow": ("home-details", {"viewport": NARROW, "has_touch": True}),
}

#: The same of the panel, for administrators.
PANEL: dict[str, tuple[str, dict[str, Any]]] = {
    "overview": ("admin-overview", {"viewport": WIDE}),
    "containers": ("admin-containers", {"viewport": WIDE}),
    "grant-add": ("admin-grant-add", {"viewport": {"width": 1120, "height": 800}}),
    "applications": ("admin-applications", {"viewport": WIDE}),
}


def main(
    directory: pathlib.Path = DIRECTORY, pictures: dict[str, tuple[str, dict[str, Any]]] = PICTURES
) -> None:
    """Take all of them."""
    directory.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name, (state, options) in pictures.items():
            stage, page = STATES[state](browser, **options)
            page.screenshot(path=directory / f"{name}.png", animations="disabled", caret="hide")
            stage.close(page)
        browser.close()


if __name__ == "__main__":
    main()
    main(ADMINISTRATORS, PANEL)
