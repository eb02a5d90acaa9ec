"""A running gate for each test."""

from collections.abc import AsyncIterator

import aiohttp
import pytest_asyncio

from tests.fakes import gate_site


@pytest_asyncio.fixture
async def site() -> AsyncIterator[gate_site.Site]:
    """The gate, a fake Hub, a fake container."""
    async with gate_site.site() as running:
        yield running


@pytest_asyncio.fixture
async def browser(site: gate_site.Site) -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client of the gate."""
    async with gate_site.browser(site) as session:
        yield session
