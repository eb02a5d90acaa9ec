"""``applications/`` and ``images/`` of the administration."""

from __future__ import annotations

import pytest

from remoteappmanager.exceptions import ServiceUnavailable
from tests.fakes.process import Process


async def test_create_list_and_delete(admin: Process) -> None:
    """An application is added whether or not Docker has its image, which the list says."""
    admin.manager.add_image("app/here:latest")
    for name in ("app/here", "app/gone:1"):
        assert (await admin.api("POST", "applications/", {"image_name": name})).status == 201
    body = (await admin.api("GET", "applications/")).json
    items = [body["items"][identifier] for identifier in body["identifiers"]]
    assert items == [
        {"image_name": "app/gone:1", "image_available": False},
        {"image_name": "app/here", "image_available": True},
    ]
    for identifier in body["identifiers"]:
        assert (await admin.api("DELETE", f"applications/{identifier}/")).status == 204
    assert (await admin.api("GET", "applications/")).json["total"] == 0
    assert (await admin.api("DELETE", "applications/x/")).status == 404
    assert (await admin.api("GET", "applications/1/")).status == 405


async def test_an_application_that_exists_is_409(admin: Process) -> None:
    """The same image twice is refused."""
    admin.database.create_application("app/here")
    answer = await admin.api("POST", "applications/", {"image_name": "app/here"})
    assert (answer.status, answer.json["type"]) == (409, "Exists")


@pytest.mark.parametrize("name", ["", " ", "x" * 256, "a\x01b", "a\nb"])
async def test_a_wrong_image_name_is_400(admin: Process, name: str) -> None:
    """The message names the key."""
    answer = await admin.api("POST", "applications/", {"image_name": name})
    assert (answer.status, answer.json["type"]) == (400, "BadRepresentation")
    assert "image_name" in answer.json["message"]


async def test_docker_away_does_not_hide_the_accounting(admin: Process) -> None:
    """While Docker is away nobody knows whether the images are there."""
    admin.database.create_application("app/here")
    admin.manager.failure = ServiceUnavailable("Docker")
    body = (await admin.api("GET", "applications/")).json
    assert [item["image_available"] for item in body["items"].values()] == [None]


async def test_images_are_offered_under_each_name(admin: Process) -> None:
    """The images that Docker has, by name; searched on the server's side."""
    admin.manager.add_image("b/two:1", ui_name="Two", tags=["b/two:1", "b/two:latest"])
    admin.manager.add_image("a/one:1", ui_name="One", type="webapp", description="d")
    body = (await admin.api("GET", "images/")).json
    assert body["identifiers"] == ["a/one:1", "b/two:1", "b/two:latest"]
    assert body["items"]["a/one:1"] == {
        "name": "a/one:1",
        "ui_name": "One",
        "description": "d",
        "type": "webapp",
    }
    body = (await admin.api("GET", "images/?search=TWO&limit=1")).json
    assert (body["identifiers"], body["total"]) == (["b/two:1"], 2)
    assert (await admin.api("POST", "images/", {})).status == 405
