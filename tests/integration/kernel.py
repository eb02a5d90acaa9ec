"""A real IPython kernel, as a notebook has one."""

import os
import re
from types import TracebackType
from typing import Any

from jupyter_client.manager import start_new_kernel

from tests.integration.command_line import Person

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Kernel:
    """The kernel of ``person``'s notebook; ``with`` it, and run cells."""

    def __init__(self, person: Person) -> None:
        self._environment = {**os.environ, **person.environment}
        #: What the last cell printed, by stream, and the last error's lines.
        self.printed: dict[str, str] = {}
        self.error: list[str] = []
        self._shown: dict[str, Any] = {}

    def __enter__(self) -> "Kernel":
        self._manager, self._client = start_new_kernel(env=self._environment)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def cell(self, code: str) -> dict[str, str]:
        """Run a cell, which ends well; what it shows, by MIME type."""
        assert self._run(code) == "ok", (code, self.error, self.printed)
        return dict(self._shown)

    def refused(self, code: str) -> str:
        """Run a cell, which is refused in one line without a traceback."""
        assert self._run(code) == "error", code
        (line,) = self.printed["stderr"].splitlines()
        return _COLOURS.sub("", line)

    def _run(self, code: str) -> str:
        self.printed, self.error, self._shown = {}, [], {}
        reply = self._client.execute_interactive(code, timeout=60, output_hook=self._output)
        return str(reply["content"]["status"])

    def _output(self, message: dict[str, Any]) -> None:
        content = message["content"]
        if message["msg_type"] == "execute_result":
            self._shown.update(content["data"])
        elif message["msg_type"] == "stream":
            before = self.printed.get(content["name"], "")
            self.printed[content["name"]] = before + content["text"]
        elif message["msg_type"] == "error":
            self.error = content["traceback"]
