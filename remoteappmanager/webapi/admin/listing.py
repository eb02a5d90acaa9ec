"""Paging, searching and sorting of the administration's lists."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from remoteappmanager.exceptions import InvalidRequest
from remoteappmanager.webapi.base import Resource
from remoteappmanager.webapi.errors import BadQueryArguments
from remoteappmanager.webapi.forms import MAX_COUNT, SearchQuery


def number(text: str) -> int | None:
    """A row's id as it stands in an address; None for what can be none.

    A number that no row can have becomes 0, which no row has either.

    >>> number("12"), number("x"), number("-1"), number("9" * 30)
    (12, None, None, 0)
    """
    if not (text.isascii() and text.isdigit()):
        return None
    return int(text) if len(text) <= len(str(MAX_COUNT)) and int(text) <= MAX_COUNT else 0


@contextlib.contextmanager
def named(key: str) -> Iterator[None]:
    """What the database refuses as a name is the caller's mistake: 400, naming the key."""
    try:
        yield
    except ValueError as exc:
        raise InvalidRequest(f"{key}: {exc}.") from exc


async def find(
    resource: Resource,
    method: Callable[..., tuple[Sequence[Any], int]],
    query: SearchQuery,
    text_column: str,
) -> tuple[Sequence[Any], int]:
    """One page by a ``find_...`` method of the database.

    Raises ``BadQueryArguments`` for an order that it does not have.
    """
    column, descending = order(query, {text_column, "id"}, text_column)
    return await resource.database(
        method,
        query.search or None,
        sort=column,
        descending=descending,
        limit=query.limit,
        offset=query.offset,
    )


def order(query: SearchQuery, columns: set[str], default: str) -> tuple[str, bool]:
    """The key to sort by, and whether downwards. Raises ``BadQueryArguments``."""
    column = query.sort.removeprefix("-") or default
    if column not in columns:
        raise BadQueryArguments(f"sort: it is one of {', '.join(sorted(columns))}.")
    return column, query.sort.startswith("-")


def choose(
    items: dict[str, Any], query: SearchQuery, columns: Sequence[str]
) -> tuple[dict[str, Any], int]:
    """One page of items that are all at hand: those that contain the search in any column.

    Without an order asked for, they stay as they come.
    """
    wanted = query.search.lower()
    found = [
        (identifier, item)
        for identifier, item in items.items()
        if any(wanted in str(getattr(item, column) or "").lower() for column in columns)
    ]
    if query.sort:
        column, descending = order(query, set(columns), columns[0])
        found.sort(key=lambda pair: _key(getattr(pair[1], column)), reverse=descending)
    return dict(query.page(found)), len(found)


def _key(value: Any) -> tuple[int, Any]:
    """Numbers by value, text without regard to case, nothing first."""
    if value is None:
        return (0, "")
    return (1, value) if isinstance(value, int | float) else (2, str(value).lower())
