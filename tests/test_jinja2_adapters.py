"""Jinja2 behind Tornado's template interface."""

from __future__ import annotations

import pathlib

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from remoteappmanager.jinja2_adapters import (
    Jinja2LoaderAdapter,
    Jinja2TemplateAdapter,
    gravatar_id,
)


def test_gravatar_id() -> None:
    """Blanks and case do not count."""
    assert gravatar_id(" MyEmailAddress@example.com ") == "0bc83cb571cd1c50ba6f3e8a78ef1346"


def test_what_is_put_in_is_text(tmp_path: pathlib.Path) -> None:
    """Whatever a template's name ends in, values are escaped."""
    (tmp_path / "x.txt").write_text("<p>{{ name }} {{ name|gravatar_id }}</p>")
    template = Jinja2LoaderAdapter(str(tmp_path)).load("x.txt")
    assert isinstance(template, Jinja2TemplateAdapter)
    assert template.generate(name="<ü>").decode().startswith("<p>&lt;ü&gt; ")


def test_a_site_overrides_single_templates(tmp_path: pathlib.Path) -> None:
    """The first directory that has a template wins."""
    for directory, names in (("site", "a"), ("ours", "ab")):
        (tmp_path / directory).mkdir()
        for name in names:
            (tmp_path / directory / name).write_text(directory)
    loader = Jinja2LoaderAdapter([str(tmp_path / "site"), str(tmp_path / "ours")])
    assert loader.load("a").generate() == b"site"
    assert loader.load("b").generate() == b"ours"
    with pytest.raises(TemplateNotFound):
        loader.load("c")


def test_a_misspelt_name_is_an_error(tmp_path: pathlib.Path) -> None:
    """Nothing is silently empty."""
    (tmp_path / "a").write_text("{{ misspelt }}")
    with pytest.raises(UndefinedError):
        Jinja2LoaderAdapter(str(tmp_path)).load("a").generate()
