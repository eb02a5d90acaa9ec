"""The manual's gallery: every state of the home page, wide, dark and narrow, at a smaller scale.

``python -m tests.browser.state_gallery`` writes the pictures and the page that shows them, after
``make frontend``.
"""

from __future__ import annotations

import pathlib

from playwright.sync_api import sync_playwright

from tests.browser.chromium import launch
from tests.browser.screenshots import VARIANTS
from tests.browser.stage import ROOT
from tests.browser.states import STATES

DIRECTORY = ROOT / "doc" / "source" / "developers" / "states"
PAGE = DIRECTORY.with_suffix(".rst")
#: Of a page's own pixels.
SCALE = 0.5

HEAD = """\
The home page in every state
============================

Wide, dark and narrow, as ``make screenshots`` takes them from the states in ``tests/browser``, in
which axe finds nothing. (This page is written by it too.)
"""


def home_states() -> list[str]:
    """The names of the home page's states, in the order in which they are defined."""
    return [name for name in STATES if name.startswith("home-")]


def page_text() -> str:
    """The manual's page."""
    parts = [HEAD]
    for name in home_states():
        title = name.removeprefix("home-").replace("-", " ").capitalize()
        parts.append(f"{title}\n{'-' * len(title)}\n")
        for variant in VARIANTS:
            width = 20 if variant == "narrow" else 38
            parts.append(
                f".. image:: states/{name}-{variant}.png\n"
                f"   :alt: The home page, {title.lower()}, {variant}\n"
                f"   :width: {width}%\n"
            )
    return "\n".join(parts)


def main(directory: pathlib.Path = DIRECTORY, page_file: pathlib.Path = PAGE) -> None:
    """Take all pictures anew, and write the page."""
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*.png"):
        old.unlink()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name in home_states():
            for variant, options in VARIANTS.items():
                stage, page = STATES[name](browser, device_scale_factor=SCALE, **options)
                path = directory / f"{name}-{variant}.png"
                page.screenshot(path=path, animations="disabled", caret="hide")
                stage.close(page)
        browser.close()
    page_file.write_text(page_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
