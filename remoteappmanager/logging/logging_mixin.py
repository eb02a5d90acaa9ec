"""A logger for classes."""

from __future__ import annotations

import logging


class LoggingMixin:
    """Gives ``self.log``: the logger named after the class's module.

    All are children of ``remoteappmanager``, so one line of configuration reaches all.
    """

    @property
    def log(self) -> logging.Logger:
        """The logger of this class's module."""
        return logging.getLogger(type(self).__module__)
