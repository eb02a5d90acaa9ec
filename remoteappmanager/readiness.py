"""Waiting for a container that was started, until it serves or is known not to."""

from __future__ import annotations

import asyncio
from typing import Any

from remoteappmanager.docker.container import Container
from remoteappmanager.docker.evidence import OUT_OF_MEMORY
from remoteappmanager.exceptions import LaunchFailed
from remoteappmanager.netutils import exponential_backoff, wait_for_http_server_2xx
from remoteappmanager.utils import with_end_slash

#: Seconds between two looks at whether a container that is waited for still runs.
_LOOK_EVERY = 0.25


async def until_ready(
    manager: Any, container: Container, seconds: float, network_timeout: float
) -> None:
    """Return when the container serves, within ``seconds``, the rest of ``network_timeout``.

    Raises ``LaunchFailed`` with the evidence when it dies, at once, or is not
    ready in time, and ``ServiceUnavailable`` when Docker goes away.
    """
    answers = asyncio.create_task(_serves(container, seconds))
    ends = asyncio.create_task(_ends(manager, container, network_timeout * 2))
    try:
        await asyncio.wait({answers, ends}, return_when=asyncio.FIRST_COMPLETED)
        if answers.done() and answers.exception() is None:
            return
        if ends.done():
            ends.result()  # Docker may have gone away
            reason = "The application ended before it was ready."
        else:
            reason = f"The application was not ready within {network_timeout:g} seconds."
    finally:
        answers.cancel()
        ends.cancel()
        await asyncio.gather(answers, ends, return_exceptions=True)
    evidence = await manager.evidence(container.docker_id)
    if evidence.out_of_memory:
        reason = OUT_OF_MEMORY
    raise LaunchFailed(
        "wait",
        reason,
        exit_code=evidence.exit_code,
        out_of_memory=evidence.out_of_memory,
        log=evidence.log,
    )


async def _serves(container: Container, timeout: float) -> None:
    if not container.host_url:  # it ended already, and has no address any more
        await asyncio.sleep(timeout)
        raise TimeoutError
    url = f"{container.host_url}{with_end_slash(container.urlpath)}"
    await wait_for_http_server_2xx(url, timeout)


async def _ends(manager: Any, container: Container, timeout: float) -> None:
    async def ended() -> bool:
        return not await manager.is_running(container.docker_id)

    await exponential_backoff(ended, timeout, longest_wait=_LOOK_EVERY)
