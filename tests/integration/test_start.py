"""``make run``'s own part: what a person at a terminal sees, and what is left after Ctrl-C."""

import os
import pathlib
import re
import signal
import socket
import subprocess
from collections.abc import Iterator

import pytest
import requests

from remoteappmanager.db.orm import ORMDatabase
from tests.integration.deployment import ROOT, Deployment, Visitor, eventually, free_ports
from tests.integration.test_main_job import TINY

DEMO = (ROOT / "jupyterhub" / "remoteappmanager_config.py").read_text()


class Demo(Deployment):
    """The demo as ``start.sh`` runs it, in a directory, realm and port of its own."""

    def __init__(self, directory: pathlib.Path) -> None:
        super().__init__(directory, engine=os.environ.get("DOCKER_HOST", ""), anyone=False)
        directory.mkdir()
        self.config = directory.parent / "config.py"
        self.config.write_text(DEMO.replace('"remoteexec"', repr(self.realm)))
        self._script: list[subprocess.Popen[str]] = []

    def run_script(self, port: int = 0) -> subprocess.Popen[str]:
        """Start the script as a terminal would: Ctrl-C reaches its whole process group."""
        environment = {n: v for n, v in os.environ.items() if not n.startswith("JUPYTERHUB_")}
        environment |= {
            "REMOTEAPP_RUN_DIR": str(self.directory),
            "REMOTEAPP_CONFIG_FILE": str(self.config),
            "REMOTEAPP_PORT": str(port or self.port),
        }
        script = subprocess.Popen(
            [str(ROOT / "jupyterhub" / "start.sh")],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._script.append(script)
        return script

    def read_until(self, script: subprocess.Popen[str], words: str) -> str:
        """What the script says up to a line with these words."""
        said = []
        assert script.stdout is not None
        for line in script.stdout:
            said.append(line)
            if words in line:
                return "".join(said)
        raise AssertionError(f"it ended without saying {words!r}:\n{''.join(said)}")

    def stop(self) -> None:
        """End what a failed test has left."""
        for script in self._script:
            if script.poll() is None:
                os.killpg(script.pid, signal.SIGINT)
                script.communicate(timeout=60)
        super().stop()


@pytest.fixture
def demo(tmp_path: pathlib.Path) -> Iterator[Demo]:
    """The demo, not yet started."""
    made = Demo(tmp_path / "run")
    yield made
    made.stop()


def test_a_run_from_its_start_to_ctrl_c(demo: Demo) -> None:
    """It prints the address and logins that work; a second run in the same directory is refused;
    Ctrl-C ends it, with the application that runs, as no error.
    """
    script = demo.run_script()
    said = demo.read_until(script, "Ctrl-C ends it")
    assert f"http://127.0.0.1:{demo.port}\n" in said
    logins = dict(re.findall(r"^    (\w+) +(\S+) +(?:user|administrator)$", said, re.M))
    assert set(logins) == {"alice", "bob", "admin"}
    alice = Visitor(demo.url, "alice")
    alice.get("/hub/login")
    login = {"username": "alice", "password": logins["alice"], "_xsrf": alice.xsrf("/hub/")}
    alice.post("/hub/login", data=login).raise_for_status()
    alice.get("/hub/spawn")
    eventually(lambda: "data-owner" in alice.get(alice.home).text, 30)
    offered = demo.api(alice, "GET", "applications/").json()["items"]
    (tiny,) = (key for key, item in offered.items() if item["image"]["name"] == TINY)
    started = demo.api(alice, "POST", "containers/", json={"mapping_id": tiny})
    assert started.status_code == 201, started.text
    assert len(demo.containers()) == 1

    second = demo.run_script(port=free_ports(1)[0])
    assert "runs already" in second.communicate(timeout=30)[0]
    assert second.returncode == 1
    assert requests.get(f"{demo.url}/hub/health", timeout=5).ok

    os.killpg(script.pid, signal.SIGINT)
    said = script.communicate(timeout=60)[0]
    assert "Nothing is left running" in said
    assert script.returncode == 0
    assert (demo.pids(), demo.containers(), demo.networks()) == ([], [], [])


def test_a_taken_port_is_said_at_once(demo: Demo) -> None:
    """Nothing is started, and another port is suggested."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        script = demo.run_script(port=taken.getsockname()[1])
        said = script.communicate(timeout=30)[0]
    assert script.returncode == 1
    assert "listens on port" in said
    assert "REMOTEAPP_PORT=" in said
    assert [path.name for path in demo.directory.iterdir()] == ["lock"]


def test_a_run_may_be_ended_at_any_time(demo: Demo) -> None:
    """Ctrl-C before the Hub is there leaves nothing, and the next run is whole."""
    script = demo.run_script()
    demo.read_until(script, "Making the accounting database")
    os.killpg(script.pid, signal.SIGINT)
    script.communicate(timeout=60)
    assert demo.pids() == []
    again = demo.run_script()
    demo.read_until(again, "Ctrl-C ends it")
    os.killpg(again.pid, signal.SIGINT)
    assert "Nothing is left running" in again.communicate(timeout=60)[0]
    accounting = ORMDatabase(url=f"sqlite:///{demo.directory / 'remoteappmanager.db'}")
    assert {"alice", "bob", "admin"} <= {user.name for user in accounting.list_users()}
