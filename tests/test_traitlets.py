"""remoteappmanager.traitlets"""

from __future__ import annotations

from typing import Any

import pytest
from traitlets import HasTraits, Int, TraitError, Unicode

from remoteappmanager.traitlets import UnicodeOrFalse, as_dict, set_traits_from_dict


class Thing(HasTraits):
    text = Unicode("a")
    number = Int(1)
    path = UnicodeOrFalse()


def test_unicode_or_false() -> None:
    """A text or False, False by default."""
    thing = Thing()
    assert thing.path is False
    thing.path = "/x"
    thing.path = False
    assert thing.path is False


@pytest.mark.parametrize("value", [True, 0, None, b"x", []])
def test_unicode_or_false_refuses(value: Any) -> None:
    """Nothing else is taken."""
    with pytest.raises(TraitError, match="path"):
        Thing().path = value


def test_dictionaries() -> None:
    """Traits are set from a dictionary, and given as one; unknown keys are left alone."""
    thing = Thing()
    set_traits_from_dict(thing, {"text": "b", "unknown": 1})
    assert as_dict(thing) == {"text": "b", "number": 1, "path": False}
    with pytest.raises(TraitError):
        set_traits_from_dict(thing, {"number": "x"})
