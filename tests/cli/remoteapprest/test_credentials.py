"""The credentials file."""

import os
import pathlib

import pytest

from remoteappmanager.cli.remoteapprest.credentials import Credentials, others_may_read
from remoteappmanager.cli.remoteapprest.errors import NotLoggedIn
from remoteappmanager.exceptions import ServiceUnavailable


def test_what_is_written_is_read_again(tmp_path: pathlib.Path) -> None:
    """A credentials file gives back what it was given."""
    kept = Credentials("https://x.org/p", "bob s", {"a": "b=c"}, token="t", expires_at="2030")
    kept.write(tmp_path / "file")
    assert Credentials.from_file(tmp_path / "file") == kept


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_the_file_is_for_its_owner_alone(tmp_path: pathlib.Path, umask: int) -> None:
    """Its mode is 0600, whatever the umask, also where a wider file was there before."""
    file = tmp_path / "file"
    file.write_text("old")
    file.chmod(0o644)
    assert others_may_read(file)
    before = os.umask(umask)
    try:
        Credentials("https://x.org", "alice").write(file)
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o600
    assert not others_may_read(file)
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_is_followed(tmp_path: pathlib.Path) -> None:
    """Who keeps the file elsewhere and links to it still does after a login."""
    (tmp_path / "link").symlink_to(tmp_path / "file")
    Credentials("https://x.org", "alice").write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert Credentials.from_file(tmp_path / "file").username == "alice"


def test_the_originals_form_is_read(tmp_path: pathlib.Path) -> None:
    """A file of the original's form (address, name, key=value lines) is still read."""
    (tmp_path / "file").write_text('https://x.org/\nalice\njupyter-hub-token="2|1:0="\nb=2\n')
    found = Credentials.from_file(tmp_path / "file")
    assert (found.url, found.username) == ("https://x.org", "alice")
    assert found.cookies == {"jupyter-hub-token": '"2|1:0="', "b": "2"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"url": 1, "username": "a"}',
        b'{"url": "u", "username": "a", "cookies": []}',
        b"https://x.org\nalice\nnothing",
        b"only one line",
        b"\xff\xfe",
    ],
)
def test_another_file_is_refused(tmp_path: pathlib.Path, content: bytes) -> None:
    """What is no credentials file is told in one line that says what to type next."""
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(NotLoggedIn, match="remoteapprest login"):
        Credentials.from_file(tmp_path / "file")


def test_no_file_means_not_logged_in(tmp_path: pathlib.Path) -> None:
    """Without a file, the message says how to log in."""
    with pytest.raises(NotLoggedIn, match="remoteapprest login URL"):
        Credentials.from_file(tmp_path / "none")


def test_a_place_that_cannot_be_written_is_told(tmp_path: pathlib.Path) -> None:
    """A full or forbidden place is an error of the tree."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ServiceUnavailable, match="--credentials-file"):
        Credentials("https://x.org", "alice").write(tmp_path / "file" / "below")


def test_secrets_do_not_show_in_a_repr() -> None:
    """A traceback or a log line with credentials shows no token and no cookie."""
    text = repr(Credentials("https://x.org", "alice", {"c": "hidden"}, token="hidden"))
    assert "hidden" not in text
