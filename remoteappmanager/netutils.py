"""Waiting: one primitive with backoff and deadline, and what is built on it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import urljoin, urlsplit, urlunsplit

import aiohttp

T = TypeVar("T")

#: A container that redirects more often than this has no start page.
_MAX_REDIRECTS = 5
#: Longest a single question may take, in seconds: an application may be slow to
#: answer first, but one lost packet must not use up the whole deadline.
_PROBE_TIMEOUT = 10.0


async def exponential_backoff(
    probe: Callable[[], Awaitable[T | None]],
    timeout: float,
    *,
    first_wait: float = 0.05,
    factor: float = 1.5,
    longest_wait: float = 0.5,
    message: str = "Nothing happened in time.",
) -> T:
    """Ask ``probe`` until it gives something true, and return that.

    Times are in seconds. The waits between two questions grow from
    ``first_wait`` to ``longest_wait``, each varied a little, so that many
    waiters do not ask in step. Raises ``TimeoutError(message)`` at the
    deadline, also in the middle of a probe. What ``probe`` raises is raised.
    """
    wait = first_wait
    try:
        async with asyncio.timeout(timeout):
            while True:
                result = await probe()
                if result:
                    return result
                await asyncio.sleep(wait * random.uniform(0.8, 1.0))
                wait = min(wait * factor, longest_wait)
    except TimeoutError as exc:
        raise TimeoutError(message) from exc


async def wait_for_http_server_2xx(url: str, timeout: float = 30.0) -> None:
    """Return when ``url`` answers with a status from 200 to 299.

    Redirects are followed on the same server, whatever host they name: the
    server is not trusted, and must not make us ask others. Connections that
    are refused, reset or closed are "not yet": Docker accepts a published port
    before the application listens. Raises ``TimeoutError`` after ``timeout`` seconds.
    """
    async with aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=_PROBE_TIMEOUT, connect=2.0),
        connector=aiohttp.TCPConnector(force_close=True),
    ) as session:
        await exponential_backoff(
            lambda: _answers_2xx(session, url),
            timeout,
            message=f"{url} did not answer with success within {timeout:g} seconds.",
        )


async def _answers_2xx(session: aiohttp.ClientSession, url: str) -> bool:
    for _ in range(_MAX_REDIRECTS + 1):
        try:
            async with session.get(url, allow_redirects=False) as response:
                status, location = response.status, response.headers.get("Location")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return False
        if 200 <= status < 300:
            return True
        if not (300 <= status < 400 and location):
            return False
        try:
            url = _on_same_server(url, location)
        except ValueError:
            return False
    return False


def _on_same_server(url: str, location: str) -> str:
    """Where ``location`` leads when its host is replaced by that of ``url``."""
    target = urlsplit(urljoin(url, location))
    here = urlsplit(url)
    return urlunsplit((here.scheme, here.netloc, target.path, target.query, ""))
