"""Whether files have changed, without opening them."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Sequence

from remoteappmanager.db.interfaces import ChangeMark


class FileMark(ChangeMark):
    """Changed when one of the files was written, replaced, made or removed."""

    def __init__(self, paths: Sequence[pathlib.Path]) -> None:
        self._paths = tuple(paths)
        self._seen = self._stamps()

    def changed(self) -> bool:
        """Whether a file is another one than at the last call, or has other content."""
        seen, self._seen = self._seen, self._stamps()
        return self._seen != seen

    def _stamps(self) -> tuple[tuple[int, ...] | None, ...]:
        return tuple(map(stamp_of, self._paths))


def stamp_of(path: pathlib.Path) -> tuple[int, ...] | None:
    """Tells one content of a file from the next; None where there is no file."""
    try:
        return content_stamp(os.stat(path))
    except OSError:
        return None


def content_stamp(status: os.stat_result) -> tuple[int, ...]:
    """Which file it is, and a sign of its content."""
    return status.st_ino, status.st_size, status.st_mtime_ns
