"""remoteappmanager.logging.logging_mixin"""

from remoteappmanager.logging.logging_mixin import LoggingMixin


def test_logger_is_named_after_the_module() -> None:
    """self.log is the logger of the class's own module, not of the mixin's."""

    class Thing(LoggingMixin):
        pass

    assert Thing().log.name == __name__
