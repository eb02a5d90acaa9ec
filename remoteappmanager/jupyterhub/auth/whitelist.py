"""A file of names, one a line, read again when it changes."""

import pathlib
from collections.abc import Callable


class WhitelistError(Exception):
    """The file gives no names; the message says why. Nobody is let in then."""


class Whitelist:
    """The names in ``path``. ``#`` starts a comment; empty lines are nothing.

    Parameters
    ----------
    path:
        A text file in UTF-8.
    normalise:
        What makes two spellings of a name the same.
    """

    def __init__(self, path: str, normalise: Callable[[str], str]) -> None:
        self._path = pathlib.Path(path)
        self._normalise = normalise
        self._seen: tuple[int, int, int] | None = None
        self._names: frozenset[str] = frozenset()

    def names(self) -> frozenset[str]:
        """Who is in the file now. Raises ``WhitelistError``: missing, empty, broken."""
        try:
            status = self._path.stat()
            seen = (status.st_mtime_ns, status.st_size, status.st_ino)
            if seen != self._seen:
                self._names = self._read()
                self._seen = seen
        except (OSError, UnicodeDecodeError) as exc:
            self._seen = None
            raise WhitelistError(f"{self._path} cannot be read: {exc}") from exc
        if not self._names:
            raise WhitelistError(f"{self._path} names nobody")
        return self._names

    def _read(self) -> frozenset[str]:
        text = self._path.read_text(encoding="utf8")
        if "\0" in text:
            raise WhitelistError(f"{self._path} is not a text file")
        lines = [line.partition("#")[0].strip() for line in text.splitlines()]
        wrong = [number for number, line in enumerate(lines, 1) if len(line.split()) > 1]
        if wrong:
            raise WhitelistError(f"{self._path}: line {wrong[0]} is not one name")
        return frozenset(self._normalise(line) for line in lines if line)
