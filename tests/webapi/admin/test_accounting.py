"""``accounting/`` of the administration."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.fakes.process import Process

POLICY = {
    "app_license": None,
    "allow_home": True,
    "allow_view": False,
    "volume_source": "/data",
    "volume_target": "/mnt",
    "volume_mode": "ro",
    "allow_startup_data": True,
}


@pytest.fixture
def bob(admin: Process) -> str:
    """A user's id; there is an application too."""
    admin.database.create_application("app/tiny")
    return str(admin.database.create_user("bob"))


async def listed(admin: Process, text: str, more: str = "") -> Any:
    return await admin.api("GET", f"accounting/?filter={quote(text)}{more}")


async def test_grant_list_and_revoke(admin: Process, bob: str) -> None:
    """The item is what was granted; the id is the mapping id, the same for the same grant."""
    grant = {"user_id": bob, "image_name": "app/tiny", **POLICY}
    answer = await admin.api("POST", "accounting/", grant)
    assert answer.status == 201, answer.text
    mapping_id = answer.headers["Location"].rstrip("/").rsplit("/", 1)[1]
    again = await admin.api("POST", "accounting/", {**grant, "user_id": int(bob)})
    assert again.headers["Location"] == answer.headers["Location"]
    for wanted in (f'{{"user_id": "{bob}"}}', f'{{"user_id": {bob}}}'):
        body = (await listed(admin, wanted)).json
        assert body["items"] == {mapping_id: grant}
        assert body["total"] == 1
    for _ in range(2):
        assert (await admin.api("DELETE", f"accounting/{mapping_id}/")).status == 204
    assert (await listed(admin, f'{{"user_id": "{bob}"}}')).json["total"] == 0


async def test_empty_volume_texts_mean_no_volume(admin: Process, bob: str) -> None:
    """As the original's form sends them."""
    volume = {"volume_source": "", "volume_target": " ", "volume_mode": "ro"}
    grant = {"user_id": bob, "image_name": "app/tiny", **POLICY, **volume, "app_license": ""}
    assert (await admin.api("POST", "accounting/", grant)).status == 201
    (item,) = (await listed(admin, f'{{"user_id": "{bob}"}}')).json["items"].values()
    assert [item[key] for key in volume] == [None, None, None]
    assert item["app_license"] is None


@pytest.mark.parametrize(
    ("change", "status", "wire"),
    [
        ({"user_id": "999"}, 400, "BadRepresentation"),
        ({"user_id": "x"}, 400, "BadRepresentation"),
        ({"user_id": True}, 400, "BadRepresentation"),
        ({"user_id": None}, 400, "BadRepresentation"),
        ({"user_id": 10**30}, 400, "BadRepresentation"),
        ({"image_name": "app/unknown"}, 404, "NotFound"),
        ({"image_name": ""}, 400, "BadRepresentation"),
        ({"volume_source": "relative"}, 400, "BadRepresentation"),
        ({"volume_source": ""}, 400, "BadRepresentation"),
        ({"volume_target": None}, 400, "BadRepresentation"),
        ({"volume_mode": "rwx"}, 400, "BadRepresentation"),
        ({"volume_source": "/a:/b"}, 400, "BadRepresentation"),
        ({"volume_source": "/a\n"}, 201, None),
        ({"allow_home": "yes"}, 400, "BadRepresentation"),
        ({"app_license": 1}, 400, "BadRepresentation"),
    ],
)
async def test_refusals(
    admin: Process, bob: str, change: dict[str, Any], status: int, wire: str | None
) -> None:
    """Unknown user 400, unknown image 404, a wrong value 400."""
    grant = {"user_id": bob, "image_name": "app/tiny", **POLICY, **change}
    answer = await admin.api("POST", "accounting/", grant)
    assert answer.status == status, answer.text
    if wire is not None:
        assert answer.json["type"] == wire


@pytest.mark.parametrize(
    ("text", "status", "wire"),
    [
        (None, 400, "BadQueryArguments"),
        ("", 400, "BadQueryArguments"),
        ("{}", 400, "BadQueryArguments"),
        ("[]", 400, "BadQueryArguments"),
        ("nonsense", 400, "BadQueryArguments"),
        ('{"user_id": true}', 400, "BadQueryArguments"),
        ('{"user_id": null}', 400, "BadQueryArguments"),
        ('{"user_id": [1]}', 400, "BadQueryArguments"),
        ('{"user_id": "999"}', 404, "NotFound"),
        ('{"user_id": "x"}', 404, "NotFound"),
        ('{"user_id": -1}', 404, "NotFound"),
    ],
)
async def test_the_list_needs_its_filter(
    admin: Process, text: str | None, status: int, wire: str
) -> None:
    """``?filter={"user_id": "1"}``, else 400; an unknown user is 404."""
    path = "accounting/" if text is None else f"accounting/?filter={quote(text)}"
    answer = await admin.api("GET", path)
    assert (answer.status, answer.json["type"]) == (status, wire)


async def test_searched_and_paged(admin: Process, bob: str) -> None:
    """A user's grants are searched by image, and paged."""
    for number in range(3):
        admin.database.create_application(f"app/n{number}")
        admin.database.grant_access(f"app/n{number}", "bob", None, False, False, None, False)
    wanted = f'{{"user_id": {bob}}}'
    assert (await listed(admin, wanted, "&search=N1")).json["total"] == 1
    body = (await listed(admin, wanted, "&sort=-image_name&limit=1")).json
    assert [item["image_name"] for item in body["items"].values()] == ["app/n2"]
    assert (await listed(admin, wanted, "&sort=nothing")).status == 400
