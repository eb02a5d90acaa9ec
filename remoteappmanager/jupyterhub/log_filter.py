"""Keeps browsers' session ids out of the Hub's log."""

import logging

#: How messages of JupyterHub begin whose first argument begins with a session id.
_WITH_SESSION_IDS = ("Setting new xsrf cookie for", "xsrf id mismatch")


class SessionIdFilter(logging.Filter):
    """Drops the records of JupyterHub that tell a cookie's value."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is logged."""
        return not (isinstance(record.msg, str) and record.msg.startswith(_WITH_SESSION_IDS))


def install() -> None:
    """To be called in the Hub's process. Again does no harm."""
    log = logging.getLogger("tornado.application")
    if not any(isinstance(each, SessionIdFilter) for each in log.filters):
        log.addFilter(SessionIdFilter())
