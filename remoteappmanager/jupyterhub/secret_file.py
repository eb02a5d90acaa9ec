"""Values that must outlive a restart of the Hub, in a file that only its user can read.

The file holds ``NAME=value`` lines, which is also what systemd's
``EnvironmentFile=`` reads.
"""

import contextlib
import os
import pathlib
import secrets
import stat
from collections.abc import Callable, Mapping


class UnsafeSecretFile(Exception):
    """Others may have read or written the file; the message says what to do."""


def new_secret() -> str:
    """A fresh secret: 64 hexadecimal digits."""
    return secrets.token_hex(32)


def read(path: pathlib.Path) -> dict[str, str]:
    """The values in ``path``; ``{}`` when there is no such file.

    Raises ``UnsafeSecretFile`` for anything but a regular file of ours (or of
    root) that nobody else may read or write.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return {}
    except OSError as exc:
        raise UnsafeSecretFile(f"{path} cannot be read: {exc.strerror}") from exc
    with os.fdopen(descriptor, encoding="utf8") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnsafeSecretFile(f"{path} is not a regular file")
        if status.st_uid not in (os.geteuid(), 0):
            raise UnsafeSecretFile(f"{path} belongs to another user")
        if stat.S_IMODE(status.st_mode) & 0o077:
            raise UnsafeSecretFile(
                f"{path} may be read by others (mode {stat.S_IMODE(status.st_mode):04o}). "
                "It holds secrets: remove it, and new ones are made; or, where nobody has read "
                f"them, chmod 600 {path}"
            )
        return _parse(file.read())


def pinned(
    path: pathlib.Path,
    makers: Mapping[str, Callable[[], str]],
    given: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The values of ``makers`` and ``given``, kept in ``path``.

    What the file lacks is made by its maker; ``given`` values replace what the
    file says. The file is written in one piece, mode 0600, and only when
    something changes. Raises ``UnsafeSecretFile``; ``OSError`` when it cannot
    be written.
    """
    kept = read(path)
    wanted = dict(kept)
    for name, maker in makers.items():
        if not wanted.get(name):
            wanted[name] = maker()
    wanted.update(given or {})
    if wanted != kept:
        _write(path, wanted)
    return wanted


def _parse(text: str) -> dict[str, str]:
    lines = [line.strip() for line in text.splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name.strip(): value.strip().strip("'\"") for name, _, value in pairs}


def _write(path: pathlib.Path, values: Mapping[str, str]) -> None:
    """Replace ``path`` by ``values``: never half written, never readable by others."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = ["# Secrets of remoteappgate. Keep the mode 0600."]
    lines += [f"{name}={value}" for name, value in sorted(values.items())]
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf8") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
