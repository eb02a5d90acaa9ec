"""A wire between a client and a daemon's unix socket: it can hold answers back, and be cut."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import tempfile
import threading

_REQUEST_LINE = re.compile(rb"^(?P<line>[A-Z]+ \S+) HTTP/1\.[01]\r\n")


class Wire:
    """Forwards a unix socket to another, request by request.

    ``requests`` records every request line. ``hold(pattern)`` lets requests
    through whose line matches, but keeps their answers until ``release()``.
    ``cut()`` closes everything as a daemon does that stops; ``mend()`` listens again.
    """

    def __init__(self, base_url: str) -> None:
        self._target = base_url.removeprefix("unix://")
        self._directory = tempfile.TemporaryDirectory(prefix="wire-")
        self._path = os.path.join(self._directory.name, "docker.sock")
        self._pattern: re.Pattern[str] | None = None
        self._released = threading.Event()
        self._held = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self.requests: list[str] = []

    @property
    def base_url(self) -> str:
        """The address that clients are given."""
        return f"unix://{self._path}"

    def __enter__(self) -> Wire:
        self.mend()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.release()
        self.cut()
        self._directory.cleanup()

    def hold(self, pattern: str) -> None:
        """Keep back the answers to requests whose line matches, from now on."""
        self._released.clear()
        self._held.clear()
        self._pattern = re.compile(pattern)

    def release(self) -> None:
        """Let the answers go that were kept back."""
        self._pattern = None
        self._released.set()

    def wait_until_held(self, timeout: float = 10) -> None:
        """Return when the daemon has answered a request whose answer is kept back."""
        assert self._held.wait(timeout), f"nothing was held; seen: {self.requests}"

    def mend(self) -> None:
        """Listen for clients."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self._path)
        listener.listen(64)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        """Close all connections and the address itself."""
        with self._lock:
            listener, self._listener = self._listener, None
            closing, self._open = self._open, set()
        if listener is not None:
            os.unlink(self._path)
            _shut(listener)
        for end in closing:
            _shut(end)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                daemon = socket.socket(socket.AF_UNIX)
                daemon.connect(self._target)
                with self._lock:
                    self._open |= {client, daemon}
                matched = threading.Event()
                for run in (self._to_daemon, self._to_client):
                    threading.Thread(
                        target=run, args=(client, daemon, matched), daemon=True
                    ).start()

    def _to_daemon(
        self, client: socket.socket, daemon: socket.socket, matched: threading.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                found = _REQUEST_LINE.match(data)
                if found:
                    line = found["line"].decode()
                    self.requests.append(line)
                    if self._pattern and self._pattern.search(line):
                        matched.set()
                daemon.sendall(data)
        _shut(daemon)

    def _to_client(
        self, client: socket.socket, daemon: socket.socket, matched: threading.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := daemon.recv(65536):
                if matched.is_set():
                    self._held.set()
                    self._released.wait()
                    matched.clear()
                client.sendall(data)
        _shut(client)


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
