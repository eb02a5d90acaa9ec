"""The Hub tells the gate when somebody's rights change."""

import http.server
import json
import queue
import threading
import time

import pytest

from jupyterhub import orm
from remoteappmanager.jupyterhub import hints


@pytest.fixture
def told(monkeypatch) -> list:
    """The names that hints were sent about."""
    names: list = []
    hints.install(names.append)
    yield names
    hints.install(lambda _name: None)


@pytest.fixture
def alice(hub_db) -> orm.User:
    user = orm.User(name="alice")
    hub_db.add(user)
    hub_db.commit()
    return user


def add_token(hub_db, **owner) -> orm.APIToken:
    token = orm.APIToken(**owner, client_id=None)
    hub_db.add(token)
    hub_db.commit()
    return token


def test_a_deleted_token_is_a_hint(hub_db, alice, told) -> None:
    """A logout or a revocation deletes tokens: the gate hears the user's name."""
    token = add_token(hub_db, user=alice)
    told.clear()
    hub_db.delete(token)
    assert told == []
    hub_db.commit()
    assert told == ["alice"]


def test_hints_of_one_commit_are_one(hub_db, alice, told) -> None:
    """A logout that deletes five tokens is one hint."""
    tokens = [add_token(hub_db, user=alice) for _ in range(5)]
    told.clear()
    for token in tokens:
        hub_db.delete(token)
    hub_db.commit()
    assert told == ["alice"]


def test_what_is_rolled_back_is_no_hint(hub_db, alice, told) -> None:
    """Only what was committed is told."""
    token = add_token(hub_db, user=alice)
    told.clear()
    hub_db.delete(token)
    hub_db.flush()
    hub_db.rollback()
    hub_db.commit()
    assert told == []


def test_the_admin_flag_is_a_hint_and_activity_is_not(hub_db, alice, told) -> None:
    """A change of the admin flag is told, the daily updates of a user are not."""
    alice.last_activity = orm.utcnow(with_tz=False)
    hub_db.commit()
    assert told == []
    alice.admin = True
    hub_db.commit()
    assert told == ["alice"]


def test_a_deleted_user_is_a_hint(hub_db, alice, told) -> None:
    """With their tokens or without."""
    add_token(hub_db, user=alice)
    told.clear()
    hub_db.delete(alice)
    hub_db.commit()
    assert told == ["alice"]


def test_a_services_token_is_no_hint(hub_db, told) -> None:
    """Services are not users."""
    service = orm.Service(name="culler")
    token = add_token(hub_db, service=service)
    hub_db.delete(token)
    hub_db.commit()
    assert told == []


class Gate(http.server.BaseHTTPRequestHandler):
    """Stands for the gate; says what it was told in ``server.heard``."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.go_on.wait(5)  # type: ignore[attr-defined]
        self.server.heard.put(  # type: ignore[attr-defined]
            (self.path, self.headers["Authorization"], json.loads(body))
        )
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_args) -> None:
        """Say nothing."""


@pytest.fixture
def gate():
    server = http.server.HTTPServer(("127.0.0.1", 0), Gate)
    server.heard, server.go_on, server.status = queue.Queue(), threading.Event(), 204
    server.go_on.set()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.go_on.set()
    server.shutdown()
    thread.join()
    server.server_close()


def sender(server) -> hints.HintSender:
    return hints.HintSender(f"http://127.0.0.1:{server.server_port}/api/hint", "the-token")


def until(server, name: str) -> list[str]:
    """The names heard, up to ``name``."""
    heard: list[str] = []
    while name not in heard:
        heard.append(server.heard.get(timeout=5)[2]["user"])
    return heard


def test_a_hint_is_posted_with_its_token(gate) -> None:
    """The gate hears the name, and can tell who says it."""
    sender(gate).send("alice")
    assert gate.heard.get(timeout=5) == ("/api/hint", "token the-token", {"user": "alice"})


def test_the_hub_never_waits(gate) -> None:
    """While the gate hangs, sending returns at once, and names are sent once when it is back."""
    gate.go_on.clear()
    one = sender(gate)
    began = time.monotonic()
    one.send("first")
    for _ in range(1000):
        one.send("alice")
        one.send("bob")
    assert time.monotonic() - began < 1
    gate.go_on.set()
    one.send("last")
    heard = until(gate, "last")
    assert {"first", "alice", "bob"} <= set(heard)
    # One that may have been under way when the gate hung, and one after it.
    assert all(heard.count(name) <= 2 for name in heard)


@pytest.mark.parametrize("status", [403, 500])
def test_a_gate_that_refuses_harms_nobody(gate, status) -> None:
    """A hint that fails is forgotten; the next is sent all the same."""
    gate.status = status
    one = sender(gate)
    one.send("alice")
    gate.heard.get(timeout=5)
    one.send("bob")
    assert gate.heard.get(timeout=5)[2] == {"user": "bob"}


def test_a_gate_that_is_away_harms_nobody(gate, caplog) -> None:
    """Nothing listens: the thread lives on, and only the debug log has it."""
    one = hints.HintSender("http://127.0.0.1:9/api/hint", "x")
    one.send("alice")
    one._url = f"http://127.0.0.1:{gate.server_port}/api/hint"
    one.send("bob")
    assert until(gate, "bob")[-1] == "bob"
    assert not [r for r in caplog.records if r.levelname in ("WARNING", "ERROR")]
