"""The user's process as a whole: real launcher, SQLite, a simulated engine; what a page costs."""

from __future__ import annotations

import contextlib
import pathlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import pytest
import requests
from sqlalchemy import Engine, event

from remoteappmanager import base_application, composition
from remoteappmanager.db import orm
from remoteappmanager.docker.container_manager import ContainerManager
from remoteappmanager.launcher import Launcher
from remoteappmanager.watch.lists import DockerLists
from tests.fakes.docker_daemon import FakeDockerDaemon
from tests.fakes.docker_images import FakeImage
from tests.fakes.hub import FakeHub
from tests.fakes.process import Process, running_process
from tests.fixtures.process import hub

__all__ = ["hub"]


class Costs:
    """Counts SQL queries and Docker calls, both at the wire."""

    def __init__(self) -> None:
        self.queries: list[str] = []
        self.docker: Counter[str] = Counter()

    def clear(self) -> None:
        self.queries.clear()
        self.docker.clear()

    @contextlib.contextmanager
    def counted(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Costs]:
        def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
            if not statement.startswith("PRAGMA"):
                self.queries.append(statement)

        send = requests.Session.send

        def counting(
            session: requests.Session, request: requests.PreparedRequest, **kwargs: object
        ):  # type: ignore[no-untyped-def]
            if not str(request.url).endswith("/version"):
                self.docker[f"{request.method} {str(request.url).split('?')[0]}"] += 1
            return send(session, request, **kwargs)  # type: ignore[arg-type]

        monkeypatch.setattr(requests.Session, "send", counting)
        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield self
        finally:
            event.remove(Engine, "before_cursor_execute", note)


@contextlib.asynccontextmanager
async def real_process(
    monkeypatch: pytest.MonkeyPatch, hub: FakeHub, tmp_path: pathlib.Path, applications: int
) -> AsyncIterator[Process]:
    """Alice's process with everything real that can be, and ``applications`` granted to her."""
    url = f"sqlite:///{tmp_path / 'db.sqlite'}"
    orm.Database(url).reset()
    database = orm.ORMDatabase(url)
    database.create_user("alice")
    with FakeDockerDaemon(images=[]) as daemon:
        for number in range(applications):
            name = f"test/app{number}"
            daemon.add_image(FakeImage([name]))
            database.create_application(name)
            database.grant_access(name, "alice", None, False, False, None, False)
        manager = ContainerManager({"base_url": daemon.base_url}, "application-test")
        async with running_process(monkeypatch, hub, database=database) as process:
            process.application.container_manager = manager
            process.application.launcher = Launcher(
                database=database,
                container_manager=manager,
                lists=DockerLists(manager, "alice"),
                gate=process.application.gate,
                events=process.application.events,
                base_urlpath=process.base,
                home=None,
                network_timeout=20,
            )
            yield process


@pytest.mark.parametrize(("applications", "running"), [(1, 0), (2, 2), (40, 2)])
async def test_a_page_load_costs_one_query_and_two_docker_calls(
    monkeypatch: pytest.MonkeyPatch,
    hub: FakeHub,
    tmp_path: pathlib.Path,
    applications: int,
    running: int,
) -> None:
    """The home page with its list, whatever the number of applications and containers."""
    costs = Costs()
    async with real_process(monkeypatch, hub, tmp_path, applications) as process:
        browser = await process.browser()
        body = (await browser.fetch("GET", "api/v1/applications/")).json
        assert body["total"] == applications
        for mapping_id in body["identifiers"][:running]:
            answer = await browser.fetch("POST", "api/v1/containers/", {"mapping_id": mapping_id})
            assert answer.status == 201, answer.text
        with costs.counted(monkeypatch):
            assert (await browser.get(process.base)).status == 200
            assert (costs.queries, dict(costs.docker)) == ([], {})
            body = (await browser.fetch("GET", "api/v1/applications/")).json
        assert len([item for item in body["items"].values() if "container" in item]) == running
        assert len(costs.queries) == 1, costs.queries
        assert sum(costs.docker.values()) <= 2, costs.docker
        for url_id in (await browser.fetch("GET", "api/v1/containers/")).json["identifiers"]:
            assert (await browser.fetch("DELETE", f"api/v1/containers/{url_id}/")).status == 204


async def test_docker_stopped_and_started_again(
    monkeypatch: pytest.MonkeyPatch, hub: FakeHub, tmp_path: pathlib.Path
) -> None:
    """While Docker is away the answer says so; then all works again without a restart."""
    url = f"sqlite:///{tmp_path / 'db.sqlite'}"
    orm.Database(url).reset()
    with FakeDockerDaemon(images=[]) as daemon:
        manager = ContainerManager({"base_url": daemon.base_url}, "application-test")
        async with running_process(monkeypatch, hub, database=orm.ORMDatabase(url)) as process:
            process.application.launcher = Launcher(
                database=process.database,
                container_manager=manager,
                lists=DockerLists(manager, "alice"),
                gate=process.application.gate,
                events=process.application.events,
                base_urlpath=process.base,
                home=None,
                network_timeout=20,
            )
            assert (await process.api("GET", "applications/")).status == 200
            daemon.stop()
            answer = await process.api("GET", "applications/")
            assert (answer.status, answer.json["service"]) == (503, "Docker")
            daemon.start()
            assert (await process.api("GET", "applications/")).status == 200
            await manager.close()


async def test_a_missing_database_is_a_clear_answer(
    monkeypatch: pytest.MonkeyPatch, hub: FakeHub, tmp_path: pathlib.Path
) -> None:
    """A database that is not there is said, and is no dead process."""
    database = orm.ORMDatabase(f"sqlite:///{tmp_path / 'missing.db'}")
    async with running_process(monkeypatch, hub, database=database) as process:
        answer = await process.api("GET", "applications/")
        assert (answer.status, answer.json["service"]) == (503, "The database")
        assert (await (await process.browser()).get(process.base)).status == 200


def test_the_fakes_stand_where_the_real_ones_stand() -> None:
    """The names that the tests put fakes under are those that the application uses."""
    assert base_application.Launcher is Launcher
    assert callable(composition.make_database)
    assert callable(composition.make_gate)
