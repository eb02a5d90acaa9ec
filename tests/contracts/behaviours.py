"""Applications that behave as real ones do, well and badly, as the smallest possible images."""

from __future__ import annotations

_SERVE = (
    'root="/tmp/www$JPY_BASE_USER_URL/containers/$URL_ID"; b=/bin/busybox; '
    '$b mkdir -p "$root"; $b echo hello > "$root/index.html"; '
    "cd /tmp; serve() { $b httpd -f -p 8888 -h /tmp/www; }; "
)
_FOREVER = "while :; do /bin/busybox sleep 0.2; done"


class Behaviour:
    """What an image does when it is started: a script for busybox's shell."""

    script = ""
    labels: dict[str, str] = {}
    #: What the simulated engine calls it; empty where it cannot behave so.
    simulated = ""

    @classmethod
    def image(cls) -> str:
        """The name of its image, without tag."""
        return f"remoteapp-contract/{cls.__name__.lower()}"

    @classmethod
    def entrypoint(cls) -> list[str]:
        """What the container runs."""
        return ["/bin/busybox", "sh", "-c", cls.script]


class Serves(Behaviour):
    """Answers 200 under its path, writes a line of log, stops when it is told to."""

    simulated = "normal"
    script = f"{_SERVE} echo serving; serve"
    labels = {"eu.simphony-project.docker.ui_name": "Serves"}


class CannotStart(Behaviour):
    """Docker cannot even run its program."""

    @classmethod
    def entrypoint(cls) -> list[str]:
        return ["/no/such/program"]


class FailsDuringStart(Behaviour):
    """Complains, and ends at once with an exit code."""

    simulated = "dies_during_start"
    script = "echo 'no licence found' >&2; exit 3"


class DiesWhileWaitedFor(Behaviour):
    """Runs for a moment without serving, then ends."""

    script = "/bin/busybox sleep 0.5; echo 'gave up'; exit 4"


class NeedsTooMuchMemory(Behaviour):
    """Is killed by the kernel for its memory limit."""

    script = "x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done"


class NeverReady(Behaviour):
    """Runs, and never answers."""

    simulated = "never_ready"
    script = f"echo 'waiting for something'; {_FOREVER}"


class DiesAfterReady(Behaviour):
    """Answers, and ends a moment later."""

    simulated = "dies_after_ready"
    script = f"{_SERVE} serve & /bin/busybox sleep 1.5; echo 'crashed'; exit 5"


class IgnoresStop(Behaviour):
    """Serves, and does not care for the stop signal."""

    simulated = "ignores_stop"
    script = f"trap '' TERM; {_SERVE} serve & {_FOREVER}"


BEHAVIOURS = (
    Serves,
    CannotStart,
    FailsDuringStart,
    DiesWhileWaitedFor,
    NeedsTooMuchMemory,
    NeverReady,
    DiesAfterReady,
    IgnoresStop,
)
