"""remoteappmanager.utils"""

from __future__ import annotations

import warnings

import pytest

from remoteappmanager import utils


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("a", "b"), "a/b"),
        (("/a", "b"), "/a/b"),
        (("/a/", "/b/"), "/a/b/"),
        (("/", "a"), "/a"),
        (("", "a"), "a"),
        (("/a", "", "b"), "/a/b"),
        (("/",), "/"),
        (("/", "/"), "/"),
        (("", ""), ""),
        (("/user/alice/", "containers", "x/"), "/user/alice/containers/x/"),
    ],
)
def test_url_path_join(parts: tuple[str, ...], expected: str) -> None:
    """Parts are joined by exactly one slash; those at both ends stay."""
    assert utils.url_path_join(*parts) == expected


@pytest.mark.parametrize(
    ("given", "with_slash", "without"),
    [
        ("/a", "/a/", "/a"),
        ("/a/", "/a/", "/a"),
        ("/a//", "/a/", "/a"),
        ("/", "/", ""),
        ("", "/", ""),
    ],
)
def test_end_slash(given: str, with_slash: str, without: str) -> None:
    """One slash at the end, or none."""
    assert utils.with_end_slash(given) == with_slash
    assert utils.without_end_slash(given) == without


def test_parse_volume_string() -> None:
    """SOURCE:TARGET:MODE, mode ro or rw, absolute paths."""
    assert tuple(utils.parse_volume_string("/data/x:/mnt:rw")) == ("/data/x", "/mnt", "rw")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "SOURCE:TARGET:MODE"),
        ("/a:/b", "SOURCE:TARGET:MODE"),
        ("/a:/b:ro:z", "SOURCE:TARGET:MODE"),
        ("a:/b:ro", "source"),
        (":/b:ro", "source"),
        ("/a:b:ro", "target"),
        ("/a:/:ro", "target"),
        ("/a:/b:", "mode"),
        ("/a:/b:RW", "mode"),
        ("/a/../../etc:/b:ro", "source"),
        ("/a\n:/b:ro", "source"),
        ("/" + "a" * 5000 + ":/b:ro", "source"),
    ],
)
def test_wrong_volume_string(text: str, names: str) -> None:
    """Anything else is a ValueError that names what is wrong."""
    with pytest.raises(ValueError, match=names):
        utils.parse_volume_string(text)


def test_one() -> None:
    """The only element, or an error."""
    assert utils.one(x for x in [7]) == 7
    for wrong in ([], [1, 2]):
        with pytest.raises(ValueError, match="Exactly one"):
            utils.one(wrong)


@pytest.mark.parametrize(
    ("given", "expected"),
    [("'a'", "a"), ('"a"', "a"), ("a", "a"), ("'a\"", "'a\""), ("'", "'"), ("", ""), ("''", "")],
)
def test_remove_quotes(given: str, expected: str) -> None:
    """One pair of equal quotes is removed."""
    assert utils.remove_quotes(given) == expected


def test_mergedocs() -> None:
    """A method's docstring begins with that of the method it stands for."""

    class Interface:
        def act(self) -> None:
            """Does it."""

        def other(self) -> None:
            """Is not overridden."""

    @utils.mergedocs(Interface)
    class Implementation:
        def act(self) -> None:
            """Quickly."""

        def extra(self) -> None:
            pass

    assert Implementation.act.__doc__ == "Does it.\n\nQuickly."
    assert Implementation.extra.__doc__ is None


def test_deprecated() -> None:
    """A deprecated function works, and warns."""

    @utils.deprecated
    def old(value: int) -> int:
        return value + 1

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert old(1) == 2
    assert [item.category for item in caught] == [DeprecationWarning]


@pytest.mark.parametrize("text", ["\0", "a\nb", "\x7f", "\x85", "\u2028"])
def test_control_characters(text: str) -> None:
    """Control characters are found wherever they stand."""
    assert utils.has_control_characters(text)
    assert not utils.has_control_characters("plain text, ünïcödé, /path")
