"""The file of names."""

import pathlib

import pytest

from remoteappmanager.jupyterhub.auth.whitelist import Whitelist, WhitelistError


@pytest.fixture
def path(tmp_path) -> pathlib.Path:
    return tmp_path / "names"


def names(path: pathlib.Path) -> frozenset[str]:
    return Whitelist(str(path), str.lower).names()


def test_names_comments_and_empty_lines(path) -> None:
    """One name a line; # starts a comment; names are normalised."""
    path.write_text("# who may come in\n\nAlice\n  bob  # from Turin\n#mallory\n")
    assert names(path) == {"alice", "bob"}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(None, id="missing"),
        pytest.param(b"", id="empty"),
        pytest.param(b"# nobody yet\n\n", id="only comments"),
        pytest.param(b"alice\nbob carol\n", id="two names in a line"),
        pytest.param(b"alice\n\xff\xfe\n", id="not text"),
        pytest.param(b"alice\n\0\n", id="binary"),
    ],
)
def test_a_file_without_names_names_nobody(path, content) -> None:
    """Missing, empty or broken: an error, and never an open door."""
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WhitelistError, match=str(path)):
        names(path)


def test_it_is_read_again_when_it_changes(path) -> None:
    """A name that is added is let in, a name that is removed is not; both at the next login."""
    whitelist = Whitelist(str(path), str.lower)
    with pytest.raises(WhitelistError):
        whitelist.names()
    path.write_text("alice\n")
    assert whitelist.names() == {"alice"}
    path.write_text("alice\nbob\n")
    assert whitelist.names() == {"alice", "bob"}
    path.write_text("# closed\n")
    with pytest.raises(WhitelistError):
        whitelist.names()
    path.unlink()
    with pytest.raises(WhitelistError):
        whitelist.names()


def test_it_is_not_read_when_it_does_not_change(path, monkeypatch) -> None:
    """A second look costs a stat and no more."""
    path.write_text("alice\n")
    whitelist = Whitelist(str(path), str.lower)
    whitelist.names()
    monkeypatch.setattr(pathlib.Path, "read_text", lambda *_a, **_k: pytest.fail("read again"))
    assert whitelist.names() == {"alice"}


def test_a_broken_file_is_not_remembered_as_good(path) -> None:
    """After a broken version, an unchanged broken file still lets nobody in."""
    whitelist = Whitelist(str(path), str.lower)
    path.write_text("alice\n")
    whitelist.names()
    path.write_text("alice bob\n")
    for _ in range(2):
        with pytest.raises(WhitelistError):
            whitelist.names()
