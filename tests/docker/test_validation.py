"""remoteappmanager.docker.validation"""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from remoteappmanager.docker import validation
from remoteappmanager.docker.spec import Mount
from remoteappmanager.exceptions import InvalidRequest


@pytest.mark.parametrize("text", ["", "  ", None, 7, "a\0", "a\n", "x" * 256])
def test_texts(text: Any) -> None:
    """Names and labels: text, not empty, bounded, without control characters."""
    with pytest.raises(InvalidRequest, match="user name"):
        validation.check_text(text, "user name")


def test_real_names_pass() -> None:
    """Names as the Hub has them are taken."""
    for name in ("alice", "Alice.B@x.org", "józef", "a b"):
        validation.check_text(name, "user name")


@pytest.mark.parametrize(
    "path", ["", "user/a", "/a/../b", "/a?b", "/a#b", "/a\n", "/" + "a" * 1024]
)
def test_base_urlpaths(path: str) -> None:
    """An absolute URL path and nothing more."""
    with pytest.raises(InvalidRequest, match="base URL path"):
        validation.check_base_urlpath(path)


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({"A=B": "x"}, "A=B"),
        ({"": "x"}, "environment"),
        ({"1A": "x"}, "1A"),
        ({"A": None}, "A"),
        ({"A": "a\0b"}, "A"),
        ({"A": "\x1b[0m"}, "A"),
        ({"A": "x" * 40_000}, "A"),
    ],
)
def test_environment(environment: Any, names: str) -> None:
    """Names that shells take, values without control characters, bounded."""
    with pytest.raises(InvalidRequest, match=names):
        validation.check_environment(environment)


def test_licence_of_several_lines() -> None:
    """Line ends and tabs may stand in a value."""
    validation.check_environment({"APP_LICENSE": "KEY\tx\r\nSERVER y\n"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ab12", True),
        ("remoteexec-alice-00_40-1.2", True),
        ("", False),
        ("../x", False),
        ("a/b", False),
        ("a?b", False),
        (None, False),
        ("a" * 256, False),
    ],
)
def test_docker_ids(text: Any, expected: bool) -> None:
    """An id is never a path in disguise."""
    assert validation.is_docker_id(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nginx", True),
        ("host:5000/a/b:tag", True),
        ("a@sha256:00", True),
        ("../containers/json", False),
        ("a/../b", False),
        ("a b", False),
        ("a?x", False),
        ("", False),
        (None, False),
        ("a" * 600, False),
    ],
)
def test_image_names(text: Any, expected: bool) -> None:
    """An image's name is never a path in disguise."""
    assert validation.is_image_name(text) is expected


def test_mounts() -> None:
    """Paths are tidied, the mode is kept."""
    volumes = {"/data/": {"bind": "/d//x", "mode": "ro"}, "/home": {"bind": "/workspace"}}
    assert validation.mounts_from(volumes) == [
        Mount("/data", "/d/x", "ro"),
        Mount("/home", "/workspace", "rw"),
    ]


@pytest.mark.parametrize(
    ("volumes", "names"),
    [
        ({"": {"bind": "/d"}}, "source"),
        ({"a": {"bind": "/d"}}, "source"),
        ({"/a/../b": {"bind": "/d"}}, "source"),
        ({"/a": {}}, "target"),
        ({"/a": {"bind": "d"}}, "target"),
        ({"/a": {"bind": "/"}}, "target"),
        ({"/a": {"bind": "/."}}, "target"),
        ({"/a": {"bind": "/d", "mode": "z"}}, "mode"),
        ({"/a": {"bind": "/d"}, "/b": {"bind": "/d/"}}, "two sources"),
        ({"/run/docker.sock": {"bind": "/d"}}, "Docker"),
        ({"/var/run": {"bind": "/d"}}, "Docker"),
        ({"/var": {"bind": "/d"}}, "Docker"),
        ({"/srv/engine/docker.sock": {"bind": "/d"}}, "Docker"),
        ({"/srv/engine": {"bind": "/d"}}, "Docker"),
    ],
)
def test_wrong_mounts(volumes: Any, names: str) -> None:
    """Volume sources are validated; Docker's socket is never mounted, nor what holds it."""
    with pytest.raises(InvalidRequest, match=names):
        validation.mounts_from(volumes, "/srv/engine/docker.sock")


def test_symbolic_links_do_not_hide_the_socket(tmp_path: pathlib.Path) -> None:
    """A source that leads to Docker's socket by another name is refused too."""
    socket = tmp_path / "engine" / "docker.sock"
    socket.parent.mkdir()
    socket.touch()
    link = tmp_path / "data"
    link.symlink_to(socket.parent)
    with pytest.raises(InvalidRequest, match="Docker"):
        validation.mounts_from({str(link): {"bind": "/d"}}, str(socket))
