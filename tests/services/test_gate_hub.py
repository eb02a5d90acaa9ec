"""Who is who, asked as rarely as possible and never believed too long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.services.gate_hub import Credential, GateHub
from tests.fakes.hub import FakeHub


@pytest_asyncio.fixture
async def fake() -> AsyncIterator[FakeHub]:
    """A Hub at the wire."""
    async with FakeHub().running() as running:
        yield running


@pytest_asyncio.fixture
async def hub(fake: FakeHub) -> AsyncIterator[GateHub]:
    """The gate's view of it."""
    hub = GateHub(
        fake.api_url,
        "own-token",
        client_id="service-remoteappgate",
        cookie_secret=b"s" * 32,
        cache_max_age=60,
        timeout=5.0,
    )
    yield hub
    await hub.close()


async def test_an_answer_is_believed(fake: FakeHub, hub: GateHub) -> None:
    """Also the answer that a token is nobody's."""
    alice = Credential(fake.add("alice"))
    for _ in range(3):
        actor = await hub.who(alice)
        assert actor is not None and actor.name == "alice"
        assert await hub.who(Credential("nobody")) is None
    assert len(fake.asked) == 2


async def test_who_now_asks(fake: FakeHub, hub: GateHub) -> None:
    """A recheck is a new question."""
    alice = Credential(fake.add("alice"))
    await hub.who(alice)
    del fake.tokens[alice.token]
    assert await hub.who_now(alice) is None
    assert await hub.who(alice) is None


async def test_sessions_are_told_apart(fake: FakeHub, hub: GateHub) -> None:
    """The same token in another browser's session is another question: a logout ends a session."""
    token = fake.add("alice")
    await hub.who(Credential(token, "one"))
    await hub.who(Credential(token, "two"))
    assert len(fake.asked) == 2


async def test_forget_user(fake: FakeHub, hub: GateHub) -> None:
    """One user's answers and those about nobody go; the others stay."""
    alice, bob = Credential(fake.add("alice")), Credential(fake.add("bob"))
    for credential in (alice, bob, Credential("nobody")):
        await hub.who(credential)
    hub.forget_user("alice")
    fake.asked.clear()
    for credential in (alice, bob, Credential("nobody")):
        await hub.who(credential)
    assert len(fake.asked) == 2


async def test_an_answer_older_than_a_hint_is_not_believed(
    fake: FakeHub, hub: GateHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asked before a right was taken away and hears after it is asked for again."""
    alice = Credential(fake.add("alice"))
    ask = hub.oauth.user_for_token

    async def slow(*args: Any, **kwargs: Any) -> Any:
        answer = await ask(*args, **kwargs)
        if fake.tokens.pop(alice.token, None):
            hub.forget_user("alice")
        return answer

    monkeypatch.setattr(hub.oauth, "user_for_token", slow)
    assert await hub.who(alice) is None
    assert len(fake.asked) == 2


async def test_hints_about_others_do_not_delay(
    fake: FakeHub, hub: GateHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer about alice stands, whatever is said of bob meanwhile."""
    alice = Credential(fake.add("alice"))
    ask = hub.oauth.user_for_token

    async def slow(*args: Any, **kwargs: Any) -> Any:
        answer = await ask(*args, **kwargs)
        hub.forget_user("bob")
        return answer

    monkeypatch.setattr(hub.oauth, "user_for_token", slow)
    assert await hub.who(alice) is not None
    assert len(fake.asked) == 1


@pytest.mark.parametrize("trouble", ["fail", "nonsense"])
async def test_outages(fake: FakeHub, hub: GateHub, trouble: str) -> None:
    """An outage is no answer, and is not remembered."""
    alice = Credential(fake.add("alice"))
    fake.trouble = trouble
    with pytest.raises(ServiceUnavailable):
        await hub.who(alice)
    fake.trouble = None
    assert await hub.who(alice) is not None


async def test_a_visitor_who_leaves_takes_nothing_from_the_others(
    fake: FakeHub, hub: GateHub
) -> None:
    """The question goes on for those who wait as well."""
    alice = Credential(fake.add("alice"))
    fake.trouble = "hang"
    first, second = (asyncio.ensure_future(hub.who(alice)) for _ in range(2))
    while not fake.asked:  # noqa: ASYNC110 - the wire has no event
        await asyncio.sleep(0)
    first.cancel()
    fake.trouble = None
    fake.released.set()
    actor = await second
    assert actor is not None and actor.name == "alice"
    assert len(fake.asked) == 1


def test_a_credential_is_never_shown() -> None:
    """It is in the books of what is open, and books get printed."""
    assert "secret" not in repr(Credential("secret", "secret"))
