"""The client as an object, through restarts; and that what it starts is seen everywhere at once."""

import json
import os
import pathlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest
import requests

from remoteappmanager.cli.remoteapprest.client import Client
from remoteappmanager.cli.remoteapprest.errors import Unreachable
from remoteappmanager.exceptions import RemoteAppError
from tests.integration.command_line import Person
from tests.integration.deployment import Deployment, Visitor, eventually


@pytest.fixture
def own(tmp_path: pathlib.Path) -> Iterator[Deployment]:
    """A deployment that the test may break."""
    running = Deployment(tmp_path / "own", engine=os.environ.get("DOCKER_HOST", ""))
    try:
        yield running.start()
    finally:
        running.stop()


def until_it_works(act: Callable[[], Any], timeout: float = 40) -> Any:
    """What ``act`` gives in the end. Until then each error is one that says to wait."""
    until = time.monotonic() + timeout
    while True:
        try:
            return act()
        except RemoteAppError as exc:
            assert isinstance(exc, Unreachable), f"{type(exc).__name__}: {exc}"
            assert time.monotonic() < until, exc
            time.sleep(0.1)


def connections(deployment: Deployment) -> list[Any]:
    """The connections of this process to the deployment's proxy."""
    mine = psutil.Process().net_connections("tcp")
    return [c for c in mine if c.raddr and c.raddr.port == deployment.port and c.status != "NONE"]


def test_a_client_survives_restarts(own: Deployment, tmp_path: pathlib.Path) -> None:
    """One object: connects when first used, and again after the proxy and the Hub restarted."""
    person = Person(own.url, "rest-long", tmp_path / "home")
    mapping = own.grant("remoteapp/tiny:latest", person.name)
    person.log_in()
    own.stop_hub()
    eventually(lambda: not own.pids("configurable-http-proxy"), what="the proxy has ended")
    with Client.from_file(person.file) as client:
        # Made while nobody listens: it connects when it is used.
        with pytest.raises(Unreachable, match="Nobody answers"):
            client.applications()
        own.start_hub()
        assert [each.mapping_id for each in client.applications()] == [mapping]
        container = client.start("tiny")

        own.kill(own.proxy_pid())
        (still,) = until_it_works(client.containers)
        assert still == container

        own.stop_hub()
        own.start_hub()
        (still,) = until_it_works(client.containers)
        assert still == container
        client.stop("tiny")
        assert client.containers() == []


def test_a_client_can_be_disconnected(deployment: Deployment, alice: Person) -> None:
    """Nothing stays open, also not the stream of a start's steps; the next use connects again."""
    alice.log_in()
    before = len(connections(deployment))
    client = Client.from_file(alice.file)
    assert len(connections(deployment)) == before
    client.start("tiny")
    assert len(connections(deployment)) > before
    client.disconnect()
    eventually(lambda: len(connections(deployment)) == before, 5, "all are closed")
    client.stop("tiny")
    client.disconnect()


class Listener:
    """What an open page of ``visitor`` hears, from now on."""

    def __init__(self, deployment: Deployment, visitor: Visitor) -> None:
        self._news: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
        self._answer = deployment.api(visitor, "GET", "events/", stream=True)
        assert self._answer.status_code == 200
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        name = ""
        try:
            for line in self._answer.iter_lines(chunk_size=1):
                field, _, value = line.decode().partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    self._news.put((name, json.loads(value)))
        except requests.RequestException:
            return

    def wait_for(self, *names: str, **data: Any) -> list[tuple[str, dict[str, Any]]]:
        """All that is heard until an event of one of these names, with ``data``."""
        heard = []
        while True:
            heard.append(self._news.get(timeout=20))
            name, told = heard[-1]
            if name in names and told.items() >= data.items():
                return heard


def test_what_the_command_line_does_is_seen_in_the_page_at_once(
    deployment: Deployment, alice: Person
) -> None:
    """An open page hears of a start's steps, and then to look; of a stop too."""
    alice.log_in()
    browser = deployment.enter(alice.name)
    page = Listener(deployment, browser)
    url_id = alice.start()
    heard = page.wait_for("step", mapping_id=alice.mapping)
    heard += page.wait_for("change")
    listed = deployment.api(browser, "GET", "applications/").json()["items"][alice.mapping]
    assert listed["container"]["url_id"] == url_id
    alice.run("app", "stop", url_id)
    page.wait_for("change", "ended")
    listed = deployment.api(browser, "GET", "applications/").json()["items"][alice.mapping]
    assert listed.get("container") is None


def test_what_the_page_does_is_seen_by_the_command_line(
    deployment: Deployment, alice: Person
) -> None:
    """What was started in the browser is listed, kept and stopped like one's own."""
    alice.log_in()
    browser = deployment.enter(alice.name)
    body = {"mapping_id": alice.mapping}
    answer = deployment.api(browser, "POST", "containers/", json=body)
    assert answer.status_code == 201, answer.text
    url_id = answer.headers["Location"].rstrip("/").rsplit("/", 1)[-1]
    assert alice.run("app", "running").stdout.startswith(f"{url_id} : ")
    assert alice.start(alice.mapping, "--keep") == url_id
    alice.run("app", "stop", url_id)
    assert deployment.api(browser, "GET", "containers/").json()["identifiers"] == []
