"""remoteappmanager.docker.image"""

from __future__ import annotations

from typing import Any

import pytest

from remoteappmanager.docker import docker_labels
from remoteappmanager.docker.configurables import Resolution
from remoteappmanager.docker.image import Image, ImageIndex, normalised_reference

ID = "sha256:" + "ab" * 32
LABELS = {
    docker_labels.UI_NAME: "Veusz",
    docker_labels.DESCRIPTION: "Plots",
    docker_labels.TYPE: "vncapp",
    docker_labels.ICON_128: "aGVs\nbG8=",
    f"{docker_labels.ENV_PREFIX}x11-width": "",
    f"{docker_labels.ENV_PREFIX}x11-height": "",
    f"{docker_labels.ENV_PREFIX}x11-depth": "",
}


@pytest.mark.parametrize(
    "docker_dict",
    [
        {"Id": ID, "RepoTags": ["app/veusz:1"], "RepoDigests": None, "Labels": LABELS},
        {"Id": ID, "RepoTags": ["app/veusz:1"], "RepoDigests": [], "Config": {"Labels": LABELS}},
    ],
    ids=["listed", "inspected"],
)
def test_from_docker_dict(docker_dict: dict[str, Any]) -> None:
    """from_docker_dict accepts both an inspect result and a list item."""
    image = Image.from_docker_dict(docker_dict)
    assert (image.name, image.id, image.ui_name) == ("app/veusz:1", ID, "Veusz")
    assert (image.description, image.type, image.icon_128) == ("Plots", "vncapp", "aGVsbG8=")
    assert image.env == {"X11_WIDTH", "X11_HEIGHT", "X11_DEPTH"}
    assert image.configurables == [Resolution]


@pytest.mark.parametrize(
    ("docker_dict", "name"),
    [
        ({}, ""),
        ({"Id": ID, "RepoTags": None, "Labels": None}, ID),
        ({"Id": ID, "RepoTags": ["<none>:<none>"], "RepoDigests": ["<none>@<none>"]}, ID),
        ({"Id": ID, "RepoTags": [], "RepoDigests": ["a@sha256:00"]}, "a@sha256:00"),
        ({"Id": ID, "RepoTags": ["a:b"], "Labels": "nonsense", "Config": None}, "a:b"),
        ({"Id": ID, "RepoTags": ["a:b"], "Labels": {docker_labels.UI_NAME: 7}}, "a:b"),
        ({"Id": ID, "RepoTags": ["a:b"], "Labels": {docker_labels.UI_NAME: "  "}}, "a:b"),
    ],
)
def test_without_labels(docker_dict: dict[str, Any], name: str) -> None:
    """Malformed labels count as absent: the name shown is the image's own."""
    image = Image.from_docker_dict(docker_dict)
    assert (image.name, image.ui_name) == (name, name)
    assert (image.type, image.icon_128, image.description) == ("", "", "")
    assert image.env == set() and image.configurables == []


@pytest.mark.parametrize(
    ("key", "variable"),
    [
        ("x11-width", "X11_WIDTH"),
        ("startupdata", "STARTUPDATA"),
        ("a", "A"),
        ("2-b", "2_B"),
        ("", None),
        ("X11-WIDTH", None),
        ("x11_width", None),
        ("-a", None),
        ("a-", None),
        ("a--b", None),
        ("a b", None),
        ("a=b", None),
        ("a\n", None),
        ("ä", None),
    ],
)
def test_env_keys(key: str, variable: str | None) -> None:
    """Kebab-case keys give variables; badly formed keys are skipped."""
    image = Image.from_docker_dict({"Id": ID, "Labels": {f"{docker_labels.ENV_PREFIX}{key}": ""}})
    assert image.env == ({variable} if variable else set())


@pytest.mark.parametrize("icon", ["<script>", "a" * 600_000, "aGVsbG8", "\U0001f600"])
def test_icon_that_is_none(icon: str) -> None:
    """What is not base64 never reaches a page."""
    labels = {docker_labels.ICON_128: icon}
    assert Image.from_docker_dict({"Id": ID, "Labels": labels}).icon_128 == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1", "docker.io/library/nginx:1"),
        ("a/b", "docker.io/a/b:latest"),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/a/b", "docker.io/a/b:latest"),
        ("docker.io/library/nginx:1", "docker.io/library/nginx:1"),
        ("localhost/x", "localhost/x:latest"),
        ("host:5000/x", "host:5000/x:latest"),
        ("host:5000/x/y:2", "host:5000/x/y:2"),
        ("my.registry/x@sha256:0a", "my.registry/x@sha256:0a"),
        ("x:tag@sha256:0a", "docker.io/library/x@sha256:0a"),
    ],
)
def test_normalised_reference(name: str, expected: str) -> None:
    """No tag means latest; registry prefixes and digests count."""
    assert normalised_reference(name) == expected


VEUSZ = Image(name="app/veusz:latest", id=ID, tags=["app/veusz:latest", "app/veusz:2"])
OTHER = Image(
    name="host:5000/x:1",
    id="sha256:" + "ac" * 32,
    tags=["host:5000/x:1"],
    digests=["host:5000/x@sha256:" + "77" * 32],
)
DECEPTIVE = Image(name="abab:latest", id="sha256:" + "ff" * 32, tags=["abab:latest"])
INDEX = ImageIndex([VEUSZ, OTHER, DECEPTIVE])


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("app/veusz", VEUSZ),
        ("app/veusz:latest", VEUSZ),
        ("app/veusz:2", VEUSZ),
        ("docker.io/app/veusz", VEUSZ),
        ("app/veusz:3", None),
        ("veusz", None),
        ("app/veusz:", VEUSZ),
        ("host:5000/x:1", OTHER),
        ("host:5000/x", None),
        ("host:5000/x@sha256:" + "77" * 32, OTHER),
        ("host:5000/x:9@sha256:" + "77" * 32, OTHER),
        ("host:5000/x@sha256:" + "78" * 32, None),
        (ID, VEUSZ),
        ("ab" * 32, VEUSZ),
        ("sha256:abab", VEUSZ),
        ("ababababab", VEUSZ),
        ("abab", DECEPTIVE),  # a name comes before the beginning of an id
        ("a", None),  # of several ids
        ("ABAB" * 16, None),
        ("", None),
    ],
)
def test_find(name: str, image: Image | None) -> None:
    """An application's image name matches as Docker resolves names."""
    found = INDEX.find(name)
    assert (found and found.id) == (image and image.id)


def test_find_keeps_the_name_asked_for() -> None:
    """Of an image with several names the one that was asked for is shown."""
    found = INDEX.find("app/veusz:2")
    assert found is not None and found.name == "app/veusz:2"
    assert VEUSZ.name == "app/veusz:latest"
    assert len(INDEX) == len(list(INDEX)) == 3
