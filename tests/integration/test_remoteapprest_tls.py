"""``remoteapprest`` as a process, at a site behind TLS."""

import pathlib
from collections.abc import Iterator

import pytest

from tests.integration.command_line import Person
from tests.integration.deployment import Deployment
from tests.integration.front import Front, authority


@pytest.fixture
def tls(deployment: Deployment, tmp_path: pathlib.Path) -> Iterator[Front]:
    """The shared deployment behind TLS, with an authority of its own."""
    with Front(deployment.port, authority(tmp_path / "tls")) as front:
        yield front


def test_a_certificate_must_be_trusted(tls: Front, alice: Person) -> None:
    """TLS is verified: an unknown authority is refused before anything is sent."""
    line = alice.refused("login", tls.url, "--username", alice.name, input="secret\n")
    assert "--ca-file FILE" in line
    assert tls.heard == []


def test_the_wrong_authority(tls: Front, alice: Person, tmp_path: pathlib.Path) -> None:
    """--ca-file with somebody else's authority does not help, and the line says what would."""
    other, _ = authority(tmp_path / "other")
    words = ("--ca-file", other, "login", tls.url, "--username", alice.name)
    line = alice.refused(*words, input="secret\n")
    assert "is not trusted" in line
    assert "give the site's own authority" in line
    assert tls.heard == []


def test_a_certificate_for_another_name(
    deployment: Deployment, alice: Person, tmp_path: pathlib.Path
) -> None:
    """A trusted authority does not make up for another host's certificate."""
    with Front(deployment.port, authority(tmp_path / "x", "DNS:elsewhere.example")) as front:
        words = ("--ca-file", front.ca, "login", front.url, "--username", alice.name)
        assert "is for another name: check the address" in alice.refused(*words, input="x\n")


def test_plain_http_where_tls_is_said(deployment: Deployment, alice: Person) -> None:
    """https:// for a site without TLS: the line says to try http://."""
    url = deployment.url.replace("http:", "https:")
    line = alice.refused("login", url, "--username", alice.name, input="x\n")
    assert "does not speak TLS" in line


def test_the_sites_own_authority(tls: Front, alice: Person) -> None:
    """--ca-file at the login is remembered; --insecure is not."""
    alice.run("login", tls.url, "--ca-file", tls.ca, "--username", alice.name, input="any\n")
    assert alice.mapping in alice.run("app", "available").stdout
    words = ("login", tls.url, "--insecure", "--username", alice.name)
    assert "not verified" in alice.run(*words, input="any\n").stderr
    assert "--ca-file" in alice.refused("app", "available")
    alice.run("app", "available", "--insecure")
