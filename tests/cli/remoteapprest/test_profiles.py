"""The profile file."""

import pathlib

import pytest

from remoteappmanager.cli.remoteapprest.profiles import Profile, find_profile, read_profiles
from remoteappmanager.exceptions import ConfigurationError, NotFound


def test_a_profile_says_what_it_says(tmp_path: pathlib.Path) -> None:
    """Each section is a site; its credentials have a file of their own."""
    (tmp_path / "p").write_text("[a]\nurl = https://x.org/100%\n[b]\ncredentials_file = /b\n")
    assert read_profiles(tmp_path / "p") == {
        "a": Profile("~/.remoteapprest-a", "a", "https://x.org/100%"),
        "b": Profile("/b", "b"),
    }


def test_an_unknown_name_says_which_there_are(tmp_path: pathlib.Path) -> None:
    """The refusal lists the names of the file."""
    (tmp_path / "p").write_text("[a]\n")
    with pytest.raises(NotFound, match=r"it has: a"):
        find_profile("b", tmp_path / "p")
    with pytest.raises(NotFound, match=r"it has: none"):
        find_profile("b", tmp_path / "missing")


@pytest.mark.parametrize(
    ("text", "message"),
    [("url = x", "cannot be read"), ("[a]\ntoken = x", "token is unknown"), ("[../a]\n", "a name")],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: pathlib.Path, text: str, message: str) -> None:
    """A key that does not exist, or a name that is none, is named."""
    (tmp_path / "p").write_text(text)
    with pytest.raises(ConfigurationError, match=message):
        read_profiles(tmp_path / "p")
