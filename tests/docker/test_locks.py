"""remoteappmanager.docker.locks"""

from __future__ import annotations

import asyncio

from remoteappmanager.docker.locks import KeyedLocks


async def test_same_key_in_order_other_keys_in_parallel() -> None:
    """Acts on one container happen in order, different containers in parallel."""
    locks, done = KeyedLocks(), []
    release = asyncio.Event()

    async def act(key: str, name: str, wait: bool = False) -> None:
        async with locks.hold(key):
            if wait:
                await release.wait()
            done.append(name)

    tasks = [
        asyncio.create_task(act("a", "first", wait=True)),
        asyncio.create_task(act("a", "second")),
        asyncio.create_task(act("b", "other")),
    ]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert done == ["other"]
    release.set()
    await asyncio.gather(*tasks)
    assert done == ["other", "first", "second"]
    assert len(locks) == 0


async def test_cancelled_waiter_leaves_nothing() -> None:
    """Whoever gives up waiting does not keep the lock alive."""
    locks = KeyedLocks()
    async with locks.hold("a"):
        waiter = asyncio.create_task(locks.hold("a").__aenter__())
        await asyncio.sleep(0)
        waiter.cancel()
        await asyncio.gather(waiter, return_exceptions=True)
    assert len(locks) == 0
