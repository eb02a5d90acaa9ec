"""The client as a library."""

import json
import secrets
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from remoteappmanager.cli.remoteapprest import launch, server
from remoteappmanager.cli.remoteapprest.client import Client
from remoteappmanager.cli.remoteapprest.credentials import Credentials
from remoteappmanager.cli.remoteapprest.errors import (
    LoginRefused,
    OtherSession,
    ServerNotStarted,
    Unable,
    UnexpectedAnswer,
    Unreachable,
)
from remoteappmanager.cli.remoteapprest.values import Progress
from remoteappmanager.exceptions import (
    InvalidRequest,
    LaunchFailed,
    NotFound,
    OperationInProgress,
    RemoteAppError,
    ServiceUnavailable,
)
from tests.fakes.site import ALICE, MAPPING, FakeSite, as_json, event

URL_ID = "f" * 32


@pytest.fixture
def told() -> list[Progress]:
    """What the client told while something started."""
    return []


@pytest.fixture
def client(site: FakeSite, told: list[Progress], monkeypatch: Any) -> Iterator[Client]:
    """A client that is logged in at ``site``."""
    monkeypatch.setattr(launch, "TICK", 0.01)
    with Client(Credentials(site.url, ALICE, token=site.token()), on_progress=told.append) as one:
        yield one


def test_lists_give_values(site: FakeSite, client: Client) -> None:
    """Applications and containers are listed in one request each, with their addresses."""
    site.containers = {URL_ID: MAPPING}
    (app,) = client.applications()
    (container,) = client.containers()
    assert (app.mapping_id, app.name, app.image_name) == (MAPPING, "Tiny <b>page", "site/tiny:1")
    assert app.configurables == ("resolution",)
    assert app.container == container
    assert container.address == f"{site.url}/user/alice/containers/{URL_ID}/"
    assert len(site.asked) == 2


def test_a_name_is_written_into_paths_as_jupyterhub_does() -> None:
    """Names with blanks and signs lead to the address that the Hub uses."""
    client = Client(Credentials("https://x.org", "bob smith+1@x.org"))
    assert client.address("i") == "https://x.org/user/bob%20smith%2B1@x.org/containers/i/"


@pytest.mark.parametrize("wanted", [MAPPING, "tiny <B>page", "site/tiny:1", "site/tiny", "tiny"])
def test_an_application_is_found_by_id_and_by_name(client: Client, wanted: str) -> None:
    """Its id, its title, its image's name with or without tag and owner."""
    assert client.application(wanted).mapping_id == MAPPING


@pytest.mark.parametrize("wanted", ["0" * 32, "nothing", "../../../hub"])
def test_an_unknown_application_says_how_to_list_them(client: Client, wanted: str) -> None:
    """The refusal names the command that lists what there is."""
    with pytest.raises(NotFound, match="app available"):
        client.application(wanted)


def test_start_gives_the_address_through_the_proxy(site: FakeSite, client: Client) -> None:
    """The address is the proxy's, never the container's own port."""
    container = client.start("tiny", resolution="800x600")
    assert container.address == f"{site.url}/user/alice/containers/{container.url_id}/"
    body = next(b for b, a in zip(site.bodies, site.asked, strict=True) if a.startswith("POST"))
    assert b'"resolution": {"resolution": "800x600"}' in body


def test_an_option_that_the_application_lacks_is_told(client: Client, told: list[Progress]) -> None:
    """The server ignores it silently; the client says so."""
    client.start("tiny", startupdata="/x")
    assert [each.message for each in told if each.warning] == [
        "Tiny <b>page has no option startupdata: it is ignored."
    ]


def test_what_runs_is_kept_when_asked_to(site: FakeSite, client: Client) -> None:
    """Without replace, the running container is given back, and nothing is started."""
    site.containers = {URL_ID: MAPPING}
    assert client.start("tiny", replace=False).url_id == URL_ID
    assert client.start("tiny").url_id != URL_ID


def test_no_wait_comes_back_when_the_container_runs(site: FakeSite, client: Client) -> None:
    """The address is known before the application answers; an older container is not it."""
    site.containers = {URL_ID: MAPPING}
    fresh, released = secrets.token_hex(16), threading.Event()

    def slow() -> Any:
        site.containers = {fresh: MAPPING}
        released.wait(10)
        return as_json(500, {"type": "Unable", "message": "too late to be told"})

    site.overrides["POST containers/"] = slow
    try:
        assert client.start("tiny", wait=False).url_id == fresh
    finally:
        released.set()


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (as_json(404, {"type": "NotFound", "message": "gone"}), NotFound, "gone"),
        (as_json(409, {"type": "Exists", "message": "x"}), OperationInProgress, "app running"),
        (as_json(400, {"type": "BadRepresentation", "message": "bad"}), InvalidRequest, "bad"),
        (as_json(500, {"type": "Unable", "message": "no", "ref": "r1"}), Unable, "reference r1"),
        (
            as_json(503, {"type": "Unable", "message": "Docker is away", "service": "Docker"}),
            ServiceUnavailable,
            "Docker is away",
        ),
        ((200, {"Content-Type": "text/html"}, b"<html>"), UnexpectedAnswer, "remoteappmanager"),
        ((500, {"Content-Type": "text/html"}, b"<html>"), UnexpectedAnswer, "HTTP 500"),
    ],
)
def test_refusals_of_a_start_are_in_the_tree(
    site: FakeSite, client: Client, answer: Any, error: type[RemoteAppError], message: str
) -> None:
    """Each answer of the API is one error, in the server's words and with what to do next."""
    site.overrides["POST containers/"] = answer
    with pytest.raises(error, match=message) as caught:
        client.start("tiny")
    assert type(caught.value) is error


def test_a_failed_launch_keeps_its_evidence(site: FakeSite, client: Client) -> None:
    """Step, exit code and last output of a failed start reach the caller."""
    body = {"type": "Unable", "message": "It ended.", "step": "wait", "exit_code": 3, "log": "bye"}
    site.overrides["POST containers/"] = as_json(500, body)
    with pytest.raises(LaunchFailed) as caught:
        client.start("tiny")
    assert (caught.value.step, caught.value.exit_code, caught.value.log) == ("wait", 3, "bye")


def test_steps_and_warnings_are_passed_on(
    site: FakeSite, client: Client, told: list[Progress]
) -> None:
    """The server's stream of events is told while a start is under way, this start's alone."""
    heard = threading.Event()

    def stream() -> Any:
        mine, other = {"mapping_id": MAPPING}, {"mapping_id": "0" * 32}
        events = (
            ("step", {**mine, "step": "wait"}),
            ("warning", {**mine, "step": "wait", "message": "/data is not there"}),
            ("warning", {**other, "step": "wait", "message": "somebody else's"}),
        )
        lines = (f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)
        heard.set()
        return 200, {"Content-Type": "text/event-stream"}, "".join(lines).encode()

    def start() -> Any:
        heard.wait(10)
        for _ in range(1000):
            if any(each.warning for each in told):
                break
            threading.Event().wait(0.005)
        return 201, {"Location": f"http://x/{URL_ID}/"}, b""

    site.overrides = {"GET events/": stream, "POST containers/": start}
    client.start("tiny")
    assert any("waiting until the application answers" in each.message for each in told)
    assert [each.message for each in told if each.warning] == ["/data is not there"]


def test_stop(site: FakeSite, client: Client) -> None:
    """A stopped container is gone; stopping it again is refused, and says what runs where."""
    site.containers = {URL_ID: MAPPING}
    client.stop(client.container("tiny").url_id)
    assert not site.containers
    for wanted in (URL_ID, "x/../../applications"):
        with pytest.raises(NotFound, match="app running"):
            client.stop(wanted)


# --- the user's server ---------------------------------------------------------


@pytest.mark.parametrize("state", ["stopped", "starting", "dead"])
def test_a_server_that_is_not_there_is_started(
    site: FakeSite, client: Client, told: list[Progress], state: str
) -> None:
    """Stopped, on its way, or killed: the client starts it, and tells the Hub's progress."""
    site.server = state
    assert [each.name for each in client.applications()] == ["Tiny <b>page"]
    assert told[0].message == "Starting your server"
    assert (Progress("Half way", 50) in told) is (state != "dead")


def test_a_server_that_stops_before_a_stop_is_started(site: FakeSite, client: Client) -> None:
    """Requests that are no GET are refused by the Hub in another way, and sent again."""
    site.containers = {URL_ID: MAPPING}
    site.server = "stopped"
    client.stop(URL_ID)
    assert not site.containers


def test_a_server_that_fails_to_start_says_why(site: FakeSite, client: Client) -> None:
    """The Hub's reason is in the message, and where to look."""
    site.server = "stopped"
    site.spawn_events = [event(failed=True, message="Spawn failed: no\nroom")]
    with pytest.raises(ServerNotStarted, match=r"no room\. .*/lab/hub/home"):
        client.applications()


def test_a_server_that_is_never_ready_ends_at_the_deadline(site: FakeSite) -> None:
    """Waiting for the server has an end."""
    site.server = "stopped"
    site.spawn_events = []
    client = Client(Credentials(site.url, ALICE, token=site.token()), start_timeout=0.05)
    with pytest.raises(ServerNotStarted, match="not ready after"):
        client.applications()


OTHERS = {"image_name": "site/tiny:1", "mapping_id": MAPPING, "user": "bob", "realm": "r"}


@pytest.mark.parametrize(
    "act",
    [
        lambda client: client.applications(),
        lambda client: client.containers(),
        lambda client: client.start("tiny"),
        lambda client: client.start(MAPPING),
        lambda client: client.stop(URL_ID),
    ],
    ids=["applications", "containers", "start-name", "start-id", "stop"],
)
def test_an_administrators_session_is_not_used(site: FakeSite, client: Client, act: Any) -> None:
    """Its lists are of the whole site: nothing of others is shown or stopped as one's own."""
    for collection, item in (
        ("applications", {"7": {"image_name": "site/tiny:1", "image_available": True}}),
        ("containers", {URL_ID: OTHERS}),
    ):
        listing = {"identifiers": list(item), "items": item, "offset": 0, "total": 1}
        site.overrides[f"GET {collection}/"] = as_json(200, listing)
    no_method = {"type": "Unable", "message": "This address does not support that method."}
    site.overrides["GET applications/.+"] = as_json(405, no_method)
    with pytest.raises(OtherSession, match=r"choose 'Applications' in the menu at .*/user/alice/"):
        act(client)
    assert not any(each.startswith(("POST", "DELETE")) for each in site.asked)


def test_the_users_kind_of_server_is_started(site: FakeSite, client: Client) -> None:
    """An administrator who starts it by a script gets the one with applications."""
    site.server = "stopped"
    client.applications()
    asked = zip(site.asked, site.bodies, strict=True)
    assert b'{"session": "user"}' in [body for what, body in asked if what.endswith("/server")]


# --- restarts -----------------------------------------------------------------


PROXY_SAYS = [
    (404, {"Content-Type": "text/html"}, b"<html>"),
    (503, {"Content-Type": "text/html"}, b"<html>"),
]


@pytest.mark.parametrize("said", PROXY_SAYS, ids=["no-route-yet", "nobody-there"])
def test_a_restart_is_waited_for(
    site: FakeSite, client: Client, monkeypatch: pytest.MonkeyPatch, said: Any
) -> None:
    """While the Hub or the proxy restarts, the proxy alone answers; the client asks again."""
    real, times = site.answer, iter(range(6))
    monkeypatch.setattr(
        site, "answer", lambda *request: said if next(times, None) is not None else real(*request)
    )
    assert [each.name for each in client.applications()] == ["Tiny <b>page"]
    assert next(times, None) is None


def test_a_hub_that_stays_away_is_told(
    site: FakeSite, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is not said to be a wrong address, and the waiting has an end."""
    monkeypatch.setattr(server, "_RESTART", 0.05)
    monkeypatch.setattr(site, "answer", lambda *request: PROXY_SAYS[1])
    with pytest.raises(Unreachable, match=r"The Hub of .*/lab does not answer: try again"):
        client.applications()


# --- credentials ------------------------------------------------------------------


@pytest.mark.parametrize("state", ["running", "stopped"])
def test_an_expired_token_says_what_to_type(site: FakeSite, client: Client, state: str) -> None:
    """Expired or refused credentials say so and what to type next."""
    site.tokens.clear()
    site.server = state
    with pytest.raises(LoginRefused, match=f"expired.*remoteapprest login {site.url}"):
        client.applications()


def test_a_login_that_may_not_use_the_server_says_so(site: FakeSite, client: Client) -> None:
    """A token that the Hub knows and the server refuses is not called expired."""
    site.overrides[".*"] = as_json(403, {"type": "Unable", "message": "no"})
    with pytest.raises(LoginRefused, match="may not use the server of alice"):
        client.applications()


def test_cookies_of_the_originals_file_are_sent(site: FakeSite) -> None:
    """With cookies, XSRF goes along."""
    cookies = {"hub-login": "yes", "_xsrf": "xyz"}
    Client(Credentials(site.url, ALICE, cookies)).applications()
    assert site.headers[-1]["X-XSRFToken"] == "xyz"
    assert "hub-login=yes" in site.headers[-1]["Cookie"]


def test_the_client_connects_again_after_a_disconnect(client: Client) -> None:
    """It can be told to disconnect, and is as good as before."""
    client.applications()
    client.disconnect()
    assert client.applications()


def test_a_site_that_went_away_is_told(client: Client, site: FakeSite) -> None:
    """A site that stops between two calls is one line, not a traceback."""
    client.applications()
    client.disconnect()
    site.__exit__()
    with pytest.raises(Unreachable):
        client.applications()
