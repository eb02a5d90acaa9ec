"""docker-py's low-level client as awaitables.

Every call runs on a small pool of threads: with one thread, one slow call would
hold up everyone. Errors of docker-py, requests and urllib3 end here and become
members of our own tree.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import inspect
import logging
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import docker.errors
import requests.exceptions
import urllib3.exceptions
from docker.api.client import APIClient

from remoteappmanager.exceptions import NotFound, RemoteAppError, ServiceUnavailable

log = logging.getLogger(__name__)

#: Calls that take as long as they take, unless the caller says otherwise.
_UNBOUNDED = frozenset(
    {"attach", "build", "commit", "export", "get_archive", "get_image", "import_image"}
    | {"load_image", "pull", "push", "put_archive", "stats"}
)
#: Calls whose ``timeout`` argument is time that Docker itself waits, and what it
#: waits when that is None: ``wait`` for ever, the others 10 s.
_WAITING: Mapping[str, float | None] = {"wait": None, "stop": 10.0, "restart": 10.0}
#: Calls that change nothing: safe to repeat on a new connection.
_READ_ONLY = ("containers", "events", "images", "info", "logs", "networks", "ping", "version")
#: What ``APIClient`` inherits from ``requests.Session`` is not Docker's.
_DOCKER_METHODS = frozenset(
    name
    for name, function in inspect.getmembers(APIClient, inspect.isfunction)
    if not name.startswith("_") and function.__module__.startswith("docker.")
) - {"close", "events", "get_adapter"}


class DockerRefused(RemoteAppError):
    """Docker answered, and said no. ``status`` is its HTTP status, 0 where there is none."""

    def __init__(self, message: str, status: int = 0) -> None:
        self.status = status
        super().__init__(message)


class AsyncDockerClient:
    """Every public method of docker-py's ``APIClient`` as an awaitable of the same name.

    Parameters
    ----------
    config:
        Arguments of ``APIClient`` (``base_url``, ``tls``); by default the local socket.
    threads:
        How many calls may be under way at once.
    timeout:
        Seconds that one call may take.

    The connection is made at the first call, and made again after Docker was
    away. Calls raise ``NotFound``, ``DockerRefused`` and ``ServiceUnavailable``.
    """

    def __init__(
        self, config: Mapping[str, Any] | None = None, *, threads: int = 8, timeout: float = 30.0
    ) -> None:
        self._config = dict(config or {})
        self._threads = threads
        self._timeout = timeout
        self._pool = concurrent.futures.ThreadPoolExecutor(threads, thread_name_prefix="docker")
        self._connecting = threading.Lock()
        self._client: APIClient | None = None
        self._streams: set[_EventStream] = set()
        self._closed = False

    @property
    def base_url(self) -> str:
        """Where Docker is; empty means the local socket."""
        return str(self._config.get("base_url") or "")

    @property
    def timeout(self) -> float:
        """Seconds that one call may take."""
        return self._timeout

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in _DOCKER_METHODS:
            raise AttributeError(f"{type(self).__name__} has no method {name!r}")
        return functools.partial(self._call, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_DOCKER_METHODS})

    async def _call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        return await self.result(self.submit(method, *args, **kwargs), method, kwargs)

    def submit(self, method: str, *args: Any, **kwargs: Any) -> concurrent.futures.Future[Any]:
        """Begin a call on the pool. What is begun cannot be taken back: a caller that
        gives up waiting for something that makes things keeps this to undo it later.
        """
        if self._closed:
            raise ServiceUnavailable("Docker", "The connection to Docker has been closed.")
        return self._pool.submit(self._perform, method, args, kwargs)

    async def result(
        self, pending: concurrent.futures.Future[Any], method: str, kwargs: Mapping[str, Any]
    ) -> Any:
        """Await a call that ``submit`` began, no longer than such a call may take."""
        try:
            # Not asyncio.wait_for: Python 3.11's forgets a cancellation that arrives
            # together with the result, and whoever polls Docker then polls on.
            async with asyncio.timeout(self._deadline(method, kwargs)):
                return await asyncio.wrap_future(pending)
        except TimeoutError as exc:
            raise ServiceUnavailable("Docker", "Docker did not answer in time.") from exc

    def events(self, **arguments: Any) -> AsyncGenerator[dict[str, Any], None]:
        """Docker's events as dictionaries, from a connection and a thread of their own.

        Takes ``filters``, ``since`` and ``until`` as ``APIClient.events`` does.
        Raises ``ServiceUnavailable`` when Docker goes away. To end it early, close the
        generator (``aclose``) or the client.
        """
        return self._events(arguments)

    async def _events(self, arguments: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        stream = _EventStream(functools.partial(self._connect, 1), arguments)
        self._streams.add(stream)
        try:
            stream.start()
            while (event := await stream.next()) is not None:
                yield event
        finally:
            self._streams.discard(stream)
            stream.close()

    async def close(self) -> None:
        """Let go of threads and connections. Calls under way end by themselves."""
        self._closed = True
        for stream in list(self._streams):
            stream.close()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._forget(self._client)

    # --- on the pool's threads ------------------------------------------------

    def _perform(self, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        with translated_errors():
            client = self._connected()
            try:
                return getattr(client, method)(*args, **kwargs)
            except (requests.exceptions.ConnectionError, urllib3.exceptions.ProtocolError) as exc:
                # A kept connection of a daemon that has been restarted since: the
                # new one may also speak another version.
                self._forget(client)
                timed_out = isinstance(exc, requests.exceptions.Timeout)
                if timed_out or not method.startswith((*_READ_ONLY, "inspect_")):
                    raise
            return getattr(self._connected(), method)(*args, **kwargs)

    def _connected(self) -> APIClient:
        with self._connecting:
            if self._client is None:
                self._client = self._connect(self._threads)
            return self._client

    def _connect(self, connections: int) -> APIClient:
        # version="auto" asks the daemon: a pinned version is refused by older ones.
        defaults: dict[str, Any] = {
            "version": "auto",
            "timeout": self._timeout,
            "max_pool_size": connections,
        }
        return APIClient(**(defaults | self._config))

    def _forget(self, client: APIClient | None) -> None:
        with self._connecting:
            if client is not None and client is self._client:
                self._client = None
                client.close()

    def _deadline(self, method: str, kwargs: Mapping[str, Any]) -> float | None:
        if method in _UNBOUNDED:
            return None
        if method in _WAITING:
            waits = kwargs.get("timeout")
            waits = _WAITING[method] if waits is None else waits
            return None if waits is None else self._timeout + waits
        return self._timeout


class _EventStream:
    """Docker's blocking event stream on a thread, read from the event loop."""

    def __init__(self, connect: Callable[[], APIClient], arguments: dict[str, Any]) -> None:
        self._connect = connect
        self._arguments = arguments
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[dict[str, Any] | Exception | None] = asyncio.Queue()
        self._lock = threading.Lock()
        self._client: APIClient | None = None
        self._stream: Any = None
        self._closed = False
        # A daemon thread: a stream blocks without limit, and must not hold up the exit.
        self._thread = threading.Thread(target=self._run, name="docker-events", daemon=True)

    def start(self) -> None:
        """Connect and begin to read."""
        self._thread.start()

    async def next(self) -> dict[str, Any] | None:
        """The next event; None at the end that ``until`` or ``close`` set."""
        item = await self._queue.get()
        if isinstance(item, Exception):
            raise item
        return item

    def close(self) -> None:
        """End the stream; the thread ends with it. Nothing happens when it has ended."""
        with self._lock:
            self._closed = True
            stream, client = self._stream, self._client
        if stream is not None:
            try:
                stream.close()
            except (OSError, AttributeError, docker.errors.DockerException) as exc:
                # docker-py digs for the socket, and it may be gone already.
                log.debug("Closing the event stream: %s", exc)
        if client is not None:
            client.close()

    def _run(self) -> None:
        end: Exception | None = None
        try:
            with translated_errors():
                for event in self._open():
                    self._hand_over(event)
            if "until" not in self._arguments:
                end = ServiceUnavailable("Docker", "Docker ended its stream of events.")
        except RemoteAppError as exc:
            end = exc
        except AttributeError:  # a response that was closed while it was read
            end = ServiceUnavailable("Docker", "The stream of Docker's events was cut.")
        self._hand_over(None if self._closed else end)

    def _open(self) -> Iterator[dict[str, Any]]:
        client = self._connect()
        with self._lock:
            self._client = client
            if self._closed:
                return iter(())
        stream = client.events(decode=True, **self._arguments)
        with self._lock:
            self._stream = stream
            closed = self._closed
        if closed:
            stream.close()
        return stream

    def _hand_over(self, item: dict[str, Any] | Exception | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._queue.put_nowait, item)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn what docker-py and its transport raise into our own errors."""
    try:
        yield
    except (docker.errors.NotFound, docker.errors.NullResource) as exc:
        raise NotFound(_explanation(exc)) from exc
    except docker.errors.APIError as exc:
        raise DockerRefused(_explanation(exc), exc.status_code or 0) from exc
    except docker.errors.TLSParameterError as exc:
        raise ServiceUnavailable("Docker", f"Docker: {exc}") from exc
    except requests.exceptions.Timeout as exc:
        raise ServiceUnavailable("Docker", "Docker did not answer in time.") from exc
    except (
        docker.errors.DockerException,
        requests.exceptions.RequestException,
        urllib3.exceptions.HTTPError,
        OSError,
    ) as exc:
        raise ServiceUnavailable("Docker") from exc


def _explanation(exc: Exception) -> str:
    """What Docker said, without docker-py's wrapping of URL and status."""
    text = str(getattr(exc, "explanation", None) or exc).strip()
    return f"Docker: {text[:1000]}"
