"""``%remoteapp`` in a real IPython kernel, against real Hubs and Docker."""

import os
from collections.abc import Iterator

import pytest

from tests.integration.command_line import TINY, Person
from tests.integration.deployment import Deployment
from tests.integration.kernel import Kernel


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Another site, below a path."""
    running = Deployment(
        tmp_path_factory.mktemp("elsewhere"),
        engine=os.environ.get("DOCKER_HOST", ""),
        prefix="/apps",
    )
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture
def kernel(alice: Person) -> Iterator[Kernel]:
    """The kernel of a notebook of ``alice``'s, with the magic."""
    with Kernel(alice) as running:
        running.cell("%load_ext remoteappmanager.magics")
        yield running


def test_the_magics(deployment: Deployment, alice: Person, kernel: Kernel) -> None:
    """List, start with a link, list what runs, stop; progress is no error."""
    assert "You are not logged in" in kernel.refused("%remoteapp available")
    alice.log_in()
    listed = kernel.cell("%remoteapp available")
    assert listed["text/plain"] == f"{alice.mapping} : Tiny page"
    assert "Your server is ready" in kernel.printed["stdout"]
    assert "stderr" not in kernel.printed

    started = kernel.cell("app = %remoteapp start Tiny page\napp")
    address = started["text/plain"]
    assert f'href="{address}"' in started["text/html"]
    assert deployment.enter(alice.name).get(address).ok
    again = kernel.cell("%remoteapp start tiny")
    assert again["text/plain"] == address
    assert address in kernel.cell("%remoteapp running")["text/html"]

    url_id = address.rstrip("/").rsplit("/", 1)[-1]
    assert alice.run("app", "running").stdout == f"{url_id} : {TINY}\n"
    assert kernel.cell("%remoteapp stop tiny") == {}
    assert kernel.cell("%remoteapp running")["text/plain"] == "(none)"
    assert "no application 'nothing'" in kernel.refused("%remoteapp start nothing")
    assert "No running application 'tiny'" in kernel.refused("%remoteapp stop tiny")
    assert "--resolution" in kernel.refused("%remoteapp start tiny --resolution")


def test_several_servers_by_name(
    deployment: Deployment, elsewhere: Deployment, alice: Person, kernel: Kernel
) -> None:
    """A profile file names several servers; each is looked up by name, with its own login."""
    (alice.home / ".remoteapprest.ini").write_text(
        f"[here]\nurl = {deployment.url}\nusername = {alice.name}\n"
        f"[there]\nurl = {elsewhere.url}\nusername = alice-there\n"
    )
    mapping = elsewhere.grant(TINY, "alice-there")
    alice.run("--server", "here", "login", input="any\n")
    line = kernel.refused("%remoteapp --server there available")
    assert "You are not logged in" in line
    assert "remoteapprest --server there login" in line
    alice.run("--server", "there", "login", input="any\n")
    assert not alice.file.exists()

    assert alice.mapping in kernel.cell("%remoteapp --server here available")["text/plain"]
    assert mapping in kernel.cell("%remoteapp --server there available")["text/plain"]
    address = kernel.cell("%remoteapp --server there start tiny")["text/plain"]
    assert address.startswith(f"{elsewhere.url}/user/alice-there/containers/")
    assert kernel.cell("%remoteapp --server here running")["text/plain"] == "(none)"
    assert TINY in kernel.cell("%remoteapp --server there running")["text/plain"]
    kernel.cell("%remoteapp --server there stop tiny")
    line = kernel.refused("%remoteapp --server nowhere running")
    assert "no server 'nowhere'" in line
    assert "here, there" in line
