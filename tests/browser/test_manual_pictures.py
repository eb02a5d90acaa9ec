"""The pictures in the manual."""

import re

from tests.browser.manual_pictures import DIRECTORY, PICTURES
from tests.browser.stage import ROOT
from tests.browser.states import STATES

PAGE = ROOT / "doc" / "source" / "users" / "home_page.rst"

#: Bytes of all of them together.
MOST = 1_500_000


def test_every_picture_is_made_by_the_script_and_shown() -> None:
    """None is left over, none is missing, and each says in words what it shows."""
    shown = re.findall(r"^\.\. image:: images/(\S+)\.png\n   :alt: \S+ \S+", PAGE.read_text(), re.M)
    assert sorted(shown) == sorted(PICTURES)
    assert sorted(path.stem for path in DIRECTORY.iterdir()) == sorted(PICTURES)
    assert {state for state, _ in PICTURES.values()} <= set(STATES)


def test_the_pictures_are_light() -> None:
    """They are in the repository, and fetched by whoever reads the manual."""
    assert sum(path.stat().st_size for path in DIRECTORY.iterdir()) < MOST
