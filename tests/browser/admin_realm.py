"""Pretended realms, and a server of the administration that answers from them."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

from tests.browser.stage import Stage

#: What the collections of the pretended server hold: name -> id -> item.
Realm = dict[str, dict[str, dict[str, Any]]]

#: HTML that would run, an attribute's end, an emoji, right-to-left text, an override, length.
HOSTILE = (
    "<img src=x onerror=window.pwned=1>\"'> &amp; 🚀 \u202e\u05e9\u05dc\u05d5\u05dd evil "
    + "W" * 40
)
HOSTILE += "w" * (255 - len(HOSTILE))


#: What the pretended site has opened.
OPENED = [
    'Applications listen on ports of the Docker host (container_network = "host-port").',
    'A container may use memory up to 16g, by default 4g (container_limits["memory"]).',
]


def an_id(number: int) -> str:
    """32 hexadecimal digits that look like no number."""
    return hashlib.sha256(str(number).encode()).hexdigest()[:32]


def a_container(number: int, user: str, image: str) -> dict[str, Any]:
    """One item of ``containers/``, started some time ago."""
    return {
        "docker_id": an_id(number + 4096) * 2,
        "name": f"remoteexec-{user}-{number}",
        "image_name": image,
        "image_id": f"sha256:{an_id(number) * 2}",
        "mapping_id": an_id(number + 160),
        "user": user,
        "realm": "remoteexec",
        "started": time.time() - 700 * number - 45,
    }


def a_grant(image: str, **keys: Any) -> dict[str, Any]:
    """One item of ``accounting/`` of user 2."""
    return {
        "user_id": "2",
        "image_name": image,
        "app_license": None,
        "allow_home": True,
        "allow_view": False,
        "volume_source": None,
        "volume_target": None,
        "volume_mode": None,
        "allow_startup_data": False,
    } | keys


def a_realm() -> Realm:
    """A handful of everything."""
    names = ("alice", "bob", "carol", "dora")
    images = ("group/jupyterlab:4", "group/paraview:5.11", "registry.example/plot/veusz:latest")
    return {
        "users": {str(n): {"name": name} for n, name in enumerate(names, 1)},
        "applications": {
            str(n): {"image_name": image, "image_available": n != 3}
            for n, image in enumerate(images, 1)
        },
        "containers": {an_id(n): a_container(n, names[n % 3], images[n % 2]) for n in range(1, 4)},
        "accounting": {
            an_id(1): a_grant(images[0], allow_view=True),
            an_id(2): a_grant(
                images[1],
                allow_home=False,
                allow_startup_data=True,
                app_license="X-2041",
                volume_source="/srv/data/project-x",
                volume_target="/data",
                volume_mode="rw",
            ),
        },
        "images": {image: {"name": image, "ui_name": ""} for image in images[:2]},
    }


def a_large_realm() -> Realm:
    """Ten thousand users, two hundred applications, a hundred running containers."""
    users = {str(n): {"name": f"user{n:05}"} for n in range(1, 10_001)}
    images = [f"registry.example/group{n % 7}/application-{n:03}:1.{n % 9}" for n in range(200)]
    return {
        "users": users,
        "applications": {
            str(n): {"image_name": image, "image_available": n % 11 > 0}
            for n, image in enumerate(images, 1)
        },
        "containers": {
            an_id(n): a_container(n, f"user{n * 37:05}", images[n % 200]) for n in range(1, 101)
        },
        "accounting": {
            an_id(n): a_grant(
                image,
                volume_source=f"/srv/data/{n}" if n % 3 else None,
                volume_target="/data" if n % 3 else None,
                volume_mode="ro" if n % 3 else None,
            )
            for n, image in enumerate(images, 1)
        },
        "images": {image: {"name": image, "ui_name": ""} for image in images},
    }


def a_hostile_realm() -> Realm:
    """Every name is what somebody who means harm would choose."""
    return {
        "users": {"1": {"name": HOSTILE}, "2": {"name": HOSTILE[::-1]}, "3": {"name": "bob"}},
        "applications": {"1": {"image_name": HOSTILE, "image_available": False}},
        "containers": {an_id(1): a_container(1, HOSTILE, HOSTILE)},
        "accounting": {
            an_id(1): a_grant(
                HOSTILE,
                app_license=HOSTILE,
                volume_source="/" + HOSTILE,
                volume_target="/" + HOSTILE,
                volume_mode="ro",
            )
        },
        "images": {HOSTILE: {"name": HOSTILE, "ui_name": HOSTILE}},
    }


def answering(realm: Realm) -> Callable[..., tuple[int, Any] | None]:
    """Answers as the server gives them: searched, sorted and cut."""

    def answer(method: str, path: str, arguments: dict[str, str], body: Any) -> Any:
        name, _, identifier = path.strip("/").partition("/")
        if name == "stats":
            return 200, {
                "realm": "remoteexec",
                "num_total_users": len(realm["users"]),
                "num_active_users": len({each["user"] for each in realm["containers"].values()}),
                "num_applications": len(realm["applications"]),
                "num_running_containers": len(realm["containers"]),
                "accounting_writable": True,
                "opened": OPENED,
            }
        if name not in realm:
            return None
        if method == "DELETE":
            realm[name].pop(identifier, None)
            return 204, None
        if method == "POST":
            number = str(max(map(int, realm["users"]), default=0) + 1)
            new = number if name != "accounting" else an_id(len(realm[name]) + 1000)
            realm[name][new] = {"image_available": False, **body}
            return 201, new
        return 200, _page(realm[name], arguments)

    return answer


def _page(items: dict[str, dict[str, Any]], arguments: dict[str, str]) -> dict[str, Any]:
    wanted = arguments.get("search", "").lower()
    found = [
        (key, item)
        for key, item in items.items()
        if wanted in json.dumps(item, ensure_ascii=False).lower()
        and arguments.get("id", key) == key
    ]
    sort = arguments.get("sort", "")
    column = {"image": "image_name"}.get(sort.removeprefix("-"), sort.removeprefix("-"))
    if column == "id":
        found.sort(key=lambda pair: int(pair[0]))
    elif column:
        found.sort(key=lambda pair: str(pair[1].get(column)))
    if sort.startswith("-"):
        found.reverse()
    offset = int(arguments.get("offset", 0))
    page = dict(found[offset : offset + int(arguments.get("limit", len(found)))])
    return {"identifiers": list(page), "items": page, "offset": offset, "total": len(found)}


def panel(realm: Realm | None = None, **keys: Any) -> Stage:
    """The stage of an administrator."""
    return Stage(
        admin=True,
        session="admin",
        more=answering(a_realm() if realm is None else realm),
        **keys,
    )
