"""The gate on real parts, in the modes that are not the default: several workers, ``direct``."""

import os
import pathlib
import signal
import time
from collections.abc import Callable, Iterator

import pytest
import requests

from tests.integration.deployment import Deployment, Visitor, eventually
from tests.integration.test_main_job import TINY, quit_all, start

OWNER = "bob smith+1@x.org"


@pytest.fixture
def own(tmp_path: pathlib.Path) -> Iterator[Callable[[str], Deployment]]:
    """A deployment of the test's own, with more lines in the configuration file."""
    made: list[Deployment] = []

    def make(app_config: str) -> Deployment:
        deployment = Deployment(
            tmp_path / "site", engine=os.environ.get("DOCKER_HOST", ""), app_config=app_config
        )
        made.append(deployment)
        return deployment.start()

    yield make
    for deployment in made:
        deployment.stop()


def works(visitor: Visitor, path: str) -> bool:
    """Whether the tiny application answers."""
    return "It works" in visitor.get(path).text


def launch(deployment: Deployment, visitor: Visitor, count: int) -> list[str]:
    """Start the tiny application under ``count`` different policies; their addresses."""
    grants = [
        deployment.grant(TINY, visitor.name, app_license=f"licence-{number}")
        for number in range(count)
    ]
    return [start(deployment, visitor, mapping) for mapping in grants]


def test_several_workers(own: Callable[[str], Deployment]) -> None:
    """Containers are spread over the workers; any of the gate's processes may be killed, and
    every address works again. With a name that has every kind of character.
    """
    deployment = own("gate_workers = 3")
    visitor = deployment.enter(OWNER)
    paths = launch(deployment, visitor, 5)
    targets = {route["target"] for route in deployment.container_routes().values()}
    assert len(targets) > 1
    assert all(works(visitor, path) for path in paths)

    other = deployment.enter("carol")
    assert [other.get(path).status_code for path in paths] == [404] * 5
    anonymous = [
        requests.get(deployment.url + path, headers={"Sec-Fetch-Mode": "cors"}, timeout=10)
        for path in paths
    ]
    assert [answer.status_code for answer in anonymous] == [403] * 5

    (workers, mains) = processes(deployment)
    assert (len(workers), len(mains)) == (2, 1)
    for pid in workers:
        assert "CONFIGPROXY_AUTH_TOKEN" not in deployment.environment(pid)
        deployment.kill(pid)
    eventually(lambda: all(works(visitor, path) for path in paths), 20, "after the workers' death")
    for pid in processes(deployment)[1]:
        deployment.kill(pid)
    eventually(lambda: all(works(visitor, path) for path in paths), 20, "after the gate's death")
    # Workers answer before the main process does; the dead gate's workers end with it.
    eventually(
        lambda: tuple(map(len, processes(deployment))) == (2, 1),
        20,
        "one gate with its workers, and none of the dead one",
    )

    quit_all(deployment, visitor)
    assert deployment.container_routes() == {}
    assert [path for path in paths if works(visitor, path)] == []


def processes(deployment: Deployment) -> tuple[list[int], list[int]]:
    """The gate's workers, and its main processes."""
    workers = deployment.pids("remoteappgate", "--worker")
    return workers, [pid for pid in deployment.gate_pids() if pid not in workers]


def test_an_orderly_restart_keeps_the_routes(own: Callable[[str], Deployment]) -> None:
    """A gate that is told to stop is gone within two seconds and leaves the routes; what keeps
    it brings it back, and the login of before still counts.
    """
    deployment = own("")
    visitor = deployment.enter("alice")
    (path,) = launch(deployment, visitor, 1)
    assert works(visitor, path)
    routes = deployment.container_routes()
    cookie = [c.value for c in visitor.cookies if c.name == "service-remoteappgate"]
    (gate,) = deployment.gate_pids()
    deployment.kill(gate, signal.SIGTERM)
    eventually(lambda: gate not in deployment.gate_pids(), 2, "the gate ends")
    assert deployment.container_routes().keys() == routes.keys()
    eventually(lambda: works(visitor, path), 10, "the gate is back")
    after = [c.value for c in visitor.cookies if c.name == "service-remoteappgate"]
    assert after == cookie
    quit_all(deployment, visitor)


def test_direct(own: Callable[[str], Deployment]) -> None:
    """With ``direct`` the proxy's target is the container itself: whoever knows the address is
    in, as the manual says. The route still goes with the container, and comes back by itself.
    """
    deployment = own('container_access = "direct"')
    visitor = deployment.enter("alice")
    (path,) = launch(deployment, visitor, 1)
    (route,) = deployment.container_routes().values()
    assert route["target"].endswith(":8888")
    assert works(visitor, path)
    assert "It works" in requests.get(deployment.url + path, timeout=10).text
    deployment.kill(deployment.proxy_pid())
    eventually(lambda: works(visitor, path), 20, "after the proxy's death")
    deployment.wait_for_home(visitor)
    began = time.monotonic()
    quit_all(deployment, visitor)
    assert time.monotonic() - began < 10
    assert deployment.container_routes() == {}
