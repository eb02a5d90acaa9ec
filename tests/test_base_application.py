"""The life of a per-user process."""

from __future__ import annotations

import asyncio
import signal
import socket
from typing import Any

import pytest

from remoteappmanager import base_application
from remoteappmanager.exceptions import ConfigurationError, ServiceUnavailable
from tests.fakes.process import Process
from tests.fixtures.process import hub, process

__all__ = ["hub", "process"]


@pytest.fixture
def remains(process: Process) -> list[str]:
    """Who was cleaned up behind, by the launcher."""
    cleaned: list[str] = []

    async def remove_remains(user: Any) -> None:
        cleaned.append(user.name)

    process.launcher.remove_remains = remove_remains  # type: ignore[attr-defined]
    return cleaned


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_the_process_after_a_clean_up(
    process: Process, remains: list[str], number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both signals are handled explicitly; connections are closed, activity is told."""

    async def nothing() -> None:
        """Ending every task of the loop would end this test's own."""

    monkeypatch.setattr(process.application, "_end_acts_in_flight", nothing)
    running = asyncio.create_task(process.application.run())
    await asyncio.sleep(0)
    process.application.note_activity()
    while not remains:  # noqa: ASYNC110 - two turns of the loop
        await asyncio.sleep(0)
    signal.raise_signal(number)
    await asyncio.wait_for(running, 5)
    assert remains == ["alice"]
    assert process.manager.closed
    assert len(process.hub.activity) == 1


async def test_remains_are_looked_for_again_while_docker_is_away(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a killed process left is cleaned up as soon as Docker can be asked."""
    answers = [ServiceUnavailable("Docker"), ServiceUnavailable("Docker"), None]

    async def remove_remains(user: Any) -> None:
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    process.launcher.remove_remains = remove_remains  # type: ignore[attr-defined]
    monkeypatch.setattr(base_application, "RETRY", 0.001)
    await asyncio.wait_for(process.application._remove_remains(), 5)
    assert answers == []


async def test_a_port_that_is_taken_is_said(process: Process) -> None:
    """One readable line that names the address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process.application.command_line_config.port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=r"127\.0\.0\.1"):
            process.application.listen_sockets()


async def test_a_user_is_welcomed_once_however_many_ask(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many requests at once make one user, and none makes a query after that."""
    process.application.file_config.auto_user_creation = True
    process.application._welcomed = False
    await asyncio.gather(*(process.application.welcome() for _ in range(10)))
    assert dict(process.database.calls) == {"get_user": 1, "create_user": 1}
    await process.application.welcome()
    assert process.database.calls["get_user"] == 1


async def test_a_database_that_hangs_is_away(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question to the database is bounded by ``network_timeout``."""
    import threading

    release = threading.Event()
    monkeypatch.setattr(process.database, "get_user", lambda **_: release.wait(10))
    process.application.file_config.auto_user_creation = True
    process.application._welcomed = False
    monkeypatch.setattr(process.application, "file_config", _Short(process.application))
    try:
        with pytest.raises(ServiceUnavailable, match="database"):
            await process.application.welcome()
    finally:
        release.set()


class _Short:
    """The file's configuration, with a short patience."""

    def __init__(self, application: Any) -> None:
        self._config = application.file_config

    def __getattr__(self, name: str) -> Any:
        return 0.01 if name == "network_timeout" else getattr(self._config, name)
