"""The Hub's log has no session ids."""

import logging

import pytest

from remoteappmanager.jupyterhub import log_filter


@pytest.mark.parametrize(
    ("message", "arguments", "logged"),
    [
        ("Setting new xsrf cookie for %r %r", (b"session:login", {}), False),
        ("xsrf id mismatch %r != %r", (b"session:login", b"other"), False),
        ("User logged in: %s", ("alice",), True),
    ],
)
def test_what_tells_a_cookies_value_is_dropped(
    caplog: pytest.LogCaptureFixture, message: str, arguments: tuple[object, ...], logged: bool
) -> None:
    """JupyterHub logs the session id of who comes to a page; we do not keep that."""
    log = logging.getLogger("tornado.application")
    log_filter.install()
    log_filter.install()
    (ours,) = [each for each in log.filters if isinstance(each, log_filter.SessionIdFilter)]
    try:
        with caplog.at_level(logging.DEBUG):
            log.info(message, *arguments)
    finally:
        log.removeFilter(ours)
    assert (message % arguments in caplog.text) is logged
