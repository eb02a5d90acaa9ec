"""The wire format of the REST API (reference: REST), read from the client's side."""

from __future__ import annotations

import urllib.parse
from typing import TYPE_CHECKING, Any, NoReturn

import requests

from remoteappmanager.cli.remoteapprest.errors import OtherSession, Unable, UnexpectedAnswer
from remoteappmanager.cli.remoteapprest.values import Application, Container
from remoteappmanager.cli.remoteapprest.wire import (
    json_object,
    one_line,
    proxy_alone,
    unexpected,
)
from remoteappmanager.exceptions import (
    InvalidRequest,
    LaunchFailed,
    NotFound,
    OperationInProgress,
    RemoteAppError,
    ServiceUnavailable,
)

if TYPE_CHECKING:
    from remoteappmanager.cli.remoteapprest.client import Client


def is_wire_form(answer: requests.Response) -> bool:
    """Whether an error is the API's own, not the Hub's or the proxy's."""
    body = json_object(answer)
    return isinstance(body.get("type"), str) and isinstance(body.get("message"), str)


def server_is_away(answer: requests.Response, method: str) -> bool:
    """Whether the Hub or the proxy answered, because the user's server is not there."""
    if (answer.ok and not answer.is_redirect) or is_wire_form(answer):
        return False
    if answer.is_redirect:
        # /user/NAME/... -> /hub/user/NAME/...: the Hub has no such server running.
        path = urllib.parse.urlsplit(answer.headers["Location"]).path
        return "/hub/" in path
    if answer.status_code in (424, 502, 503, 504) or proxy_alone(answer):
        return True
    # What is no GET is not redirected by the Hub, but refused in one way or another.
    return method != "GET" and answer.status_code in (403, 404, 405)


def items_of(
    answer: requests.Response, collection: str, site: str, home: str
) -> list[tuple[str, dict[str, Any]]]:
    """The ids and objects of a collection, in its order; ``home`` is the user's page.

    Raises ``OtherSession`` for what an administrator's session lists: the site's, not the user's.
    """
    listing = json_object(answer)
    items, identifiers = listing.get("items"), listing.get("identifiers")
    if not isinstance(items, dict) or not isinstance(identifiers, list):
        raise unexpected(site, answer)
    for item in items.values():
        if "realm" in item if collection == "containers" else "image" not in item:
            raise OtherSession(
                "Your server runs an administrator's session: choose 'Applications' in the menu "
                f"at {home}, then try again."
            )
    try:
        return [(str(identifier), items[identifier]) for identifier in identifiers]
    except KeyError as exc:
        raise UnexpectedAnswer(
            f"{site} lists items without showing them: it runs an older version."
        ) from exc


def check(answer: requests.Response) -> NoReturn:
    """Raise the error that the API's answer stands for."""
    raise error_of(json_object(answer), answer.status_code)


def error_of(body: dict[str, Any], status: int) -> RemoteAppError:
    """The error for an answer in wire form."""
    message, kind = one_line(body["message"]), body["type"]
    if kind == "NotFound":
        return NotFound(message)
    if kind == "Exists":
        return OperationInProgress(message)
    if kind in ("BadRepresentation", "BadQueryArguments"):
        return InvalidRequest(message)
    if body.get("ref"):
        message = f"{message} (reference {one_line(str(body['ref']))})"
    if isinstance(body.get("step"), str):
        code = body.get("exit_code")
        return LaunchFailed(
            body["step"],
            message,
            exit_code=code if isinstance(code, int) else None,
            out_of_memory=body.get("out_of_memory") is True,
            log=str(body.get("log") or ""),
        )
    if status == 503:
        return ServiceUnavailable(str(body.get("service") or "The server"), message)
    return Unable(message)


def application_of(client: Client, mapping_id: str, item: dict[str, Any]) -> Application:
    """An item of ``applications/``."""
    image = item.get("image") or {}
    name = str(image.get("name") or "")
    container = item.get("container")
    return Application(
        mapping_id=mapping_id,
        name=str(image.get("ui_name") or name),
        image_name=name,
        description=str(image.get("description") or ""),
        configurables=tuple(image.get("configurables") or ()),
        policy=dict(image.get("policy") or {}),
        container=container_of(client, container["url_id"], {"mapping_id": mapping_id, **container})
        if container
        else None,
    )


def container_of(client: Client, url_id: str, item: dict[str, Any]) -> Container:
    """An item of ``containers/``, or the ``container`` of an application."""
    return Container(
        url_id=url_id,
        image_name=str(item.get("image_name") or ""),
        mapping_id=str(item.get("mapping_id") or ""),
        address=client.address(url_id),
    )
