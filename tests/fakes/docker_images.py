"""The images that the simulated engine has, and how their names are resolved."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import pathlib
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

RECIPES = pathlib.Path(__file__).resolve().parents[2] / "images"
NAMESPACE = "eu.simphony-project.docker"
_LABEL = re.compile(r'(eu\.simphony-project\.docker\.[a-z0-9_.-]+)="([^"]*)"')


@dataclasses.dataclass
class FakeImage:
    """An image: its names, labels and exposed ports."""

    tags: list[str]
    labels: dict[str, str] = dataclasses.field(default_factory=dict)
    ports: Sequence[str] = ("8888/tcp",)
    digests: list[str] = dataclasses.field(default_factory=list)
    id: str = ""
    created: float = dataclasses.field(default_factory=time.time)

    def __post_init__(self) -> None:
        self.tags = [tag if ":" in tag.rpartition("/")[2] else f"{tag}:latest" for tag in self.tags]
        if not self.id:
            seed = repr((self.tags, self.digests, sorted(self.labels.items())))
            self.id = f"sha256:{hashlib.sha256(seed.encode()).hexdigest()}"

    def list_item(self) -> dict[str, Any]:
        """The image as an item of ``GET /images/json``."""
        return {
            "Containers": -1,
            "Created": int(self.created),
            "Id": self.id,
            "Labels": dict(self.labels) or None,
            "ParentId": "",
            "RepoDigests": list(self.digests) or None,
            "RepoTags": list(self.tags) or ["<none>:<none>"],
            "SharedSize": -1,
            "Size": 1_988_399,
            "VirtualSize": 1_988_399,
        }

    def inspected(self) -> dict[str, Any]:
        """The image as ``GET /images/NAME/json``."""
        return {
            "Id": self.id,
            "RepoTags": list(self.tags),
            "RepoDigests": list(self.digests),
            "Parent": "",
            "Comment": "",
            "Created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.created)),
            "Container": "",
            "DockerVersion": "simulated",
            "Author": "",
            "Config": {
                "User": "",
                "ExposedPorts": {port: {} for port in self.ports},
                "Env": ["PATH=/bin"],
                "Cmd": None,
                "Image": "",
                "Volumes": None,
                "WorkingDir": "/workspace",
                "Entrypoint": ["/start"],
                "OnBuild": None,
                "Labels": dict(self.labels) or None,
            },
            "Architecture": "amd64",
            "Os": "linux",
            "Size": 1_988_399,
            "VirtualSize": 1_988_399,
            "RootFS": {"Type": "layers", "Layers": []},
        }


class Images:
    """All images of an engine."""

    def __init__(self, images: Sequence[FakeImage]) -> None:
        self.all = list(images)

    def find(self, reference: str) -> FakeImage | None:
        """The image of that name or id, as Docker resolves them."""
        wanted = _full(reference)
        for image in self.all:
            if wanted in (_full(name) for name in (*image.tags, *image.digests)):
                return image
        digits = reference.removeprefix("sha256:")
        matches = [image for image in self.all if image.id[7:].startswith(digits)]
        return matches[0] if digits and len(matches) == 1 else None

    def listed(self, filters: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
        """The answer to ``GET /images/json``."""
        found = self.all
        for reference in filters.get("reference", ()):
            found = [image for image in found if image is self.find(reference)]
        for label in filters.get("label", ()):
            found = [image for image in found if has_label(image.labels, label)]
        return [image.list_item() for image in found]


def has_label(labels: Mapping[str, str], wanted: str) -> bool:
    """Whether ``labels`` has ``key`` or ``key=value``."""
    key, separator, value = wanted.partition("=")
    return key in labels and (not separator or labels[key] == value)


def _full(name: str) -> str:
    """The name with registry, namespace and tag."""
    name, _, digest = name.partition("@")
    first, _, rest = name.partition("/")
    if not rest or not (set(first) & set(".:") or first == "localhost"):
        first, rest = "docker.io", name
    if first == "docker.io" and "/" not in rest:
        rest = f"library/{rest}"
    repository, _, tag = rest.partition(":")
    return f"{first}/{repository}" + (f"@{digest}" if digest else f":{tag or 'latest'}")


def demo_images() -> list[FakeImage]:
    """The demo images, with the names, labels and pictures of their recipes."""
    labels: dict[str, dict[str, str]] = {}
    for name, parent in (
        ("tiny", None),
        ("jupyter", None),
        ("desktop", None),
        ("veusz", "desktop"),
        ("paraview", "desktop"),
    ):
        own = dict(_LABEL.findall((RECIPES / name / "Dockerfile").read_text()))
        picture = (RECIPES / name / "icon.png").read_bytes()
        own[f"{NAMESPACE}.icon_128"] = base64.b64encode(picture).decode()
        labels[name] = (labels[parent] if parent else {}) | own
    return [FakeImage([f"remoteapp/{name}"], labels[name]) for name in labels]
