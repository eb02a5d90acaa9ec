"""Pictures of every state of the pages, wide, narrow and dark.

``python -m tests.browser.screenshots DIRECTORY [NAME ...]`` writes ``NAME-VARIANT.png``
for all states, or for those named, and prints what axe-core finds in each.
"""

from __future__ import annotations

import pathlib
import sys
from typing import Any

from playwright.sync_api import sync_playwright

import tests.browser.admin_states
import tests.browser.event_states  # noqa: F401 - both register states
from tests.browser.chromium import launch
from tests.browser.stage import NARROW, WIDE, axe_problems
from tests.browser.states import STATES

VARIANTS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": WIDE},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "narrow": {"viewport": NARROW, "has_touch": True},
}


def main(directory: str, *names: str) -> int:
    """Take them; the number of serious findings."""
    target = pathlib.Path(directory)
    target.mkdir(parents=True, exist_ok=True)
    findings = 0
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name in names or STATES:
            for variant, options in VARIANTS.items():
                stage, page = STATES[name](browser, **options)
                page.screenshot(path=target / f"{name}-{variant}.png")
                problems = axe_problems(page) + stage.complaints
                for problem in problems:
                    print(f"{name}-{variant}: {problem}")
                findings += len(problems)
                stage.close(page)
        browser.close()
    return findings


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:]) else 0)
