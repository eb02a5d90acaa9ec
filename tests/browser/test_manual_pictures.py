"""The pictures in the manual."""

import pathlib
import re

import pytest

from tests.browser import state_gallery
from tests.browser.manual_pictures import ADMINISTRATORS, DIRECTORY, PANEL, PICTURES
from tests.browser.screenshots import VARIANTS
from tests.browser.states import STATES

#: The page of the manual -> where its pictures are, and what makes them.
PAGES = {
    "home_page": (DIRECTORY, PICTURES),
    "panel": (ADMINISTRATORS, PANEL),
}

#: Bytes of all pictures of a page together.
MOST = 1_500_000

page = pytest.mark.parametrize("page", PAGES)


@page
def test_every_picture_is_made_by_the_script_and_shown(page: str) -> None:
    """None is left over, none is missing, and each says in words what it shows."""
    directory, pictures = PAGES[page]
    text = pathlib.Path(directory.parent, f"{page}.rst").read_text()
    shown = re.findall(r"^\.\. image:: images/(\S+)\.png\n   :alt: \S+ \S+", text, re.M)
    assert sorted(shown) == sorted(pictures)
    assert sorted(path.stem for path in directory.iterdir()) == sorted(pictures)
    assert {state for state, _ in pictures.values()} <= set(STATES)


@page
def test_the_pictures_are_light(page: str) -> None:
    """They are in the repository, and fetched by whoever reads the manual."""
    directory, _ = PAGES[page]
    assert sum(path.stat().st_size for path in directory.iterdir()) < MOST


def test_the_gallery_shows_every_state_of_the_home_page() -> None:
    """Wide, dark and narrow; a state that is added is missed until ``make screenshots``."""
    names = state_gallery.home_states()
    assert len(names) > 25
    expected = {f"{name}-{variant}" for name in names for variant in VARIANTS}
    assert {path.stem for path in state_gallery.DIRECTORY.iterdir()} == expected
    assert state_gallery.PAGE.read_text(encoding="utf-8") == state_gallery.page_text()
    assert sum(path.stat().st_size for path in state_gallery.DIRECTORY.iterdir()) < 2 * MOST
