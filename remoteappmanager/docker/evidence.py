"""What a container that failed leaves to be read, before it is removed."""

from __future__ import annotations

import dataclasses
import re

from remoteappmanager.docker.async_docker_client import AsyncDockerClient, DockerRefused
from remoteappmanager.exceptions import NotFound

#: For the user, where ``out_of_memory`` is the reason.
OUT_OF_MEMORY = "The application needed more memory than it is given."

_LINES = 30
_LENGTH = 4000
#: Terminal sequences, and control characters other than the end of a line and tab.
_UNPRINTABLE = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclasses.dataclass(frozen=True)
class Evidence:
    """Why a container ended.

    ``exit_code`` is None while it runs or when it never ran, ``out_of_memory``
    whether the kernel killed it for its limit, ``log`` its last lines of output.
    """

    exit_code: int | None = None
    out_of_memory: bool = False
    log: str = ""


async def evidence_of(client: AsyncDockerClient, docker_id: str) -> Evidence:
    """The evidence about a container; empty when it is gone."""
    try:
        state = (await client.inspect_container(docker_id)).get("State") or {}
    except NotFound:
        return Evidence()
    try:
        output = await client.logs(docker_id, stdout=True, stderr=True, tail=_LINES)
    except (NotFound, DockerRefused):  # refused: the site's log driver cannot be read
        output = b""
    ended = state.get("Status") in ("exited", "dead")
    return Evidence(
        exit_code=state.get("ExitCode") if ended else None,
        out_of_memory=bool(state.get("OOMKilled")),
        log=_printable(output),
    )


def _printable(output: bytes) -> str:
    text = output.decode("utf-8", errors="replace").replace("\r\n", "\n").strip()
    return _UNPRINTABLE.sub("", text)[-_LENGTH:]
