"""Jinja2 behind Tornado's template interface."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, Template
from tornado.template import BaseLoader


def gravatar_id(email: str) -> str:
    """Gravatar's id of an e-mail address: the MD5 of it, lower-cased, as hexadecimal digits.

    >>> gravatar_id(" MyEmailAddress@example.com ")
    '0bc83cb571cd1c50ba6f3e8a78ef1346'
    """
    address = email.strip().lower().encode("utf8")
    return hashlib.md5(address, usedforsecurity=False).hexdigest()


class Jinja2TemplateAdapter:
    """A Jinja2 template that Tornado takes for one of its own."""

    def __init__(self, template: Template) -> None:
        self.template = template

    def generate(self, **kwargs: Any) -> bytes:
        """The rendered page, UTF-8."""
        return self.template.render(**kwargs).encode("utf8")


class Jinja2LoaderAdapter(BaseLoader):
    """A Tornado template loader that loads Jinja2 templates.

    Parameters
    ----------
    template_paths:
        Directories, or one; an earlier one hides files of a later one, so that a
        site overrides single templates.
    """

    def __init__(self, template_paths: str | Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        paths = [template_paths] if isinstance(template_paths, str) else list(template_paths)
        self.environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(path) for path in dict.fromkeys(paths)]),
            # Whatever a template is called: what users typed is text, never markup.
            autoescape=True,
            undefined=StrictUndefined,
        )
        self.environment.filters["gravatar_id"] = gravatar_id

    def resolve_path(self, name: str, parent_path: str | None = None) -> str:
        """Template names are the same everywhere."""
        return name

    def load(self, name: str, parent_path: str | None = None) -> Jinja2TemplateAdapter:  # type: ignore[override]
        """The template ``name``. Jinja2 keeps compiled ones, and looks whether they changed."""
        return Jinja2TemplateAdapter(self.environment.get_template(name))
