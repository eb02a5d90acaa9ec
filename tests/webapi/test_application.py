"""``applications/`` of the user process, to the letter of the wire format."""

from __future__ import annotations

import pytest

from remoteappmanager.docker.configurables import Resolution, StartupData
from remoteappmanager.exceptions import ServiceUnavailable
from tests.fakes.hub import FakeHub
from tests.fakes.process import Process, running_process


async def test_the_list_is_the_wire_format(process: Process) -> None:
    """Full objects in ``items``; ``container`` is absent when nothing runs."""
    first = process.grant("app/one:latest")
    second = process.grant("app/two:1", volume="/data:/mnt:ro", app_license="KEY")
    process.manager.add_image("app/one:latest", ui_name="One", type="vncapp", icon_128="aWNvbg==")
    process.manager.image_list[0].configurables = [Resolution, StartupData]
    process.manager.add_image("app/two:1", ui_name="Two", description="d")
    container = process.manager.add_container("alice", second, image_name="app/two:1")
    answer = await process.api("GET", "applications/")
    assert answer.json == {
        "identifiers": [first, second],
        "items": {
            first: {
                "mapping_id": first,
                "image": {
                    "name": "app/one:latest",
                    "ui_name": "One",
                    "icon_128": "aWNvbg==",
                    "description": "",
                    "type": "vncapp",
                    "configurables": ["resolution", "startupdata"],
                    "policy": {
                        "app_license": None,
                        "allow_home": True,
                        "allow_view": False,
                        "volume_source": None,
                        "volume_target": None,
                        "volume_mode": None,
                        "allow_startup_data": False,
                    },
                },
            },
            second: {
                "mapping_id": second,
                "image": {
                    "name": "app/two:1",
                    "ui_name": "Two",
                    "icon_128": "",
                    "description": "d",
                    "type": "",
                    "configurables": [],
                    "policy": {
                        "app_license": "KEY",
                        "allow_home": True,
                        "allow_view": False,
                        "volume_source": "/data",
                        "volume_target": "/mnt",
                        "volume_mode": "ro",
                        "allow_startup_data": False,
                    },
                },
                "container": {
                    "name": container.name,
                    "image_name": "app/two:1",
                    "url_id": container.url_id,
                },
            },
        },
        "offset": 0,
        "total": 2,
    }


async def test_a_missing_image_is_left_out_and_not_retrieved(process: Process) -> None:
    """Applications whose image is missing are left out; retrieving one is 404."""
    mapping_id = process.grant("app/gone")
    assert (await process.api("GET", "applications/")).json["total"] == 0
    answer = await process.api("GET", f"applications/{mapping_id}/")
    assert (answer.status, answer.json["type"]) == (404, "NotFound")


async def test_retrieve(process: Process) -> None:
    """One application by its mapping id."""
    mapping_id = process.grant("app/one:latest")
    process.manager.add_image("app/one:latest")
    answer = await process.api("GET", f"applications/{mapping_id}/")
    assert answer.json["mapping_id"] == mapping_id
    assert (await process.api("GET", f"applications/{'0' * 32}/")).status == 404


async def test_paging_keeps_the_total(process: Process) -> None:
    """``total`` stays the full count."""
    ids = [process.grant(f"app/{number}:latest") for number in range(5)]
    for number in range(5):
        process.manager.add_image(f"app/{number}:latest")
    answer = await process.api("GET", "applications/?limit=2&offset=1")
    assert answer.json["identifiers"] == ids[1:3]
    assert set(answer.json["items"]) == set(ids[1:3])
    assert (answer.json["offset"], answer.json["total"]) == (1, 5)


async def test_a_grant_is_visible_at_the_next_look(process: Process) -> None:
    """A user unknown to the database sees nothing, and sees a grant without any restart."""
    process.manager.add_image("app/one:latest")
    assert (await process.api("GET", "applications/")).json["total"] == 0
    process.grant("app/one:latest")
    assert (await process.api("GET", "applications/")).json["total"] == 1


async def test_the_list_costs_one_query_whatever_the_number(process: Process) -> None:
    """One query to the database, two to Docker."""
    for number in range(20):
        process.grant(f"app/{number}:latest")
        process.manager.add_image(f"app/{number}:latest")
        process.manager.add_container("alice", f"{number:032x}")
    await process.api("GET", "applications/")
    assert dict(process.database.calls) == {"get_accounting_for_user_name": 1}
    assert len(process.manager.calls) == 2


async def test_outages_say_what_is_away(process: Process) -> None:
    """503 and the name of what is away; afterwards all is as before."""
    process.database.outage = True
    answer = await process.api("GET", "applications/")
    assert (answer.status, answer.json["service"]) == (503, "The database")
    assert answer.headers["Retry-After"] == "5"
    process.database.outage = False
    process.manager.failure = ServiceUnavailable("Docker")
    answer = await process.api("GET", "applications/")
    assert (answer.status, answer.json["type"]) == (503, "Unable")
    assert answer.json["service"] == "Docker"
    process.manager.failure = None
    assert (await process.api("GET", "applications/")).status == 200


async def test_demo_applications_are_there_at_the_first_look(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who logs in by script gets the demo applications too; the query is made once."""
    config = {"auto_user_creation": True, "demo_applications": {"app/demo:1": {}}}
    async with running_process(monkeypatch, hub, config=config) as process:
        process.manager.add_image("app/demo:1")
        assert (await process.api("GET", "applications/")).json["total"] == 1
        process.database.calls.clear()
        await process.api("GET", "applications/")
        assert dict(process.database.calls) == {"get_accounting_for_user_name": 1}
