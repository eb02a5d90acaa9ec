"""What traitlets lacks for us: a trait, and traits to and from dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from traitlets import HasTraits, TraitError, TraitType


class UnicodeOrFalse(TraitType[Any, Any]):
    """A text, or ``False`` for "not given" (docker-py's way of saying so)."""

    info_text = "a unicode string or False"
    default_value = False

    def validate(self, obj: Any, value: Any) -> Any:
        """``value`` itself. Raises ``TraitError`` for ``True``, numbers, bytes, None."""
        if value is False or isinstance(value, str):
            return value
        raise TraitError(
            f"The {self.name} trait of {type(obj).__name__} is {self.info_text}, not {value!r}."
        )


def set_traits_from_dict(traited_instance: HasTraits, values: Mapping[str, Any]) -> None:
    """Set those traits of the instance that ``values`` names; other keys are left alone.

    Raises ``TraitError`` for a value that its trait refuses.
    """
    for name in traited_instance.trait_names():
        if name in values:
            setattr(traited_instance, name, values[name])


def as_dict(traited_instance: HasTraits) -> dict[str, Any]:
    """All traits of the instance and their values."""
    return {name: getattr(traited_instance, name) for name in traited_instance.trait_names()}
