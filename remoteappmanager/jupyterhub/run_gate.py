"""Keep the gate running: ``python -m remoteappmanager.jupyterhub.run_gate FILE COMMAND...``

The Hub starts this, and this starts the gate. For two reasons:

- What a service gets by ``environment`` in the Hub's configuration, the Hub
  writes to its database. The proxy's token must not lie there: it is read
  here, from the file that ``gate_service`` keeps.
- The Hub looks after its services twice a minute. Applications are reached
  through the gate, so it must be back within a second.

It stands outside of the Hub, and imports nothing big.
"""

import ctypes
import os
import pathlib
import signal
import subprocess
import sys
import time
from types import FrameType

from remoteappmanager.jupyterhub import secret_file

_PR_SET_PDEATHSIG = 1
#: Seconds before a new start, while the gate keeps exiting at once.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
#: A gate that ran for so many seconds has started well.
_STARTED_WELL = 10.0
#: Bad starts in a row before giving up; the Hub then says so, and starts us again in its own time.
_MOST_BAD_STARTS = 5
#: The gate's exit status for a configuration that cannot work: trying again is of no use.
_MISCONFIGURED = 2
#: Seconds that the gate has to end by itself.
_GRACE = 10.0


def end_with_parent() -> None:
    """Have the kernel end this process when the one that started it is gone.

    Else, a gate whose Hub was killed would hold its port, and the next Hub's
    gate could not start.
    """
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Keeper:
    """Runs ``command`` again whenever it ends, until it is told to stop."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._command = command
        self._environment = environment
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = False

    def run(self) -> int:
        """Until ``stop``: start, wait, say that it ended, pause, start again.

        0 when told to stop; the gate's own status when it does not start at all.
        """
        pause, bad_starts = _FIRST_PAUSE, 0
        while not self._stopping:
            began = time.monotonic()
            status = self._run_once()
            if self._stopping:
                break
            if time.monotonic() - began >= _STARTED_WELL:
                pause, bad_starts = _FIRST_PAUSE, 0
            else:
                bad_starts += 1
            if bad_starts >= _MOST_BAD_STARTS or status == _MISCONFIGURED:
                self._say(f"does not start (status {status}); what it said stands above")
                return status or 1
            self._say(f"ended with status {status}; starting it again in {pause:.1f} s")
            self._pause(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        return 0

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """End the child, and ``run`` with it. A signal handler."""
        self._stopping = True
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()

    def _run_once(self) -> int:
        # preexec_fn is safe here: this process has one thread.
        self._child = subprocess.Popen(
            self._command, env=self._environment, preexec_fn=end_with_parent
        )
        if self._stopping:
            self._child.terminate()
        while True:
            try:
                return self._child.wait(timeout=_GRACE if self._stopping else None)
            except subprocess.TimeoutExpired:
                self._child.kill()

    @staticmethod
    def _say(what: str) -> None:
        print(f"remoteappgate {what}", file=sys.stderr, flush=True)

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._stopping and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))


def main(arguments: list[str] | None = None) -> int:
    """Read the secrets, then keep the gate running. The exit status."""
    path, *command = sys.argv[1:] if arguments is None else arguments
    parent = os.getppid()
    try:
        secrets = secret_file.read(pathlib.Path(path))
    except secret_file.UnsafeSecretFile as exc:
        print(f"remoteappgate: {exc}", file=sys.stderr)
        return 1
    keeper = Keeper(command, {**os.environ, **secrets})
    signal.signal(signal.SIGTERM, keeper.stop)
    signal.signal(signal.SIGINT, keeper.stop)
    end_with_parent()
    if os.getppid() != parent:  # it went before we asked
        return 0
    return keeper.run()


if __name__ == "__main__":
    sys.exit(main())
