"""What stands before a site in some tests: a TLS terminator, or somebody who writes along."""

import pathlib
import socket
import ssl
import subprocess
import threading
from types import TracebackType


def authority(directory: pathlib.Path, name: str = "IP:127.0.0.1") -> tuple[str, str]:
    """A certificate that is its own authority, valid for ``name``, and its key: two files."""
    directory.mkdir(parents=True, exist_ok=True)
    certificate, key = directory / "ca.pem", directory / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=test",
         "-addext", f"subjectAltName={name}"],
        check=True, capture_output=True,
    )  # fmt: skip
    return str(certificate), str(key)


class Front:
    """Forwards each connection to a port of this machine; ``with`` it, then ask ``url``.

    With ``files``, a certificate and its key, it speaks TLS outside. ``heard`` is everything
    that went either way.
    """

    def __init__(self, target: int, files: tuple[str, str] | None = None) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if files else None
        if self._context and files:
            self._context.load_cert_chain(*files)
        self.ca = files[0] if files else ""
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        scheme = "https" if files else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        self.heard: list[bytes] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "Front":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        try:
            context = self._context
            outside = context.wrap_socket(plain, server_side=True) if context else plain
            inside = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            plain.close()
            return
        for source, sink in ((outside, inside), (inside, outside)):
            threading.Thread(target=self._copy, args=(source, sink), daemon=True).start()

    def _copy(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self.heard.append(data)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            sink.close()
