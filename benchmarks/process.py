"""What a user's process costs while nobody does anything, with none, one and a hundred open pages.

    python -m benchmarks.process

One deployment, one user. Memory is what the process has resident and what it shares with nobody
(an institute pays the second for each user); its peer, in the same run, is the smallest service
that can log users in at JupyterHub, which imports what every such service must. Processor time is
of half a minute.

Last results (two cores, Python 3.11, JupyterHub 6):

              RSS MB  own MB   ratio   CPU %
    peer              72      57    1.00
    0 pages          101      76    1.41    0.00
    1 pages          102      77    1.42    0.03
    100 pages        105      80    1.46    0.13
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from tests.integration.deployment import Deployment
from tests.integration.memory import memory_of
from tests.integration.test_live import Page

SECONDS = 30
PEER = "import jupyterhub.services.auth, tornado.web, sys; print(flush=True); sys.stdin.read()"


def megabytes(pid: int) -> tuple[float, float]:
    """Megabytes that a process has resident, and that are its own alone."""
    resident, own = memory_of([pid])
    return resident / 2**20, own / 2**20


def processor(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure_peer() -> float:
    """Print the peer's memory; its resident megabytes."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", PEER], **pipes) as peer:  # type: ignore[call-overload]
        peer.stdout.readline()
        resident, own = megabytes(peer.pid)
        peer.stdin.close()
    print(f"{'peer':<12} {resident:7.0f} {own:7.0f} {1:7.2f}")
    return resident


def measure(deployment: Deployment) -> None:
    """Print a line for each number of pages."""
    print(f"{'':<12} {'RSS MB':>7} {'own MB':>7} {'ratio':>7} {'CPU %':>7}")
    peer = measure_peer()
    alice = deployment.enter("alice")
    pid = deployment.process("alice")
    for number in (0, 1, 100):
        with contextlib.ExitStack() as stack:
            for _ in range(number):
                stack.callback(Page(deployment, alice).close)
            time.sleep(3)
            before = processor(pid)
            time.sleep(SECONDS)
            share = (processor(pid) - before) / SECONDS * 100
            resident, own = megabytes(pid)
        name = f"{number} pages"
        print(f"{name:<12} {resident:7.0f} {own:7.0f} {resident / peer:7.2f} {share:7.2f}")


def main() -> None:
    """Run it all."""
    with tempfile.TemporaryDirectory() as directory:
        deployment = Deployment(pathlib.Path(directory), engine=os.environ.get("DOCKER_HOST", ""))
        deployment.start()
        try:
            measure(deployment)
        finally:
            deployment.stop()


if __name__ == "__main__":
    main()
