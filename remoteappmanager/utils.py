"""Small helpers without dependencies: URL paths, volume strings, docstrings."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=type)

#: No path of a volume may be longer than what Linux takes.
MAX_PATH_LENGTH = 4096


class Volume(NamedTuple):
    """A volume string, taken apart."""

    source: str
    target: str
    mode: str


def url_path_join(*parts: str) -> str:
    """Join parts of a URL path with exactly one slash between them.

    A slash at the very start and at the very end is kept, empty parts vanish.

    >>> url_path_join("/user/alice/", "/api", "", "v1/")
    '/user/alice/api/v1/'
    """
    if not any(parts):
        return ""
    stripped = [piece for piece in (part.strip("/") for part in parts) if piece]
    lead = "/" if parts[0].startswith("/") else ""
    tail = "/" if stripped and parts[-1].endswith("/") else ""
    return f"{lead}{'/'.join(stripped)}{tail}"


def with_end_slash(url: str) -> str:
    """``url`` with exactly one slash at its end."""
    return f"{url.rstrip('/')}/"


def without_end_slash(url: str) -> str:
    """``url`` without any slash at its end; the root becomes the empty string."""
    return url.rstrip("/")


def has_control_characters(text: str) -> bool:
    """Whether ``text`` holds anything that is not printable text (C0, DEL, C1, separators)."""
    return any(ord(char) < 32 or 127 <= ord(char) < 160 or char in "\u2028\u2029" for char in text)


def check_volume_path(path: str, what: str) -> None:
    """Raise ``ValueError`` unless ``path`` is an absolute path that Docker takes literally.

    Refused are relative paths, ``..``, colons (Docker's own separator), control
    characters and overlong paths. ``what`` names the part in the message.
    """
    if not path:
        raise ValueError(f"The volume's {what} is empty.")
    if len(path) > MAX_PATH_LENGTH:
        raise ValueError(f"The volume's {what} is longer than {MAX_PATH_LENGTH} characters.")
    if has_control_characters(path):
        raise ValueError(f"The volume's {what} holds control characters.")
    if not path.startswith("/"):
        raise ValueError(f"The volume's {what} {path!r} is not an absolute path.")
    if ":" in path:
        raise ValueError(f"The volume's {what} {path!r} holds a colon.")
    if ".." in path.split("/"):
        raise ValueError(f"The volume's {what} {path!r} holds '..'.")


def parse_volume_string(text: str) -> Volume:
    """Take ``SOURCE:TARGET:MODE`` apart.

    Raises ``ValueError`` that names what is wrong: anything but two absolute
    paths and one of the modes ``ro`` and ``rw``.

    >>> tuple(parse_volume_string("/data:/mnt:ro"))
    ('/data', '/mnt', 'ro')
    """
    parts = text.split(":")
    if len(parts) != 3:
        raise ValueError(f"A volume is written SOURCE:TARGET:MODE, not {text!r}.")
    source, target, mode = parts
    check_volume_path(source, "source")
    check_volume_path(target, "target")
    if not target.strip("/"):
        raise ValueError("The volume's target cannot be the root directory.")
    if mode not in ("ro", "rw"):
        raise ValueError(f"The volume's mode is ro or rw, not {mode!r}.")
    return Volume(source, target, mode)


def one(items: Iterable[T]) -> T:
    """The only element of ``items``. Raises ``ValueError`` unless there is exactly one."""
    found = list(items)
    if len(found) != 1:
        raise ValueError(f"Exactly one element was expected, not {len(found)}.")
    return found[0]


def remove_quotes(text: str) -> str:
    """``text`` without one pair of equal quotes around it, where there is one.

    JupyterHub once passed its options quoted, and wrappers still do.
    """
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text


def mergedoc(function: Any, other: Any) -> None:
    """Put ``other``'s docstring before ``function``'s own."""
    docs = [inspect.getdoc(item) for item in (other, function) if item.__doc__]
    if docs:
        function.__doc__ = "\n\n".join(doc for doc in docs if doc)


def mergedocs(other: Any) -> Callable[[C], C]:
    """Decorate a class so that its methods begin with the docstrings of ``other``'s methods.

    Given a function instead of a class, the decorator does the same for one function.
    """

    def merge(target: C) -> C:
        if not inspect.isclass(other):
            mergedoc(target, other)
            return target
        for name, method in vars(target).items():
            inherited = getattr(other, name, None)
            if inspect.isfunction(method) and inherited is not None and not name.startswith("__"):
                mergedoc(method, inherited)
        return target

    return merge


def deprecated(function: F) -> F:
    """Decorate a function so that each call warns that it goes away."""

    @functools.wraps(function)
    def warn(*args: Any, **kwargs: Any) -> Any:
        warnings.warn(
            f"{function.__name__} is deprecated.", category=DeprecationWarning, stacklevel=2
        )
        return function(*args, **kwargs)

    return warn  # type: ignore[return-value]
