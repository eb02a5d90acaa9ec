"""A simulated Docker engine: the part of Docker's HTTP interface that we use.

Each "container" is a local process with a page of its own, on a loopback
address of its own, so that code which talks to a container's address works
unchanged. Nothing is isolated and nothing is limited: it is for tests, which
inject failures here, and for a look at the product where no engine can be had.

Run it with ``python -m tests.fakes.docker_daemon --socket PATH``, or::

    with FakeDockerDaemon() as daemon:
        client = docker.APIClient(daemon.base_url)
        daemon.fail("create", status=500)
        daemon.behave("remoteapp/tiny", "never_ready")
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Sequence
from typing import Any, Self

from aiohttp import web

from tests.fakes.docker_api import Api
from tests.fakes.docker_engine import Engine
from tests.fakes.docker_failures import BEHAVIOURS, Failure, Failures
from tests.fakes.docker_images import FakeImage, demo_images


class FakeDockerDaemon:
    """A simulated engine in a thread of its own, to be used in a ``with`` statement.

    It listens on a Unix socket, or with ``tcp`` on a free port of 127.0.0.1.
    What it knows survives ``stop`` and ``start``, as with a real daemon; its
    processes do not.
    """

    def __init__(
        self,
        socket_path: str | os.PathLike[str] | None = None,
        *,
        tcp: bool = False,
        images: Sequence[FakeImage] | None = None,
    ) -> None:
        self._directory = None
        if socket_path is None and not tcp:
            self._directory = tempfile.mkdtemp(prefix="fake-docker-")
            socket_path = pathlib.Path(self._directory, "docker.sock")
        self._path = socket_path
        self._port = 0
        self.failures = Failures()
        self.engine = Engine(demo_images() if images is None else images)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._runner: web.AppRunner | None = None
        self._thread: threading.Thread | None = None

    @property
    def base_url(self) -> str:
        """Its address, as docker-py and ``DOCKER_HOST`` take it."""
        return f"unix://{self._path}" if self._path else f"tcp://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Begin to listen."""
        loop = self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=loop.run_forever, daemon=True)
        self._thread.start()
        self._call(self._listen())

    def stop(self) -> None:
        """End every process and connection, and stop listening; may be started again."""
        if self._loop is None:
            return
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        assert self._thread is not None
        self._thread.join()
        self._loop.close()
        self._loop = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *details: object) -> None:
        self.stop()
        if self._directory:
            shutil.rmtree(self._directory, ignore_errors=True)

    # --- what tests may do to it ------------------------------------------------

    def fail(
        self,
        operation: str,
        *,
        status: int | None = None,
        message: str = "injected failure",
        delay: float = 0.0,
        hang: bool = False,
        times: int | None = None,
    ) -> None:
        """Let an operation answer an error, late, or never; ``times`` often, or until healed."""
        self.failures.add(operation, Failure(status, message, delay, hang, times))

    def heal(self) -> None:
        """Undo every ``fail`` and ``behave``."""
        self.failures.heal()
        self.engine.behaviours.clear()

    def behave(self, image: str, behaviour: str, seconds: float = 0.0) -> None:
        """Let containers of ``image`` (as named at creation) behave so from now on."""
        if behaviour not in BEHAVIOURS:
            raise ValueError(f"{behaviour!r} is not one of {', '.join(BEHAVIOURS)}")
        self.engine.behaviours[image] = (behaviour, seconds)

    def die(self, reference: str, *, out_of_memory: bool = False) -> None:
        """Let a running container be killed from outside, as by the kernel."""

        async def act() -> None:
            container = self.engine.container(reference)
            container.out_of_memory = out_of_memory
            container.signal(signal.SIGKILL)
            await container.ended.wait()

        self._call(act())

    def add_image(self, image: FakeImage) -> None:
        """Another image from now on."""
        self.engine.images.all.append(image)

    # --- the thread ---------------------------------------------------------------

    def _call(self, coroutine: Any) -> Any:
        assert self._loop is not None, "the simulated engine is not running"
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    async def _listen(self) -> None:
        application = Api(self.engine, self.failures).application()
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        if self._path:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._path)
            await web.UnixSite(self._runner, str(self._path)).start()
            os.chmod(self._path, 0o600)
        else:
            listener = socket.create_server(("127.0.0.1", self._port))
            self._port = listener.getsockname()[1]
            await web.SockSite(self._runner, listener).start()

    async def _end(self) -> None:
        await self.engine.end_all()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._path:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._path)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def main() -> None:
    """Run until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description="A simulated Docker engine.")
    parser.add_argument("--socket", required=True, metavar="PATH", help="where to listen")
    path = os.path.abspath(parser.parse_args().socket)
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    with FakeDockerDaemon(path) as daemon:
        print(f"simulated Docker engine at {daemon.base_url}", flush=True)
        done.wait()


if __name__ == "__main__":
    main()
