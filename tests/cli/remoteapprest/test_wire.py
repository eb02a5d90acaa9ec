"""Addresses and what a lost connection is called."""

import pathlib

import pytest
import requests

from remoteappmanager.cli.remoteapprest.wire import Wire, check_ca_file, one_line, site_url
from remoteappmanager.exceptions import InvalidRequest
from tests.fakes.site import FakeSite


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://x.org", "https://x.org"),
        ("https://x.org/", "https://x.org"),
        ("https://x.org/lab/", "https://x.org/lab"),
        ("https://x.org/lab/hub/login?next=%2F", "https://x.org/lab"),
        ("https://x.org/user/alice/", "https://x.org"),
        ("https://x.org/github/hub", "https://x.org/github"),
        ("https://x.org/hub-of-lab/hub/home?a=b", "https://x.org/hub-of-lab"),
        ("https://x.org/users/user/alice/hub/", "https://x.org/users"),
        ("http://[::1]:8000/hub/", "http://[::1]:8000"),
    ],
)
def test_what_people_paste_becomes_the_sites_address(given: str, expected: str) -> None:
    """A URL with a path prefix works, and so does the address of any page of the Hub."""
    assert site_url(given) == expected


@pytest.mark.parametrize(
    "given", ["", "x.org", "ftp://x.org", "https://", "https://a:b@x.org", "http://x:port"]
)
def test_what_is_no_address_is_refused(given: str) -> None:
    """The message says how an address is written; a password in it is not accepted."""
    with pytest.raises(InvalidRequest):
        site_url(given)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (requests.exceptions.SSLError("certificate verify failed: self-signed"), "--ca-file"),
        (requests.exceptions.SSLError("Hostname mismatch, certificate"), "another name"),
        (requests.exceptions.SSLError("WRONG_VERSION_NUMBER"), "does not speak TLS"),
        (requests.exceptions.SSLError("certificate has expired"), "administrator"),
        (requests.exceptions.ConnectTimeout(), "does not answer"),
        (requests.exceptions.ReadTimeout(), "too long"),
        (requests.exceptions.ProxyError(), "NO_PROXY"),
        (requests.exceptions.ConnectionError("Name or service not known"), "no host"),
        (requests.exceptions.ConnectionError("Connection refused"), "Nobody answers"),
        (requests.exceptions.ConnectionError("reset"), "broke"),
    ],
)
def test_a_lost_connection_says_what_to_do(error: Exception, message: str) -> None:
    """Each way of not reaching the site has its own line."""
    assert message in str(Wire("https://x.org").unreachable(error))  # type: ignore[arg-type]


def test_redirects_are_not_followed(site: FakeSite) -> None:
    """A redirect is an answer: nothing is sent where it points."""
    site.server = "stopped"
    answer = Wire(site.url, token=site.token()).send("GET", "user/alice/api/v1/containers/")
    assert answer.is_redirect
    assert len(site.asked) == 1


def test_a_closed_wire_connects_again(site: FakeSite) -> None:
    """It can be told to disconnect, and connects when it is next used."""
    wire = Wire(site.url)
    for _ in range(2):
        assert wire.send("GET", "hub/api/").ok
        wire.close()


def test_a_file_that_holds_no_certificates_is_refused(tmp_path: pathlib.Path) -> None:
    """--ca-file is checked before anything is sent."""
    (tmp_path / "ca.pem").write_text("none")
    for path in (tmp_path / "ca.pem", tmp_path / "missing"):
        with pytest.raises(InvalidRequest, match="--ca-file"):
            check_ca_file(str(path))


def test_control_characters_do_not_reach_a_terminal() -> None:
    """What a server says cannot move the cursor or start a line."""
    assert one_line("a\x1b[2J\nb\r\tc") == "a [2J b c"
