"""remoteappmanager.docker.evidence"""

from __future__ import annotations

from typing import Any

import pytest

from remoteappmanager.docker.async_docker_client import DockerRefused
from remoteappmanager.docker.evidence import Evidence, evidence_of
from remoteappmanager.exceptions import NotFound


class Client:
    """Answers as Docker does about one container."""

    def __init__(self, state: dict[str, Any] | None, output: bytes | Exception = b"") -> None:
        self.state, self.output = state, output

    async def inspect_container(self, docker_id: str) -> dict[str, Any]:
        if self.state is None:
            raise NotFound(docker_id)
        return {"State": self.state}

    async def logs(self, docker_id: str, **options: Any) -> bytes:
        if isinstance(self.output, Exception):
            raise self.output
        return self.output


ENDED = {"Status": "exited", "ExitCode": 3, "OOMKilled": False}


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        (Client(None), Evidence()),
        (Client(ENDED, b"no licence\r\n"), Evidence(3, False, "no licence")),
        (Client({"Status": "running", "ExitCode": 0}), Evidence(None, False, "")),
        (
            Client({"Status": "exited", "ExitCode": 137, "OOMKilled": True}),
            Evidence(137, True, ""),
        ),
        (Client(ENDED, DockerRefused("driver", 501)), Evidence(3, False, "")),
        (Client(ENDED, b"\x1b[31mred\x1b[0m\tx\x00\n\xff"), Evidence(3, False, "red\tx\n\ufffd")),
    ],
)
async def test_evidence(client: Any, expected: Evidence) -> None:
    """Exit code, memory verdict and printable last lines, whatever of it there is."""
    assert await evidence_of(client, "d") == expected


async def test_log_is_bounded() -> None:
    """One endless line does not reach the user whole."""
    evidence = await evidence_of(Client(ENDED, b"x" * 100_000 + b"end"), "d")  # type: ignore[arg-type]
    assert len(evidence.log) == 4000 and evidence.log.endswith("end")
