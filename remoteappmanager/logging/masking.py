"""Keeps secrets and noise of libraries out of our log."""

from __future__ import annotations

import logging

#: Begin of a message of JupyterHub's -> what is logged instead; None: nothing.
_REPLACED = {
    # The id in it begins with the browser's session id at the Hub.
    "Setting new xsrf cookie for": None,
    "xsrf id mismatch": None,
    "oauth state argument": "A login came back with a state that is not its own",
    # Said of every script, and of every browser on plain HTTP.
    "Skipping XSRF check for insecure request": None,
}


class MaskingFilter(logging.Filter):
    """Drops or rewrites the log records of JupyterHub's library that carry secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is logged."""
        for start, text in _REPLACED.items():
            if isinstance(record.msg, str) and record.msg.startswith(start):
                record.msg, record.args = text, ()
                return text is not None
        return True


def set_up_logging(debug: bool = False) -> None:
    """Log to stderr, where the Hub's spawner collects it."""
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.INFO,
        format="[%(levelname)1.1s %(asctime)s %(name)s] %(message)s",
    )
    for handler in logging.getLogger().handlers:
        handler.addFilter(MaskingFilter())
    # At its debug level docker's HTTP library writes a line for every call.
    logging.getLogger("urllib3").setLevel(logging.INFO)
