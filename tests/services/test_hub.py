"""The Hub: who asks, who is let in, what is told."""

from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import AsyncIterator

import pytest

from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.services.hub import Actor, Hub, is_local_path
from tests.fakes.hub import FakeHub


@pytest.fixture
async def fake() -> AsyncIterator[FakeHub]:
    async with FakeHub().running() as fake:
        yield fake


async def made(fake: FakeHub, **more: object) -> Hub:
    values = {"client_id": "c", "base_url": "/user/alice/", "timeout": 0.3, **more}
    return Hub(fake.api_url, fake.add("process"), **values)  # type: ignore[arg-type]


async def test_a_tokens_owner(fake: FakeHub) -> None:
    """Name, kind, whether an administrator, scopes; None for a token that is none."""
    hub = await made(fake)
    token = fake.add("alice", admin=True, scopes=["a", "b"])
    actor = await hub.actor_for_token(token)
    assert actor == Actor("alice", "user", True, frozenset({"a", "b"}))
    assert await hub.actor_for_token("0" * 32) is None
    await hub.close()


@pytest.mark.parametrize("trouble", ["hang", "fail", "nonsense"])
async def test_a_hub_in_trouble_is_unavailable_in_time(fake: FakeHub, trouble: str) -> None:
    """No question waits for ever, and no failure is taken for a refusal."""
    hub = await made(fake)
    fake.trouble = trouble
    began = time.monotonic()
    with pytest.raises(ServiceUnavailable, match="JupyterHub"):
        await hub.actor_for_token("0" * 32)
    assert time.monotonic() - began < 5
    fake.trouble = None
    assert await hub.actor_for_token("0" * 32) is None
    await hub.close()


async def test_a_hub_that_is_not_there(fake: FakeHub) -> None:
    """A refused connection is the same outage."""
    hub = Hub("http://127.0.0.1:1/hub/api", "t", client_id="c")
    with pytest.raises(ServiceUnavailable):
        await hub.actor_for_token("x")
    with pytest.raises(ServiceUnavailable):
        await hub.report_activity(datetime.datetime.now(datetime.UTC))
    await hub.close()


@pytest.mark.parametrize(("age", "questions"), [(60, 1), (0, 3)])
async def test_answers_are_believed_for_a_while_or_never(
    fake: FakeHub, age: int, questions: int
) -> None:
    """An age of 0 asks each time, where JupyterHub's own means for ever."""
    hub = await made(fake, cache_max_age=age)
    token = fake.add("alice")
    for _ in range(3):
        await hub.actor_for_token(token)
    assert fake.asked.count("/hub/api/user") == questions
    hub.forget()
    await hub.actor_for_token(token)
    assert fake.asked.count("/hub/api/user") == questions + 1
    await hub.close()


@pytest.mark.parametrize(
    ("wanted", "held", "expected"),
    [
        ([], [], True),
        (["access:servers!user=alice"], ["access:servers!user=alice"], True),
        (["access:servers!server=alice/"], ["access:servers!user=alice"], True),
        (["access:servers!server=alice/"], ["access:servers"], True),
        (["access:servers!server=alice/"], ["access:servers!user=bob"], False),
        (["access:servers!server=alice/"], ["read:users"], False),
        (["access:servers!server=alice/"], [], False),
    ],
)
async def test_who_is_admitted(
    fake: FakeHub, wanted: list[str], held: list[str], expected: bool
) -> None:
    """One of the scopes that the Hub names lets in."""
    hub = await made(fake, access_scopes=wanted)
    assert hub.admits(Actor("x", "user", False, frozenset(held))) is expected
    await hub.close()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/user/alice/", True),
        ("/user/alice/home?x=1#y", True),
        ("/user/bob/", False),
        ("//evil.example/user/alice/", False),
        ("https://evil.example/user/alice/", False),
        ("/user/alice/\\evil", False),
        ("/user/alice/\n", False),
        ("", False),
    ],
)
def test_where_a_login_may_end(url: str, expected: bool) -> None:
    """Under our own path, and nothing that a browser reads as another site."""
    assert is_local_path(url, "/user/alice/") is expected


async def test_activity_is_reported_as_the_hub_wants_it(fake: FakeHub) -> None:
    """The server's and the user's last activity, in UTC."""
    hub = await made(fake, activity_url=f"{fake.api_url}/users/alice/activity", server_name="")
    await hub.report_activity(datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC))
    stamp = "2026-01-02T03:04:05.000000Z"
    assert fake.activity == [{"servers": {"": {"last_activity": stamp}}, "last_activity": stamp}]
    await hub.close()


async def test_a_hung_hub_holds_up_only_who_asks(fake: FakeHub) -> None:
    """The loop runs on while the Hub hangs."""
    hub = await made(fake)
    fake.trouble = "hang"
    asking = asyncio.create_task(hub.actor_for_token("x"))
    began = time.monotonic()
    await asyncio.sleep(0.01)
    assert time.monotonic() - began < 0.2
    with pytest.raises(ServiceUnavailable):
        await asking
    await hub.close()
