"""Who may enter, as tables."""

from __future__ import annotations

import dataclasses

import pytest

from remoteappmanager.docker.container import Container
from remoteappmanager.gate.access import (
    Destination,
    destination,
    find,
    may_enter,
    may_manage,
    worker_of,
)

ID = "0" * 32
GATE = "access:services!service=remoteappgate"
PLACE = Destination(ID, "d", "alice", f"/user/alice/containers/{ID}", "http://10.0.0.2:8888")


@dataclasses.dataclass(frozen=True)
class Someone:
    """An actor."""

    name: str
    kind: str = "user"
    admin: bool = False
    scopes: frozenset[str] = frozenset({GATE})


ENTER = [
    pytest.param(Someone("alice"), True, id="owner"),
    pytest.param(Someone("Alice"), False, id="other-case-is-another-user"),
    pytest.param(Someone("bob"), False, id="other"),
    pytest.param(
        Someone("bob", scopes=frozenset({"access:servers"})), False, id="other-wide-token"
    ),
    pytest.param(Someone("root", admin=True), True, id="admin"),
    pytest.param(Someone("root", admin=True, scopes=frozenset()), False, id="admin-narrow-token"),
    pytest.param(Someone("alice", kind="service"), False, id="service-of-the-owners-name"),
    pytest.param(Someone("alice", kind="service", admin=True), False, id="service"),
    pytest.param(Someone("alice", scopes=frozenset()), False, id="owner-narrow-token"),
    pytest.param(
        Someone("alice", scopes=frozenset({"access:servers!user=alice"})), True, id="owner-cli"
    ),
    pytest.param(
        Someone("alice", scopes=frozenset({"access:servers!server=alice/"})), True, id="own-server"
    ),
    pytest.param(
        Someone("alice", scopes=frozenset({"access:servers!server=alice2/"})),
        False,
        id="token-for-another-server",
    ),
    pytest.param(
        Someone("alice", scopes=frozenset({"access:services!service=other"})),
        False,
        id="token-for-another-service",
    ),
]


@pytest.mark.parametrize("actor, expected", ENTER)
def test_may_enter(actor: Someone, expected: bool) -> None:
    """The owner and administrators, with a token that is good for it."""
    assert may_enter(actor, PLACE) is expected


@pytest.mark.parametrize(
    "actor, expected",
    [
        (Someone("alice"), True),
        (Someone("bob"), False),
        (Someone("root", admin=True), True),
        (Someone("portal", kind="service"), True),
        (Someone("portal", kind="service", scopes=frozenset()), False),
    ],
)
def test_may_manage(actor: Someone, expected: bool) -> None:
    """The owner, administrators, and services that were given access to the gate."""
    assert may_manage(actor, "alice") is expected


@pytest.mark.parametrize(
    "path, found",
    [
        (f"/user/alice/containers/{ID}", True),
        (f"/user/alice/containers/{ID}/", True),
        (f"/user/alice/containers/{ID}/a/containers/b", True),
        (f"/user/%61lice/containers/{ID}/x", True),
        (f"/user/alice/containers/{ID}x", False),
        (f"/user/bob/containers/{ID}/", False),
        (f"/user/alice/containers/1/user/alice/containers/{ID}/", False),
        (f"/containers/{ID}/", False),
        (f"/user/%2561lice/containers/{ID}/", False),
        ("/", False),
        ("", False),
    ],
)
def test_find(path: str, found: bool) -> None:
    """By the whole path, decoded once."""
    assert find({ID: PLACE}, path) == (PLACE if found else None)


def test_a_destination_has_what_forwarding_needs() -> None:
    """Everything comes from the container's labels and its address."""
    container = Container(
        docker_id="d",
        url_id=ID,
        user="alice",
        urlpath=f"/user/alice/containers/{ID}",
        ip="10.0.0.2",
        port=8888,
    )
    assert destination(container, "/") == PLACE
    assert destination(container, "/jupyter/") is None


def test_workers_share_the_containers_and_keep_them() -> None:
    """Always the same worker for the same container, and all of them used."""
    ids = [f"{number:032x}" for number in range(200)]
    first = [worker_of(url_id, 3) for url_id in ids]
    assert first == [worker_of(url_id, 3) for url_id in ids]
    assert min(first.count(number) for number in range(3)) > 40
    assert {worker_of(url_id, 1) for url_id in ids} == {0}
