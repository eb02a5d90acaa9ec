"""Secrets and noise of libraries stay out of our log."""

from __future__ import annotations

import logging

import pytest

from remoteappmanager.logging.masking import MaskingFilter


@pytest.mark.parametrize(
    ("message", "args", "logged"),
    [
        ("Setting new xsrf cookie for %r %r", (b"session:hash", {}), None),
        ("xsrf id mismatch %r != %r", ("a", "b"), None),
        ("Skipping XSRF check for insecure request GET /", (), None),
        ("oauth state argument %r != cookie %s=%r", ("s3cret", "n", "s3cret"), "state"),
        ("Something else: %s", ("x",), "Something else: x"),
        (RuntimeError("an object"), (), "an object"),
    ],
)
def test_what_is_logged(message: object, args: tuple[object, ...], logged: str | None) -> None:
    """Session ids and OAuth states are never in the log."""
    record = logging.LogRecord("x", logging.INFO, "p", 1, message, args, None)  # type: ignore[arg-type]
    assert MaskingFilter().filter(record) is (logged is not None)
    if logged is not None:
        assert logged in record.getMessage()
        assert "s3cret" not in record.getMessage()
