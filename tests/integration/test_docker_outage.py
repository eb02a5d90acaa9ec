"""Docker stopped and started again, while a user's process runs: a private daemon of our own."""

import os
import pathlib
import subprocess
import tempfile
from collections.abc import Iterator

import docker
import pytest

from tests.integration.deployment import Deployment, eventually
from tests.integration.test_main_job import quit_all, start

TINY = "remoteapp/tiny:latest"


class Daemon:
    """A Docker daemon with a directory, a socket and addresses of its own."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory
        # A socket's path may have 107 bytes only.
        self._socket = tempfile.mkdtemp(prefix="engine-")
        self.url = f"unix://{self._socket}/docker.sock"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = ["dockerd", "--log-level", "warn", "-H", self.url]
        command += ["--data-root", str(self.directory / "data")]
        command += ["--exec-root", f"{self._socket}/exec"]
        command += ["-p", str(self.directory / "docker.pid")]
        # Beside another daemon on this host: no bridge of its own, and other addresses.
        command += ["--bridge", "none", "--default-address-pool", "base=10.213.0.0/16,size=24"]
        with open(self.directory / "dockerd.log", "ab") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=os.environ | {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"},
                start_new_session=True,
            )
        eventually(self._answers, 60, "the private daemon answers")

    def stop(self) -> None:
        """Stop it, with its containers."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)
            self._process = None

    def _answers(self) -> bool:
        try:
            return bool(docker.DockerClient(base_url=self.url, timeout=5).ping())
        except docker.errors.DockerException as exc:
            assert self._process is not None
            assert self._process.poll() is None, (self.directory / "dockerd.log").read_text()[
                -2000:
            ]
            raise OSError("not yet") from exc


@pytest.fixture
def daemon(tmp_path: pathlib.Path) -> Iterator[Daemon]:
    """A private daemon with the tiny image. Needs root."""
    private = Daemon(tmp_path)
    private.start()
    try:
        saved = docker.from_env().images.get(TINY).save(named=True)
        docker.DockerClient(base_url=private.url).images.load(b"".join(saved))
        yield private
    finally:
        private.stop()


def test_docker_goes_away_and_comes_back(daemon: Daemon, tmp_path: pathlib.Path) -> None:
    """While Docker is away the page says so; afterwards it works again, and nothing of ours was
    restarted.
    """
    deployment = Deployment(tmp_path / "site", engine=daemon.url)
    deployment.start()
    try:
        mapping = deployment.grant(TINY, "alice")
        alice = deployment.enter("alice")
        start(deployment, alice, mapping)
        before = (deployment.process("alice"), deployment.gate_pids())

        daemon.stop()
        answer = deployment.api(alice, "GET", "applications/")
        assert answer.status_code == 503
        assert answer.json()["type"] == "Unable"
        assert "Docker" in answer.json()["message"]
        assert alice.get(alice.home).status_code == 200
        refused = deployment.api(alice, "POST", "containers/", json={"mapping_id": mapping})
        assert refused.status_code == 503

        daemon.start()
        eventually(
            lambda: deployment.api(alice, "GET", "applications/").status_code == 200,
            20,
            "the list is back",
        )
        path = start(deployment, alice, mapping)
        assert "It works" in alice.get(path).text
        quit_all(deployment, alice)
        eventually(lambda: deployment.container_routes() == {}, 10, "no route is left")
        assert (deployment.process("alice"), deployment.gate_pids()) == before
    finally:
        deployment.stop()
