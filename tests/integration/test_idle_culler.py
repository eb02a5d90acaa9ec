"""JupyterHub's own culler ends processes that nobody uses; applications do not notice."""

import os
import pathlib
from collections.abc import Iterator

import pytest

from tests.integration.deployment import Deployment, eventually
from tests.integration.test_main_job import TINY, quit_all, start

#: As the manual says, but impatient.
CULLER = """\
import sys
culler = [sys.executable, "-m", "jupyterhub_idle_culler"]
c.JupyterHub.services.append(
    {"name": "culler", "command": [*culler, "--timeout=3", "--cull-every=1"]}
)
c.JupyterHub.load_roles.append(
    {
        "name": "culler",
        "services": ["culler"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
)
"""


@pytest.fixture
def site(tmp_path: pathlib.Path) -> Iterator[Deployment]:
    """A deployment with the culler."""
    engine = os.environ.get("DOCKER_HOST", "")
    deployment = Deployment(tmp_path / "run", engine=engine, hub_config=CULLER)
    try:
        yield deployment.start()
    finally:
        deployment.stop()


def test_an_application_outlives_its_owners_process(site: Deployment) -> None:
    """A culled process takes no application with it: the page goes on, a new process lists it
    under the same address, and ends it.
    """
    mapping = site.grant(TINY, "alice")
    alice = site.enter("alice")
    path = start(site, alice, mapping)
    assert alice.get(path).status_code == 200
    eventually(lambda: site.server("alice") is None, 40, "the process is culled")
    assert "Culling server alice" in site.hub_log()
    assert alice.get(path, allow_redirects=False).status_code == 200
    assert [c.status for c in site.containers()] == ["running"]
    again = site.enter("alice")
    (url_id,) = site.api(again, "GET", "containers/").json()["identifiers"]
    assert url_id in path
    quit_all(site, again)
    assert not site.containers()
