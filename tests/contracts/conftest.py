"""The engines that the contract suites run over: a real one, and the simulated one.

Both are reached through a ``Wire``, so that answers can be held back and the
daemon can seem to go away without touching a daemon that others use.
"""

from __future__ import annotations

import io
import json
import pathlib
import secrets
import shutil
import tarfile
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import docker
import pytest

from remoteappmanager.docker import docker_labels
from remoteappmanager.docker.container_manager import ContainerManager
from tests.contracts.behaviours import BEHAVIOURS, Behaviour
from tests.fakes.docker_daemon import FakeDockerDaemon
from tests.fakes.docker_images import FakeImage
from tests.fakes.wire import Wire

REAL = "unix:///var/run/docker.sock"


class Engine:
    """A Docker to test against."""

    def __init__(self, kind: str, wire: Wire, fake: Any = None) -> None:
        self.kind = kind
        self.wire = wire
        #: The simulated engine with its failure injection; None for the real one.
        self.fake = fake
        self.raw = docker.APIClient(wire.base_url, version="auto")

    @property
    def base_url(self) -> str:
        return self.wire.base_url

    def everything(self, realm: str) -> tuple[list[str], list[str]]:
        """Names of all containers, in whatever state, and networks of the realm."""
        label = {"label": [f"{docker_labels.REALM}={realm}"]}
        network = {"label": [f"{docker_labels.NETWORK_REALM}={realm}"]}
        containers = self.raw.containers(all=True, filters=label)
        return (
            [item["Names"][0] for item in containers],
            [item["Name"] for item in self.raw.networks(filters=network)],
        )

    def clean(self, realm: str) -> None:
        """Remove whatever a test left of its realm."""
        label = {"label": [f"{docker_labels.REALM}={realm}"]}
        for item in self.raw.containers(all=True, filters=label):
            self.raw.remove_container(item["Id"], v=True, force=True)
        network = {"label": [f"{docker_labels.NETWORK_REALM}={realm}"]}
        for item in self.raw.networks(filters=network):
            self.raw.remove_network(item["Id"])


def build_image(client: docker.APIClient, behaviour: type[Behaviour]) -> None:
    """Build a behaviour's image from busybox alone. Docker's cache makes the second build quick."""
    busybox = shutil.which("busybox")
    assert busybox, "busybox-static is needed"
    dockerfile = "\n".join(
        [
            "FROM scratch",
            "COPY busybox /bin/busybox",
            # Where a process without rights may write; scratch has no /tmp.
            'RUN ["/bin/busybox", "mkdir", "-m", "1777", "/tmp"]',
            "EXPOSE 8888 9999",
            *(f"LABEL {key}={json.dumps(value)}" for key, value in behaviour.labels.items()),
            f"ENTRYPOINT {json.dumps(behaviour.entrypoint())}",
        ]
    )
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        entry = archive.gettarinfo(str(pathlib.Path(busybox).resolve()), "busybox")
        entry.mtime, entry.mode = 0, 0o755
        with open(busybox, "rb") as program:
            archive.addfile(entry, program)
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(dockerfile.encode())
        archive.addfile(entry, io.BytesIO(dockerfile.encode()))
    context.seek(0)
    answers = client.build(
        fileobj=context, custom_context=True, tag=behaviour.image(), rm=True, decode=True
    )
    for answer in answers:
        assert "error" not in answer, answer


@pytest.fixture(scope="session")
def real_images() -> None:
    """The behaviours as images of the real engine."""
    client = docker.APIClient(REAL, version="auto")
    for behaviour in BEHAVIOURS:
        build_image(client, behaviour)
    client.close()


@pytest.fixture
def real_engine(real_images: None) -> Iterator[Engine]:
    """The Docker Engine of this machine."""
    with Wire(REAL) as wire:
        yield Engine("real", wire)


@pytest.fixture
def fake_engine() -> Iterator[Engine]:
    """The simulated engine, as a process of its own."""
    with FakeDockerDaemon() as fake:
        for behaviour in BEHAVIOURS:
            if behaviour.simulated:
                fake.add_image(FakeImage([behaviour.image()], dict(behaviour.labels)))
                fake.behave(behaviour.image(), behaviour.simulated)
        with Wire(fake.base_url) as wire:
            yield Engine("fake", wire, fake)


@pytest.fixture(params=["real", "fake"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    return request.getfixturevalue(f"{request.param}_engine")


@pytest.fixture
def realm(engine: Engine) -> Iterator[str]:
    """A realm that nobody else uses; what a test leaves of it is removed."""
    name = f"contract-{secrets.token_hex(4)}"
    yield name
    engine.clean(name)


@pytest.fixture
async def make_manager(engine: Engine) -> AsyncIterator[Callable[..., ContainerManager]]:
    """Makes managers on the engine, and closes them."""
    made: list[ContainerManager] = []

    def make(realm: str, **options: Any) -> ContainerManager:
        manager = ContainerManager({"base_url": engine.base_url}, realm, **options)
        made.append(manager)
        return manager

    yield make
    for manager in made:
        await manager.close()


@pytest.fixture
def manager(make_manager: Callable[..., ContainerManager], realm: str) -> ContainerManager:
    """A manager of the realm, with the defaults."""
    return make_manager(realm)
