"""A realm of any size behind an administration that is asked as its panel does.

The accounting is a real database and Docker's wire a real one (the simulated engine's); what
crosses either is counted. The containers have no processes: nothing here talks to them.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import event

from remoteappmanager.composition import make_container_manager
from remoteappmanager.db.bulk import Declaration, Grant
from remoteappmanager.db.orm import ORMDatabase
from remoteappmanager.docker import docker_labels
from remoteappmanager.file_config import FileConfig
from tests.fakes.docker_daemon import FakeDockerDaemon
from tests.fakes.docker_images import FakeImage
from tests.fakes.hub import FakeHub
from tests.fakes.process import Process, running_process

REALM = "tests"
#: The user who is granted every application.
GRANTED = "user00000"


@dataclasses.dataclass(frozen=True)
class Size:
    """How much there is of what."""

    users: int
    applications: int
    containers: int


TEN = Size(10, 10, 10)
LARGE = Size(10_000, 200, 100)

#: Section of the panel -> what it asks for when it is opened; ``{id}`` is the granted user's.
SECTIONS = {
    "overview": ["stats/"],
    "containers": ["containers/?limit=25", "containers/?sort=-started&limit=25&search=user"],
    "users": ["users/?sort=name&limit=25", "users/?search=00&sort=-name&limit=25&offset=25"],
    "grants": [
        "accounting/?limit=25&filter=%7B%22user_id%22:%22{id}%22%7D",
        "users/?id={id}",
    ],
    "applications": ["applications/?sort=image&limit=25"],
    "dialogs": ["applications/", "images/"],
}


@dataclasses.dataclass
class SizedRealm:
    """The administration, and the counts of what its questions cost."""

    process: Process
    daemon: FakeDockerDaemon
    user_id: int
    statements: list[str]

    async def open(self, section: str) -> None:
        """Ask all that a section asks."""
        for path in SECTIONS[section]:
            address = path.replace("{id}", str(self.user_id))
            answer = await self.process.api("GET", address)
            assert answer.status == 200, f"{address}: {answer.text}"
            assert answer.json.get("total", 1), f"{address}: nothing found"

    async def cost(self, section: str) -> tuple[int, int]:
        """SQL statements and requests to Docker of one opening."""
        self.statements.clear()
        self.daemon.failures.calls.clear()
        await self.open(section)
        return len(self.statements), sum(self.daemon.failures.calls.values())


@contextlib.asynccontextmanager
async def sized_realm(size: Size, url: str) -> AsyncIterator[SizedRealm]:
    """The administration of a realm of that size, with its accounting at ``url``; warmed up."""
    database = ORMDatabase(url=url)
    images = [f"group/application{number:03}:1.0" for number in range(size.applications)]
    _fill(database, size, images)
    user = database.get_user(user_name=GRANTED)
    assert user is not None
    with contextlib.ExitStack() as stack:
        daemon = stack.enter_context(
            FakeDockerDaemon(images=[FakeImage([name]) for name in images])
        )
        _run(daemon, size, images)
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        manager = make_container_manager(
            FileConfig(docker_host=daemon.base_url, docker_realm=REALM)
        )
        async with FakeHub().running() as hub:
            hub.logged_in = "alice"
            async with running_process(patch, hub, admin=True, database=database) as process:
                process.application.container_manager = manager
                realm = SizedRealm(process, daemon, user.id, _statements(database))
                for section in SECTIONS:
                    await realm.open(section)
                yield realm


def _fill(database: ORMDatabase, size: Size, images: list[str]) -> None:
    database.db.reset()
    users = [f"user{number:05}" for number in range(size.users)]
    grants = [Grant(GRANTED, image) for image in images]
    grants += [Grant(user, images[number % len(images)]) for number, user in enumerate(users)]
    database.apply(Declaration.of(users, images, grants))


def _run(daemon: FakeDockerDaemon, size: Size, images: list[str]) -> None:
    """Containers that Docker says run."""
    engine = daemon.engine
    for number in range(size.containers):
        labels = {
            docker_labels.REALM: REALM,
            docker_labels.USER: f"user{number:05}",
            docker_labels.MAPPING_ID: f"{number:032x}",
            docker_labels.URL_ID: f"{number:032x}",
        }
        body: dict[str, Any] = {"Image": images[number % len(images)], "Labels": labels}
        container = engine.create(f"{REALM}-container-{number}", body)
        container.status = "running"
        container.ended.set()


def _statements(database: ORMDatabase) -> list[str]:
    """What is said to the database from now on; the list grows."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    event.listen(database.db.engine, "before_cursor_execute", note)
    return said
