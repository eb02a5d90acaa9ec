"""``containers/`` of the administration."""

from __future__ import annotations

from remoteappmanager.exceptions import RemoteAppError
from tests.fakes.process import Process


async def test_everybodys_containers(admin: Process) -> None:
    """All of the realm, by url id, with what Docker says of them."""
    one = admin.manager.add_container("bob", "b" * 32, started=12.0, image_id="sha256:1")
    admin.manager.add_container("carol")
    body = (await admin.api("GET", "containers/")).json
    assert body["total"] == 2
    assert body["items"][one.url_id] == {
        "docker_id": one.docker_id,
        "name": one.name,
        "image_name": one.image_name,
        "image_id": "sha256:1",
        "mapping_id": "b" * 32,
        "user": "bob",
        "realm": "tests",
        "started": 12.0,
    }
    assert (await admin.api("GET", f"containers/{one.url_id}/")).status == 405
    assert (await admin.api("POST", "containers/", {"mapping_id": "x"})).status == 405


async def test_stopping_anybodys(admin: Process) -> None:
    """Stopped as by its user; unknown is 404; what Docker refuses is 500."""
    one = admin.manager.add_container("bob")
    admin.launcher.failure = RemoteAppError("Docker refuses.")
    assert (await admin.api("DELETE", f"containers/{one.url_id}/")).status == 500
    admin.launcher.failure = None
    assert (await admin.api("DELETE", f"containers/{one.url_id}/")).status == 204
    assert admin.launcher.asked[-1] == ("stop", "bob", one.url_id)
    assert (await admin.api("DELETE", f"containers/{one.url_id}/")).status == 404


async def test_searched_and_sorted(admin: Process) -> None:
    """By user, image or id; sorted by the time of the start."""
    for number, user in enumerate(("bob", "carol", "bobby")):
        admin.manager.add_container(user, started=float(number))

    async def users(query: str) -> list[str]:
        body = (await admin.api("GET", f"containers/?{query}")).json
        return [body["items"][identifier]["user"] for identifier in body["identifiers"]]

    assert await users("search=BOB") == ["bob", "bobby"]
    assert await users("sort=-started") == ["bobby", "carol", "bob"]
    assert await users("sort=user&offset=1&limit=1") == ["bobby"]
