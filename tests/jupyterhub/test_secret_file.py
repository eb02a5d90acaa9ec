"""The file that holds the proxy's token."""

import os
import stat

import pytest

from remoteappmanager.jupyterhub import secret_file
from remoteappmanager.jupyterhub.secret_file import UnsafeSecretFile


def make() -> dict:
    return {"TOKEN": secret_file.new_secret}


def test_a_secret_is_made_once(tmp_path) -> None:
    """The second start finds the secret of the first, in a file of mode 0600."""
    path = tmp_path / "state" / "secrets.env"
    first = secret_file.pinned(path, make())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret_file.pinned(path, make()) == first
    assert len(first["TOKEN"]) == 64
    assert list(path.parent.iterdir()) == [path]


def test_the_umask_does_not_matter(tmp_path) -> None:
    """With the widest umask the file is 0600 all the same."""
    before = os.umask(0)
    try:
        secret_file.pinned(tmp_path / "secrets.env", make())
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o620, 0o602, 0o777], ids=oct)
def test_a_file_that_others_may_read_or_write_is_refused(tmp_path, mode) -> None:
    """A token that others may have read is no token; the message says what to do."""
    path = tmp_path / "secrets.env"
    secret_file.pinned(path, make())
    path.chmod(mode)
    with pytest.raises(UnsafeSecretFile, match="chmod 600"):
        secret_file.pinned(path, make())


def test_a_link_is_refused(tmp_path) -> None:
    """A symbolic link in its place may lead to somebody else's file."""
    (tmp_path / "other").write_text("TOKEN=known\n")
    (tmp_path / "other").chmod(0o600)
    (tmp_path / "secrets.env").symlink_to(tmp_path / "other")
    with pytest.raises(UnsafeSecretFile):
        secret_file.read(tmp_path / "secrets.env")


def test_another_users_file_is_refused(tmp_path, monkeypatch) -> None:
    """A file that belongs to somebody else is theirs to read."""
    path = tmp_path / "secrets.env"
    secret_file.pinned(path, make())
    os.chown(path, 65534, -1)
    with pytest.raises(UnsafeSecretFile, match="another user"):
        secret_file.read(path)


def test_values_are_added_and_replaced(tmp_path) -> None:
    """New names are added to an old file; what is given replaces what stands there."""
    path = tmp_path / "secrets.env"
    first = secret_file.pinned(path, make())
    second = secret_file.pinned(path, {**make(), "PORT": lambda: "8010"}, {"URL": "http://x"})
    assert second == {"TOKEN": first["TOKEN"], "PORT": "8010", "URL": "http://x"}
    assert secret_file.pinned(path, {}, {"URL": "http://y"})["URL"] == "http://y"


def test_comments_and_quotes_are_read_as_systemd_reads_them(tmp_path) -> None:
    """The file is an EnvironmentFile."""
    path = tmp_path / "secrets.env"
    path.write_text("# a comment\n\nA=1\nB = \"two\"\nC='3'\n")
    path.chmod(0o600)
    assert secret_file.read(path) == {"A": "1", "B": "two", "C": "3"}
