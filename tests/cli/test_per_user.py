"""The per-user processes as programs: started, looked at, ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pathlib
import re
import signal
import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest

from remoteappmanager.cli.per_user import masked
from remoteappmanager.version import __version__
from tests.fakes.hub import FakeHub
from tests.fakes.process import environment_for

PROGRAMS = ("remoteappmanager", "remoteappadmin")


async def run(
    program: str, *arguments: str, environ: dict[str, str] | None = None
) -> tuple[int, str, str]:
    """Run to the end: exit code, stdout, stderr."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"remoteappmanager.cli.{program}",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], **(environ or {})},
    )
    out, err = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode or 0, out.decode(), err.decode()


@contextlib.asynccontextmanager
async def started(
    program: str, environ: dict[str, str], *, ignoring: bool = False
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A running program and the address that it says it listens on."""

    def ignore() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"remoteappmanager.cli.{program}",
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], **environ},
        preexec_fn=ignore if ignoring else None,
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(30):
            while not (found := re.search(r"listens on (\S+?)/", line := await _line(process))):
                assert line, "it ended before it listened"
        yield process, f"http://{found.group(1)}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _line(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    return (await process.stderr.readline()).decode()


@pytest.fixture
async def hub() -> AsyncIterator[FakeHub]:
    async with FakeHub().running() as hub:
        yield hub


def configure(environ: dict[str, str], text: str) -> str:
    """Write another configuration file; its path."""
    path = environ["REMOTEAPP_CONFIG_FILE"]
    pathlib.Path(path).write_text(text, encoding="utf8")
    return path


@pytest.fixture
def environ(hub: FakeHub, tmp_path: pathlib.Path) -> dict[str, str]:
    """The Hub is there; Docker, the database and the gate are not."""
    config = tmp_path / "config.py"
    config.write_text(
        f"database_kwargs = {{'url': 'sqlite:///{tmp_path}/missing.db'}}\n"
        "docker_host = 'unix:///nowhere/docker.sock'\n"
    )
    more = {"REMOTEAPP_CONFIG_FILE": str(config), "HOME": str(tmp_path)}
    return environment_for(hub, "alice", hub.add("alice", admin=True), **more)


@pytest.mark.parametrize(
    ("program", "number", "ignoring"),
    [
        ("remoteappmanager", signal.SIGINT, True),
        ("remoteappadmin", signal.SIGTERM, False),
    ],
)
async def test_it_listens_first_and_ends_on_signals(
    environ: dict[str, str], hub: FakeHub, program: str, number: signal.Signals, ignoring: bool
) -> None:
    """With everything but the Hub away it answers; SIGINT and SIGTERM end it with code 0,
    SIGINT also where it was ignored by who started it. Nothing in its log is a secret.
    """
    async with started(program, environ, ignoring=ignoring) as (process, url):
        token = environ["JUPYTERHUB_API_TOKEN"]
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{url}/user/alice/api") as answer:
                assert answer.status == 200
            path = "applications" if program == "remoteappmanager" else "stats"
            async with session.get(
                f"{url}/user/alice/api/v1/{path}/", headers={"Authorization": f"token {token}"}
            ) as answer:
                assert answer.status == 503
                assert (await answer.json())["type"] == "Unable"
        process.send_signal(number)
        _, err = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 0
        assert token not in err.decode()
        assert hub.activity, "the last activity is reported at the end"


async def test_a_wrong_configuration_is_one_line(environ: dict[str, str]) -> None:
    """Exit code 2 and one readable line on stderr."""
    configure(environ, "docker_relm = 1")
    code, out, err = await run("remoteappmanager", environ=environ)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("remoteappmanager: ")
    assert "Did you mean 'docker_realm'" in err


async def test_an_address_that_is_taken_is_one_line(environ: dict[str, str], hub: FakeHub) -> None:
    """The address is named."""
    environ["JUPYTERHUB_SERVICE_URL"] = f"{hub.url}/user/alice/"
    code, _, err = await run("remoteappmanager", environ=environ)
    assert code == 2
    assert "Cannot listen on 127.0.0.1:" in err.splitlines()[-1]
    assert "Traceback" not in err


@pytest.mark.parametrize("program", PROGRAMS)
async def test_version_and_help(program: str) -> None:
    """``--version`` and ``--help`` need no Hub."""
    assert await run(program, "--version") == (0, f"{program} {__version__}\n", "")
    code, out, _ = await run(program, "--help")
    assert code == 0
    assert "Example:" in out
    for option in ("--base-urlpath", "--config-file", "--show-config"):
        assert option in out


async def test_show_config(environ: dict[str, str]) -> None:
    """The effective configuration with its sources, secrets masked."""
    url = "postgresql+psycopg://user:s3cret@host/db"
    text = f"docker_realm = 'mine'\ndatabase_kwargs = {{'url': {url!r}, 'password': 's3cret'}}"
    path = configure(environ, text)
    code, out, err = await run("remoteappmanager", "--show-config", "--port=1234", environ=environ)
    assert (code, err) == (0, "")
    assert f"docker_realm = 'mine'  # file {path}" in out
    assert "port = 1234  # command line" in out
    assert "user = 'alice'  # environment JUPYTERHUB_USER" in out
    assert "network_timeout = 30.0  # default" in out
    assert "api_token = '********'  # environment JUPYTERHUB_API_TOKEN" in out
    assert "s3cret" not in out
    assert environ["JUPYTERHUB_API_TOKEN"] not in out


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("postgresql://u:p@h/d", "postgresql://u:********@h/d"),
        ("sqlite:///x", "sqlite:///x"),
        ({"password": "x", "a": [1]}, {"password": "********", "a": [1]}),
        ({"api_token": "", "n": None}, {"api_token": "", "n": None}),
        (30, 30),
    ],
)
def test_passwords_are_masked(value: object, expected: object) -> None:
    """In addresses, and under keys that sound like one."""
    assert masked(value) == expected
