"""No password, token or cookie appears anywhere but in the credentials file (0600)."""

import pathlib
import re
import secrets
import threading
from collections.abc import Iterator

import pytest

from remoteappmanager.docker import docker_labels
from tests.integration.command_line import Person
from tests.integration.deployment import Deployment
from tests.integration.front import Front

_COOKIE = re.compile(rb"^Set-Cookie: *[^=;\s]+=([^;\r\n]{8,})", re.IGNORECASE | re.MULTILINE)


class Ps:
    """What ``ps`` showed, with each process's environment, for as long as ``with`` lasted."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Ps":
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.01):
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                for name in ("cmdline", "environ"):
                    try:
                        self.seen.add((process / name).read_bytes())
                    except OSError:  # it has ended
                        break


def files_with(secret: bytes, *directories: pathlib.Path) -> list[pathlib.Path]:
    """The files below ``directories`` in which ``secret`` stands."""
    files = (each for top in directories for each in top.rglob("*") if each.is_file())
    return [each for each in files if secret in each.read_bytes()]


@pytest.fixture
def overheard(deployment: Deployment, alice: Person) -> Iterator[Front]:
    """Somebody who writes along between ``alice`` and the site: so the test learns the cookies."""
    with Front(deployment.port) as front:
        alice.url = front.url
        yield front


def test_no_secret_lies_about(
    deployment: Deployment, alice: Person, overheard: Front, tmp_path: pathlib.Path
) -> None:
    """From login to logout: no file, log, argument, environment or output has a secret."""
    password = f"pass-{secrets.token_hex(12)}"
    outputs = []
    with Ps() as ps:
        outputs.append(alice.log_in(password))
        token = alice.token
        assert alice.file.stat().st_mode & 0o777 == 0o600
        outputs.append(alice.run("app", "start", alice.mapping))
        outputs.append(alice.run("app", "available", "--json"))
        labelled = [(each, each.labels[docker_labels.USER]) for each in deployment.containers()]
        (container,) = [each for each, user in labelled if user == alice.name]
        inside = repr(container.attrs).encode() + container.logs()
        outputs.append(alice.run("app", "stop", "tiny"))
        found = {each for data in overheard.heard for each in _COOKIE.findall(data)}
        assert found, "a first login goes by the login page, which sets cookies"
        assert files_with(token.encode(), tmp_path, deployment.directory) == [alice.file]
        outputs.append(alice.run("logout", "--revoke", input=password + "\n"))
    found |= {each for data in overheard.heard for each in _COOKIE.findall(data)}
    shown = b"".join(f"{each.stdout}{each.stderr}".encode() for each in outputs)
    assert any(b"remoteapprest" in each and b"start" in each for each in ps.seen)
    for secret in (password.encode(), token.encode(), *found):
        assert secret not in shown
        assert secret not in inside
        assert not [each for each in ps.seen if secret in each]
        assert files_with(secret, tmp_path, deployment.directory) == []


def test_a_secret_on_the_command_line_is_told(deployment: Deployment, alice: Person) -> None:
    """The one way to show a password in ``ps`` is to type it there, and the client says so."""
    words = ("login", alice.url, "--username", alice.name, "--password", "typed-for-all")
    assert "others on this machine can read the command line" in alice.run(*words).stderr
