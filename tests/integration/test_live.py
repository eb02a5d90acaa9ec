"""What happens elsewhere is told to open pages within two seconds, on real parts.

The engine is reached through a ``Wire``, which counts what Docker is asked.
"""

import concurrent.futures
import json
import os
import queue
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.fakes.wire import Wire
from tests.integration.deployment import Deployment, Visitor, eventually
from tests.integration.test_main_job import TINY, quit_all, start

JUPYTER = "remoteapp/jupyter:latest"
#: Seconds of notice before an application is ended whose grant was taken away.
NOTICE = 3


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    with Wire(os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock") as wire:
        yield wire


@pytest.fixture(scope="module")
def live(wire: Wire, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A deployment of its own, which ends applications that are not granted any more."""
    running = Deployment(
        tmp_path_factory.mktemp("live"),
        engine=wire.base_url,
        app_config=f"end_revoked_after = {NOTICE}\n",
    )
    running.start()
    yield running
    running.stop()


@pytest.fixture
def alice(live: Deployment) -> Iterator[Visitor]:
    visitor = live.enter("alice")
    yield visitor
    quit_all(live, visitor)


class Page(threading.Thread):
    """An open page: hears the stream, and looks at the list when it is told to."""

    def __init__(self, live: Deployment, visitor: Visitor, *, last_id: str = "") -> None:
        super().__init__(daemon=True)
        headers = {"Last-Event-ID": last_id} if last_id else {}
        self._live, self._visitor = live, visitor
        self._response = live.api(
            visitor, "GET", "events/", stream=True, timeout=(30, 60), headers=headers
        )
        assert self._response.status_code == 200
        self.heard: queue.Queue[tuple[str, dict[str, Any], str]] = queue.Queue()
        self._socket: socket.socket = self._response.raw.connection.sock
        self._last_id = last_id
        self.start()

    def run(self) -> None:
        name = event_id = ""
        try:
            for raw in self._response.iter_lines(chunk_size=1):
                field, _, value = raw.decode().partition(": ")
                if field == "id":
                    event_id = value
                elif field == "event":
                    name = value
                elif field == "data":
                    self.heard.put((name, json.loads(value), event_id))
        except (requests.RequestException, AttributeError, ValueError):
            return  # closed by us

    def next(self, name: str, timeout: float = 5) -> dict[str, Any]:
        """The data of the next event of that name; others are passed over."""
        until = time.monotonic() + timeout
        while True:
            heard, data, self._last_id = self.heard.get(timeout=max(0, until - time.monotonic()))
            if heard == name:
                return data

    @property
    def last_id(self) -> str:
        return self._last_id

    def close(self) -> None:
        # Closing the response would wait for the thread that reads it.
        self._socket.shutdown(socket.SHUT_RDWR)
        self.join(5)
        self._response.close()


@pytest.fixture
def page(live: Deployment, alice: Visitor) -> Iterator[Page]:
    opened = Page(live, alice)
    yield opened
    opened.close()


def quickly(page: Page, name: str) -> dict[str, Any]:
    """The event, which must come within two seconds from now."""
    try:
        return page.next(name, timeout=2)
    except queue.Empty:
        raise AssertionError(f"no {name!r} within two seconds") from None


def test_docker_kill(live: Deployment, alice: Visitor, page: Page) -> None:
    """A killed application is told within two seconds, with reason, code and last words, and
    its container is removed after its log was read.
    """
    mapping = live.grant(JUPYTER, "alice")
    path = start(live, alice, mapping)
    [container] = live.containers()
    container.kill()
    told = quickly(page, "ended")
    assert told["mapping_id"] == mapping
    assert f"/{told['url_id']}/" in path
    assert (told["asked"], told["exit_code"], told["out_of_memory"]) == (False, 137, False)
    assert "SIGKILL" in told["reason"]
    assert "Jupyter" in told["log"]
    assert told["ref"] in live.hub_log()
    eventually(lambda: live.containers() == [], 5, "the dead container is removed")


def test_docker_stop_and_the_panel(live: Deployment, alice: Visitor, page: Page) -> None:
    """One that somebody stopped is told as that, without evidence."""
    mapping = live.grant(TINY, "alice")
    start(live, alice, mapping)
    live.containers()[0].stop(timeout=1)
    assert quickly(page, "ended")["asked"]
    start(live, alice, mapping)
    [running] = [c for c in live.containers() if c.status == "running"]
    running.remove(force=True)
    told = quickly(page, "ended")
    assert (told["asked"], told["exit_code"], told["log"]) == (True, None, "")
    assert "stopped" in told["reason"]


def test_a_page_that_is_opened_later(live: Deployment, alice: Visitor) -> None:
    """An end that no page saw is told to the next one, once."""
    start(live, alice, live.grant(JUPYTER, "alice"))
    live.containers()[0].kill()
    eventually(lambda: live.containers() == [], 5, "it is found out")
    late = Page(live, alice)
    assert "Jupyter" in late.next("ended")["log"]
    late.close()
    later = Page(live, alice)
    with pytest.raises(queue.Empty):
        later.next("ended", timeout=1)
    later.close()


def test_a_connection_that_was_lost(live: Deployment, alice: Visitor) -> None:
    """Who comes back with the last id hears what happened meanwhile."""
    mapping = live.grant(TINY, "alice")
    first = Page(live, alice)
    start(live, alice, mapping)
    first.next("step")
    seen = first.last_id
    first.close()
    quit_all(live, alice)
    again = Page(live, alice, last_id=seen)
    steps = [again.next("step")["step"] for _ in range(5)]
    assert steps == ["image", "environment", "start", "wait", "publish"]
    assert again.next("ended")["asked"]
    again.close()


def test_an_image_that_is_built_or_removed(live: Deployment, alice: Visitor, page: Page) -> None:
    """The list is worth a look: an application appears when its image does."""
    live.grant("remoteapp/extra:latest", "alice")
    before = live.api(alice, "GET", "applications/").json()["total"]
    tiny = live.docker().images.get(TINY)
    time.sleep(1.5)
    while not page.heard.empty():
        page.heard.get()
    assert tiny.tag("remoteapp/extra", "latest")
    try:
        quickly(page, "change")
        assert live.api(alice, "GET", "applications/").json()["total"] == before + 1
    finally:
        live.docker().images.remove("remoteapp/extra:latest")
    quickly(page, "change")
    assert live.api(alice, "GET", "applications/").json()["total"] == before


def test_a_grant_by_remoteappdb(live: Deployment, alice: Visitor, page: Page) -> None:
    """It is told within two seconds, and is in the list then."""
    live.grant(TINY, "bob")
    time.sleep(1.5)  # the watch has begun, and all that was is told
    while not page.heard.empty():
        page.heard.get()
    before = live.api(alice, "GET", "applications/").json()["total"]
    live.remoteappdb("app", "grant", TINY, "alice", "--license", "new")
    quickly(page, "change")
    after = live.api(alice, "GET", "applications/").json()["total"]
    assert after == before + 1


def test_a_grant_that_is_taken_away(live: Deployment, alice: Visitor, page: Page) -> None:
    """What runs is announced within two seconds, and ended after the notice."""
    mapping = live.grant(TINY, "alice", app_license="short")
    start(live, alice, mapping)
    time.sleep(1.5)
    live.remoteappdb("app", "revoke", TINY, "alice", "--license", "short", "--allow-home")
    told = quickly(page, "revoked")
    assert told["mapping_id"] == mapping
    assert 0 < told["ends_at"] - time.time() <= NOTICE
    assert live.containers()
    ended = page.next("ended", timeout=NOTICE + 5)
    assert ended["asked"] and "withdrawn" in ended["reason"]
    eventually(lambda: live.containers() == [], 10, "it is removed")


def test_a_hundred_pages_cost_what_one_costs(live: Deployment, alice: Visitor, wire: Wire) -> None:
    """Docker is asked no more when a hundred pages of one user hear of something and look."""
    mapping = live.grant(TINY, "alice")
    costs: dict[int, int] = {}
    for number in (1, 100):
        pages = [Page(live, alice) for _ in range(number)]
        # The gate asks Docker too, whatever the number of pages. Images are of interest to
        # pages alone.
        before = len(_lists(wire))
        url = start(live, alice, mapping)
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            answers = pool.map(lambda one: _hear_and_look(live, alice, one), pages)
            assert all(mapping in answer["items"] for answer in answers)
        live.api(alice, "DELETE", f"containers/{url.rstrip('/').rpartition('/')[2]}/")
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            answers = pool.map(lambda one: _hear_and_look(live, alice, one, "ended"), pages)
            assert all("container" not in answer["items"][mapping] for answer in answers)
        costs[number] = len(_lists(wire)) - before
        for one in pages:
            one.close()
    assert costs[1] > 0
    assert costs[100] <= costs[1] + 1, costs


def _lists(wire: Wire) -> list[str]:
    """What is asked for pages: lists of all images, one with each list, and events."""
    return [line for line in wire.requests if "/images/json" in line or "/events" in line]


def _hear_and_look(
    live: Deployment, alice: Visitor, page: Page, name: str = "change"
) -> dict[str, Any]:
    page.next(name, timeout=20)
    answer: dict[str, Any] = live.api(alice, "GET", "applications/").json()
    return answer
