"""What the drivers' errors mean, in words that people can read."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

import sqlalchemy.exc

from remoteappmanager.exceptions import ServiceUnavailable, UnsupportedOperation

_READ_ONLY = "is read-only"

#: What a driver's error says -> what we say, after "The database ".
_REASONS = (
    ("no such table", "has not the accounting's tables"),
    ("no such column", "has the tables of another release: run 'remoteappdb DB upgrade'"),
    ("locked", "is locked by another process"),
    ("busy", "is locked by another process"),
    ("readonly", _READ_ONLY),
    ("malformed", "is damaged"),
    ("not a database", "is not an SQLite database"),
    ("disk is full", "has no room left on its disk"),
    ("unable to open", "cannot be opened"),
)
#: The same by PostgreSQL's error codes.
_STATES = {
    "42P01": "has not the accounting's tables",
    "42703": "has the tables of another release: run 'remoteappdb DB upgrade'",
    "55P03": "is locked by another process",
    "25006": _READ_ONLY,
    "42501": "refuses: its user lacks a right",
    "53100": "has no room left on its disk",
}


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn what the drivers raise into ``ServiceUnavailable``, with a reason people can read.

    A change of what may only be read is ``UnsupportedOperation``.

    Integrity errors pass: what they mean, only the caller knows.
    """
    try:
        yield
    except sqlalchemy.exc.IntegrityError:
        raise
    except (sqlalchemy.exc.DBAPIError, sqlite3.Error) as exc:
        reason = explain(exc)
        if reason == f"The database {_READ_ONLY}.":
            raise UnsupportedOperation(reason) from exc
        raise ServiceUnavailable("The database", reason) from exc
    except sqlalchemy.exc.TimeoutError as exc:
        raise ServiceUnavailable("The database") from exc


def explain(exc: BaseException) -> str | None:
    """What a driver's error means, as a sentence; None when there is nothing better to say."""
    original = getattr(exc, "orig", None) or exc
    state = getattr(original, "sqlstate", None)
    if state in _STATES:
        return f"The database {_STATES[state]}."
    said = str(original)
    for sign, reason in _REASONS:
        if isinstance(original, sqlite3.Error) and sign in said:
            return f"The database {reason}."
    return None
