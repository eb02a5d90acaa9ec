"""What Docker says about an application image, and how names find images."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from traitlets import HasTraits, Set, Unicode
from traitlets import List as ListTrait

from remoteappmanager.docker import docker_labels
from remoteappmanager.docker.configurables import for_image

_ENV_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{1,64}", re.ASCII)
_TYPES = ("vncapp", "webapp")
#: base64 of any sensible 128x128 PNG is shorter; more is somebody's mistake.
_MAX_ICON_LENGTH = 512 * 1024


class Image(HasTraits):
    """An image in Docker, as its labels describe it."""

    #: A name by which Docker knows it, with tag; its id where it has none.
    name = Unicode()
    id = Unicode()
    #: The name shown to users; falls back to ``name``.
    ui_name = Unicode()
    #: base64 of a PNG, or empty.
    icon_128 = Unicode()
    description = Unicode()
    #: ``vncapp``, ``webapp``, or empty for images that do not say.
    type = Unicode()
    #: Names of the environment variables that the image understands.
    env = Set(Unicode())
    #: The configurables that it supports: classes of ``docker.configurables``.
    configurables: ListTrait[Any] = ListTrait()
    #: All names (``repository:tag``) and digests (``repository@sha256:...``) of it.
    tags = ListTrait(Unicode())
    digests = ListTrait(Unicode())

    @classmethod
    def from_docker_dict(cls, docker_dict: Mapping[str, Any]) -> Image:
        """Make one of an inspect result or of an item of a listing.

        Labels that are malformed count as absent.
        """
        labels = _labels(docker_dict)
        tags = _names(docker_dict.get("RepoTags"))
        digests = _names(docker_dict.get("RepoDigests"))
        image_id = str(docker_dict.get("Id") or "")
        name = next(iter([*tags, *digests, image_id]))
        image = cls(
            name=name,
            id=image_id,
            ui_name=labels.get(docker_labels.UI_NAME, "").strip() or name,
            icon_128=_icon(labels.get(docker_labels.ICON_128, "")),
            description=labels.get(docker_labels.DESCRIPTION, ""),
            type=_type(labels.get(docker_labels.TYPE, "")),
            env=set(_env(labels)),
            tags=tags,
            digests=digests,
        )
        image.configurables = for_image(image)
        return image

    def known_as(self, tag: str) -> Image:
        """This image under another of its names."""
        if tag == self.name:
            return self
        values = {trait: getattr(self, trait) for trait in self.trait_names()}
        if self.ui_name == self.name:
            values["ui_name"] = tag
        return Image(**(values | {"name": tag}))


class ImageIndex:
    """All images of one listing, found by name as Docker itself resolves names."""

    def __init__(self, images: Iterable[Image]) -> None:
        self._images = list(images)
        self._by_reference: dict[str, tuple[Image, str]] = {}
        for image in self._images:
            for name in (*image.tags, *image.digests):
                self._by_reference[normalised_reference(name)] = (image, name)

    def __iter__(self) -> Iterator[Image]:
        return iter(self._images)

    def __len__(self) -> int:
        return len(self._images)

    def find(self, name_or_id: str) -> Image | None:
        """The image of that name (with or without tag, registry, digest) or id, or None.

        Names come before ids, as in Docker. A beginning of an id counts when it
        fits exactly one image.
        """
        if not name_or_id:
            return None
        found = self._by_reference.get(normalised_reference(name_or_id))
        if found is not None:
            image, name = found
            return image.known_as(name) if name in image.tags else image
        digits = name_or_id.removeprefix("sha256:")
        if not _HEX.fullmatch(digits):
            return None
        matches = [
            image for image in self._images if image.id.removeprefix("sha256:").startswith(digits)
        ]
        return matches[0] if len(matches) == 1 else None


def normalised_reference(name: str) -> str:
    """The full form of an image name.

    >>> normalised_reference("nginx")
    'docker.io/library/nginx:latest'
    >>> normalised_reference("registry.org:5000/a/b@sha256:00")
    'registry.org:5000/a/b@sha256:00'
    """
    path, _, digest = name.partition("@")
    domain, slash, rest = path.partition("/")
    # Docker's own rule: a host has a dot, a port or a capital, or is "localhost".
    host = "." in domain or ":" in domain or domain == "localhost" or domain != domain.lower()
    if not slash or not host:
        domain, rest = "docker.io", path
    if domain == "index.docker.io":
        domain = "docker.io"
    if domain == "docker.io" and "/" not in rest:
        rest = f"library/{rest}"
    repository, _, tag = rest.partition(":")
    if digest:
        # Beside a digest Docker ignores the tag.
        return f"{domain}/{repository}@{digest}"
    return f"{domain}/{repository}:{tag or 'latest'}"


def _labels(docker_dict: Mapping[str, Any]) -> dict[str, str]:
    """The labels: at the top in a listing, under ``Config`` in an inspect result."""
    config = docker_dict.get("Config")
    labels = docker_dict.get("Labels") or (
        config.get("Labels") if isinstance(config, Mapping) else None
    )
    if not isinstance(labels, Mapping):
        return {}
    return {key: value for key, value in labels.items() if isinstance(value, str)}


def _names(names: Any) -> list[str]:
    """Names without Docker's ``<none>`` place holders; absent lists are None."""
    return [name for name in names or [] if isinstance(name, str) and "<none>" not in name]


def _env(labels: Mapping[str, str]) -> Iterator[str]:
    for label in labels:
        key = label.removeprefix(docker_labels.ENV_PREFIX)
        if key != label and _ENV_KEY.fullmatch(key):
            yield key.upper().replace("-", "_")


def _type(text: str) -> str:
    return text if text in _TYPES else ""


def _icon(text: str) -> str:
    """The icon in one line, or nothing where it is not base64: it ends up in a ``data:`` URL."""
    icon = "".join(text.split())
    if len(icon) > _MAX_ICON_LENGTH:
        return ""
    try:
        base64.b64decode(icon, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return icon
