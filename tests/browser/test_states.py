"""Every state of the pages, wide, narrow and dark: axe finds nothing, the console is quiet."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.screenshots import VARIANTS
from tests.browser.stage import axe_problems
from tests.browser.states import STATES


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", STATES)
def test_a_state_is_accessible(browser: Browser, name: str, variant: str) -> None:
    """Nothing serious for people with assistive technology, no error in the console."""
    options: dict[str, Any] = VARIANTS[variant]
    stage, page = STATES[name](browser, **options)
    try:
        assert axe_problems(page) + stage.complaints == []
    finally:
        stage.close(page)
