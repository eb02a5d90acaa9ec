"""What a per-user process is told of the gate's answers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from remoteappmanager.exceptions import NotFound, ServiceUnavailable
from remoteappmanager.services.gate_client import GateClient
from tests.fakes import gate_site
from tests.fakes.gate_site import PREFIX, Site

ID = "0" * 32


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    """A gate with one container of alice."""
    async with gate_site.site() as running:
        running.containers.add("alice", ID)
        yield running


@pytest_asyncio.fixture
async def client(site: Site) -> AsyncIterator[GateClient]:
    """The client of alice's process."""
    token = site.fake_hub.add("alice", scopes=["access:servers!server=alice/"])
    client = GateClient(f"{site.url}{PREFIX}", token)
    yield client
    await client.close()


async def test_published_and_withdrawn(site: Site, client: GateClient) -> None:
    """When publish returns, the route is there; after withdraw it is gone, twice is fine."""
    await client.publish(ID)
    assert site.proxy.table == {f"/user/alice/containers/{ID}": site.url}
    await client.withdraw(ID)
    await client.withdraw(ID)
    assert site.proxy.table == {}


async def test_what_does_not_run_is_not_found(client: GateClient) -> None:
    """There is nothing to publish."""
    with pytest.raises(NotFound):
        await client.publish("1" * 32)


async def test_somebody_elses_is_not_found(site: Site, client: GateClient) -> None:
    """Neither can it be published, nor withdrawn."""
    site.containers.add("bob", "1" * 32)
    for call in (client.publish, client.withdraw):
        with pytest.raises(NotFound):
            await call("1" * 32)


async def test_an_odd_id_is_not_found(client: GateClient) -> None:
    """It is escaped, and leads to no other address of the gate."""
    with pytest.raises(NotFound):
        await client.publish("../hint")


async def test_the_gates_own_words_are_passed_on(site: Site, client: GateClient) -> None:
    """What is away is named."""
    site.containers.away = True
    with pytest.raises(ServiceUnavailable, match="Docker"):
        await client.publish(ID)


async def test_a_refused_token(site: Site) -> None:
    """The Hub does not know our token any more."""
    client = GateClient(f"{site.url}{PREFIX}", "gone")
    with pytest.raises(ServiceUnavailable):
        await client.publish(ID)
    await client.close()


async def test_nobody_there() -> None:
    """The gate is away."""
    client = GateClient("http://127.0.0.1:1/services/remoteappgate/", "token")
    with pytest.raises(ServiceUnavailable, match="The gate"):
        await client.publish(ID)
    await client.close()
