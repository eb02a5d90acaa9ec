"""``users/`` of the administration."""

from __future__ import annotations

import pytest

from remoteappmanager.exceptions import UnsupportedOperation
from tests.fakes.process import Process


async def test_create_list_and_delete(admin: Process) -> None:
    """201 with the address; listed under a number as text; 204, again too."""
    answer = await admin.api("POST", "users/", {"name": "  bob  "})
    assert answer.status == 201
    user_id = answer.headers["Location"].rstrip("/").rsplit("/", 1)[1]
    assert answer.headers["Location"].endswith(f"/user/alice/api/v1/users/{user_id}/")
    answer = await admin.api("GET", "users/")
    assert answer.json == {
        "identifiers": [user_id],
        "items": {user_id: {"name": "bob"}},
        "offset": 0,
        "total": 1,
    }
    for _ in range(2):
        assert (await admin.api("DELETE", f"users/{user_id}/")).status == 204
    assert (await admin.api("GET", "users/")).json["total"] == 0


async def test_a_user_that_exists_is_409(admin: Process) -> None:
    """The same name twice is refused."""
    admin.database.create_user("bob")
    answer = await admin.api("POST", "users/", {"name": "bob"})
    assert (answer.status, answer.json["type"]) == (409, "Exists")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": 1},
        {"name": " "},
        {"name": "x" * 256},
        {"name": "a\x01b"},
        {"name": "a\nb"},
        {"name": "a\x7fb"},
    ],
)
async def test_a_wrong_name_is_400(admin: Process, body: object) -> None:
    """The message names the key."""
    answer = await admin.api("POST", "users/", body)
    assert (answer.status, answer.json["type"]) == (400, "BadRepresentation")
    assert "name" in answer.json["message"]


@pytest.mark.parametrize("identifier", ["x", "-1", "1.5", "%20", "1%2F2", "٣"])
async def test_deleting_what_is_no_number_is_404(admin: Process, identifier: str) -> None:
    """An id that can be none is not found."""
    assert (await admin.api("DELETE", f"users/{identifier}/")).status == 404


async def test_deleting_a_number_beyond_all_is_fine(admin: Process) -> None:
    """Already gone is gone, however large the number."""
    assert (await admin.api("DELETE", f"users/{'9' * 30}/")).status == 204


async def test_one_user_is_not_retrieved(admin: Process) -> None:
    """Retrieving one item is 405, as in the original."""
    answer = await admin.api("GET", "users/1/")
    assert (answer.status, answer.headers["Allow"]) == (405, "DELETE")


async def test_one_user_is_found_by_id(admin: Process) -> None:
    """``?id=`` lists that user alone, with one question; nobody, when there is none."""
    ids = {name: admin.database.create_user(name) for name in ("bob", "carol")}
    admin.database.calls.clear()
    body = (await admin.api("GET", f"users/?id={ids['carol']}")).json
    assert (body["items"], body["total"]) == ({str(ids["carol"]): {"name": "carol"}}, 1)
    assert dict(admin.database.calls) == {"get_user": 1}
    assert (await admin.api("GET", "users/?id=999")).json["total"] == 0
    for wrong in ("x", "-1", str(2**31)):
        answer = await admin.api("GET", f"users/?id={wrong}")
        assert (answer.status, answer.json["type"]) == (400, "BadQueryArguments")


async def test_search_sort_and_page(admin: Process) -> None:
    """Searched, sorted and paged on the server's side."""
    for name in ("carol", "Bob", "alice", "bobby"):
        admin.database.create_user(name)

    async def names(query: str) -> list[str]:
        body = (await admin.api("GET", f"users/?{query}")).json
        return [body["items"][identifier]["name"] for identifier in body["identifiers"]]

    assert sorted(await names("search=bob")) == ["Bob", "bobby"]
    assert await names("sort=-id&limit=2") == ["bobby", "alice"]
    assert await names("sort=id&offset=1&limit=1") == ["Bob"]
    answer = await admin.api("GET", "users/?search=bob&limit=1")
    assert (len(answer.json["items"]), answer.json["total"]) == (1, 2)
    answer = await admin.api("GET", "users/?sort=password")
    assert (answer.status, answer.json["type"]) == (400, "BadQueryArguments")


async def test_a_read_only_accounting_says_so(
    admin: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that cannot write: 500 ``Unable`` that says so."""

    def refuse(*args: object, **kwargs: object) -> None:
        raise UnsupportedOperation("The accounting is a CSV file: it cannot be changed here.")

    monkeypatch.setattr(admin.database, "create_user", refuse)
    answer = await admin.api("POST", "users/", {"name": "bob"})
    assert (answer.status, answer.json["type"]) == (500, "Unable")
    assert "CSV" in answer.json["message"]


HOSTILE = [
    "<b>x</b>",
    "a\"b'c",
    "emoji \U0001f600",
    "\u202eevil",
    "x" * 255,
    "a/b",
    "%41",
    "ß&amp;",
]


@pytest.mark.parametrize("name", HOSTILE)
async def test_any_name_comes_back_as_it_went_in(admin: Process, name: str) -> None:
    """Names full of HTML, quotes, emoji, right-to-left text and 255 characters are text."""
    assert (await admin.api("POST", "users/", {"name": name})).status == 201
    body = (await admin.api("GET", "users/")).json
    assert [item["name"] for item in body["items"].values()] == [name]
