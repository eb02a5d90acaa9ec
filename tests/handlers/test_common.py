"""What every answer has: the browser's view of our address."""

from __future__ import annotations

import pytest

from remoteappmanager.handlers.common import content_security_policy, is_host
from tests.fakes.hub import FakeHub
from tests.fakes.process import Process, running_process


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("example.org", True),
        ("example.org:8000", True),
        ("[::1]:80", True),
        ("", False),
        ("a/b", False),
        ("user@host", False),
        ("host:notaport", False),
        ("host:99999", False),
        ("a b", False),
        ('a"b', False),
        ("a\\b", False),
        ("a?b", False),
        ("a#b", False),
    ],
)
def test_what_a_forwarded_host_may_be(text: str, expected: bool) -> None:
    """Only ``host`` or ``host:port`` becomes part of an address of ours."""
    assert is_host(text) is expected


def test_analytics_in_the_policy() -> None:
    """The host of Google Analytics is there only when asked for."""
    assert "google" in content_security_policy(analytics=True)
    assert "google" not in content_security_policy()


async def location(process: Process, headers: dict[str, str]) -> str:
    process.database.create_user("alice")
    process.database.create_application("app/tiny")
    mapping_id = process.database.grant_access("app/tiny", "alice", None, False, False, None, False)
    answer = await process.api("POST", "containers/", {"mapping_id": mapping_id}, headers=headers)
    assert answer.status == 201, answer.text
    return answer.headers["Location"]


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        ({"Host": "apps.example.org"}, "http://apps.example.org"),
        (
            {"Host": "x", "X-Forwarded-Host": "apps.example.org:8443"},
            "http://apps.example.org:8443",
        ),
        (
            {"Host": "apps.example.org", "X-Forwarded-Proto": "https,http"},
            "https://apps.example.org",
        ),
        ({"Host": "good.example", "X-Forwarded-Host": "a/b?c"}, "http://good.example"),
        ({"Host": "good.example", "X-Forwarded-Proto": "javascript"}, "http://good.example"),
    ],
)
async def test_location_is_as_the_browser_sees_it(
    process: Process, headers: dict[str, str], origin: str
) -> None:
    """Behind proxies an absolute address has the outermost scheme and host."""
    found = await location(process, headers)
    prefix = f"{origin}/user/alice/api/v1/containers/"
    assert found.startswith(prefix)
    assert len(found.removeprefix(prefix)) == 33


async def test_a_public_url_wins(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the Hub knows the public address, nobody else is believed."""
    environment = {"JUPYTERHUB_PUBLIC_URL": "https://hub.example/user/alice/"}
    async with running_process(monkeypatch, hub, environment=environment) as process:
        found = await location(process, {"X-Forwarded-Host": "evil.example"})
        assert found.startswith("https://hub.example/user/alice/api/v1/containers/")
