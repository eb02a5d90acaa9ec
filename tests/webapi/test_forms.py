"""What may come in: bodies, texts, query arguments."""

from __future__ import annotations

import pytest

from remoteappmanager.exceptions import InvalidRequest
from remoteappmanager.webapi.errors import BadQueryArguments
from remoteappmanager.webapi.forms import (
    MAX_BODY,
    Form,
    PageQuery,
    SearchQuery,
    Text,
    parse_body,
    parse_query,
)


class Example(Form):
    name: Text
    flag: bool = False
    number: int | None = None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "JSON"),
        (b"nonsense", "JSON"),
        (b"[]", "object"),
        (b"null", "object"),
        (b'"x"', "object"),
        (b"{}", "name"),
        (b'{"name": ""}', "name"),
        (b'{"name": "  \\t "}', "name"),
        (b'{"name": 1}', "name"),
        (b'{"name": null}', "name"),
        (b'{"name": ["x"]}', "name"),
        (b'{"name": "x", "flag": 1}', "flag"),
        (b'{"name": "x", "flag": "true"}', "flag"),
        (b'{"name": "x", "number": 1.5}', "number"),
        (b'{"name": "x", "number": NaN}', "JSON"),
        (b'{"name": "x", "number": Infinity}', "JSON"),
        (b'{"name": "x", "number": 1e999}', "JSON"),
        (b'{"name": "a\\u0000b"}', "name"),
        (b'{"name": "\\ud800"}', "name"),
        (b'{"name": "x", "other": "\\ud800"}', "other"),
        (b'{"na\\u0000me": "x"}', "characters"),
        (b'{"name": "' + b"x" * 256 + b'"}', "name"),
        (b'{"name": "\xff"}', "UTF-8"),
        (b"[" * 50000, "JSON"),
        (b'{"a":' * 20000, "larger"),
        (b'{"number": ' + b"9" * 5000 + b"}", "JSON"),
        (b'{"name": "' + b"x" * MAX_BODY + b'"}', "larger"),
    ],
)
def test_a_wrong_body_is_refused_naming_the_key(body: bytes, says: str) -> None:
    """An empty mandatory text, a missing key, a wrong type: 400 that names what."""
    with pytest.raises(InvalidRequest) as caught:
        parse_body(Example, body)
    assert says in str(caught.value)


def test_texts_are_stripped_and_unknown_keys_ignored() -> None:
    """Blanks around a text are taken off; what nobody knows is nobody's business."""
    form = parse_body(Example, '{"name": "  ü \\n", "other": {"deep": [1]}}'.encode())
    assert form == Example(name="ü")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"limit": [b"x"]}, "limit"),
        ({"limit": [b""]}, "limit"),
        ({"limit": [b"1.5"]}, "limit"),
        ({"limit": [b"-1"]}, "limit"),
        ({"limit": [b"9" * 40]}, "limit"),
        ({"offset": [b"x"]}, "offset"),
        ({"offset": [b"0", b"x"]}, "offset"),
        ({"search": [b"\xff"]}, "UTF-8"),
        ({"search": [b"a\0b"]}, "search"),
        ({"search": [b"x" * 256]}, "search"),
    ],
)
def test_wrong_query_arguments_are_named(arguments: dict[str, list[bytes]], says: str) -> None:
    """``limit`` and ``offset`` are integers that are not negative."""
    with pytest.raises(BadQueryArguments) as caught:
        parse_query(SearchQuery, arguments)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"limit": [b"2"]}, [0, 1]),
        ({"offset": [b"3"]}, [3, 4]),
        ({"limit": [b"2"], "offset": [b"1"]}, [1, 2]),
        ({"limit": [b"0"]}, []),
        ({"offset": [b"9"]}, []),
        ({"other": [b"\xc3\xbc"]}, [0, 1, 2, 3, 4]),
    ],
)
def test_paging(arguments: dict[str, list[bytes]], expected: list[int]) -> None:
    """``limit`` and ``offset`` page a list."""
    assert parse_query(PageQuery, arguments).page([0, 1, 2, 3, 4]) == expected
