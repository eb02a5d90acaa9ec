"""``containers/`` of the user process."""

from __future__ import annotations

import asyncio

import pytest

from remoteappmanager.exceptions import (
    LaunchFailed,
    OperationInProgress,
    RemoteAppError,
    ServiceUnavailable,
)
from tests.fakes.process import Process


async def test_start_look_and_stop(process: Process) -> None:
    """201 with the address; then it is listed, retrieved, and deleted."""
    mapping_id = process.grant("app/tiny")
    answer = await process.api("POST", "containers/", {"mapping_id": mapping_id})
    assert (answer.status, answer.text) == (201, "")
    url_id = answer.headers["Location"].rstrip("/").rsplit("/", 1)[1]
    assert answer.headers["Location"] == f"{process.url}/user/alice/api/v1/containers/{url_id}/"
    item = {"name": "c0", "image_name": "app/tiny:latest", "mapping_id": mapping_id}
    answer = await process.api("GET", "containers/")
    assert answer.json == {
        "identifiers": [url_id],
        "items": {url_id: item},
        "offset": 0,
        "total": 1,
    }
    assert (await process.api("GET", f"containers/{url_id}/")).json == item
    answer = await process.api("DELETE", f"containers/{url_id}/")
    assert (answer.status, answer.text) == (204, "")
    assert (await process.api("DELETE", f"containers/{url_id}/")).status == 404
    assert (await process.api("GET", f"containers/{url_id}/")).status == 404


async def test_configurables_reach_the_launcher_as_they_are(process: Process) -> None:
    """``configurables`` is optional; what is in it is the launcher's to judge."""
    mapping_id = process.grant("app/tiny")
    given = {"resolution": {"resolution": "1024x768"}, "unknown": [1, None]}
    for configurables in (None, {}, given):
        body = {"mapping_id": mapping_id, "configurables": configurables}
        assert (await process.api("POST", "containers/", body)).status == 201
        assert process.launcher.asked[-1] == ("launch", "alice", mapping_id, configurables)


@pytest.mark.parametrize(
    ("error", "status", "wire"),
    [
        (OperationInProgress("It is being started already."), 409, "Exists"),
        (ServiceUnavailable("Docker"), 503, "Unable"),
        (RemoteAppError("Docker refuses"), 500, "Unable"),
        (RuntimeError("secret"), 500, "Unable"),
    ],
)
async def test_a_refused_start(process: Process, error: Exception, status: int, wire: str) -> None:
    """Each refusal has its status and type, and each 5xx its reference."""
    process.launcher.failure = error
    answer = await process.api("POST", "containers/", {"mapping_id": "x"})
    assert (answer.status, answer.json["type"]) == (status, wire)
    assert ("ref" in answer.json) is (status >= 500)
    assert "secret" not in answer.text


async def test_a_failed_start_says_what_is_known(process: Process) -> None:
    """Step, exit code, memory and the last lines of the log."""
    process.launcher.failure = LaunchFailed(
        "wait", "It ended at once.", exit_code=1, log="boom\n", out_of_memory=False
    )
    answer = await process.api("POST", "containers/", {"mapping_id": "x"})
    assert answer.status == 500
    body = answer.json
    assert body.pop("ref")
    assert body == {
        "type": "Unable",
        "message": "It ended at once.",
        "step": "wait",
        "exit_code": 1,
        "out_of_memory": False,
        "log": "boom\n",
    }


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"mapping_id": ""},
        {"mapping_id": " "},
        {"mapping_id": 1},
        {"mapping_id": None},
        {"mapping_id": "a\0b"},
        {"mapping_id": "x", "configurables": []},
        {"mapping_id": "x", "configurables": "resolution"},
        {"mapping_id": "unknown"},
        b"{",
        b"",
        b'{"mapping_id": "x", "configurables": {"resolution": NaN}}',
    ],
)
async def test_a_wrong_start_is_400(process: Process, body: object) -> None:
    """Wrong input is 400 ``BadRepresentation`` with a message."""
    answer = await process.api("POST", "containers/", body)
    assert (answer.status, answer.json["type"]) == (400, "BadRepresentation")
    assert answer.json["message"]


async def test_a_body_too_large_is_refused_with_words(process: Process) -> None:
    """JSON bodies are bounded."""
    body = b'{"mapping_id": "' + b"x" * 100_000 + b'"}'
    answer = await process.api("POST", "containers/", body)
    assert answer.status == 400
    assert "larger" in answer.json["message"]


async def test_somebody_elses_container_is_not_found(process: Process) -> None:
    """Another user's container is not shown, not stopped and not admitted to."""
    container = process.manager.add_container("bob")
    assert (await process.api("GET", "containers/")).json["total"] == 0
    for method in ("GET", "DELETE"):
        assert (await process.api(method, f"containers/{container.url_id}/")).status == 404
    assert process.manager.containers == [container]


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "containers/", "GET, HEAD, POST"),
        ("DELETE", "containers/", "GET, HEAD, POST"),
        ("PATCH", "containers/x/", "GET, HEAD, DELETE"),
        ("POST", "containers/x/", "GET, HEAD, DELETE"),
        ("POST", "applications/", "GET, HEAD"),
        ("DELETE", "applications/x/", "GET, HEAD"),
        ("OPTIONS", "containers/", "GET, HEAD, POST"),
    ],
)
async def test_405(process: Process, method: str, path: str, allow: str) -> None:
    """A method that the resource does not have is 405, with those that it has."""
    answer = await process.api(method, path)
    assert (answer.status, answer.headers["Allow"]) == (405, allow)
    assert answer.json["type"] == "Unable"


@pytest.mark.parametrize("path", ["", "nothing/", "containers/a/b/c/", "admin/users/", "users/"])
async def test_unknown_paths_are_404_as_json(process: Process, path: str) -> None:
    """What is not there is ``NotFound``; a user's process has no administration."""
    answer = await process.api("GET", path)
    assert (answer.status, answer.json["type"]) == (404, "NotFound")


async def test_a_start_goes_on_when_the_browser_leaves(process: Process) -> None:
    """Closing the page does not stop what was started."""
    mapping_id = process.grant("app/tiny")
    process.launcher.hold = asyncio.Event()
    call = asyncio.create_task(process.api("POST", "containers/", {"mapping_id": mapping_id}))
    await process.launcher.entered.wait()
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    process.launcher.hold.set()
    await process.launcher.finished.wait()


async def test_head_and_etag(process: Process) -> None:
    """HEAD has GET's headers; what has not changed is not sent again."""
    first = await process.api("GET", "containers/")
    head = await process.api("HEAD", "containers/")
    assert (head.status, head.text) == (200, "")
    assert head.headers["Etag"] == first.headers["Etag"]
    again = {"If-None-Match": first.headers["Etag"]}
    assert (await process.api("GET", "containers/", headers=again)).status == 304
