"""The common forms of the REST API: resources, their handlers, their errors (spec: rest).

A resource says what it is in three or four methods; who asks, parsing,
validating, paging and errors are done here, once.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, ParamSpec, TypeVar

from pydantic import BaseModel
from tornado.web import HTTPError

from remoteappmanager import utils
from remoteappmanager.exceptions import ServiceUnavailable
from remoteappmanager.handlers.common import CommonHandler
from remoteappmanager.services.hub import Actor
from remoteappmanager.user import User
from remoteappmanager.webapi.errors import fault_of
from remoteappmanager.webapi.forms import Form, PageQuery, parse_body, parse_query

P = ParamSpec("P")
T = TypeVar("T")

#: Where the API begins, after the process's own path.
API = "api/v1/"


class Resource:
    """One collection. Subclasses define the methods that it has; the others are 405.

    ``list`` gives the items of the asked-for page by id, in order, and how
    many there are in all.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    Item: ClassVar[type[Form]]
    Create: ClassVar[type[Form] | None] = None
    Query: ClassVar[type[PageQuery]] = PageQuery

    def __init__(self, application: Any, actor: Actor) -> None:
        self.application = application
        self.actor = actor

    @property
    def user(self) -> User:
        """The owner of this process."""
        return self.application.user

    async def database(self, method: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a (synchronous) method of the database beside the loop, not for ever."""
        return await in_thread(
            self.application.file_config.network_timeout, method, *args, **kwargs
        )

    async def list(self, query: Any) -> tuple[dict[str, Form], int]:
        """The items, and their number without paging."""
        raise HTTPError(405)

    async def retrieve(self, identifier: str) -> Form:
        """One item. Raises ``NotFound``."""
        raise HTTPError(405)

    async def create(self, form: Any) -> str:
        """Create from ``form``; the new id."""
        raise HTTPError(405)

    async def delete(self, identifier: str) -> None:
        """Remove an item."""
        raise HTTPError(405)

    @classmethod
    def has(cls, verb: str) -> bool:
        """Whether this resource defines ``verb`` (list, retrieve, create, delete)."""
        return getattr(cls, verb) is not getattr(Resource, verb)


async def in_thread(timeout: float, method: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a synchronous database method in a thread, for at most ``timeout`` seconds.

    Raises what the method raises, and ``ServiceUnavailable`` when it takes too long.
    """
    try:
        return await asyncio.wait_for(asyncio.to_thread(method, *args, **kwargs), timeout)
    except TimeoutError as exc:
        raise ServiceUnavailable("The database") from exc


class APIHandler(CommonHandler):
    """The base of the API's handlers: JSON only, and never a redirect."""

    async def prepare(self) -> None:
        """Ask who it is before anything else is looked at."""
        self.set_header("Cache-Control", "private, no-cache")
        await self.identify()
        self.check_actor()
        self.require_method()

    def get_login_url(self) -> str:
        """A script cannot log in by being sent to a page."""
        raise HTTPError(403)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with the wire form of the error."""
        error = kwargs.get("exc_info", (None, HTTPError(status_code), None))[1]
        fault = fault_of(error)
        body: dict[str, Any] = {"type": fault.type, "message": fault.message, **fault.details}
        if fault.status >= 500:
            body["ref"] = self.ref
        if fault.status == 405:
            self.set_header("Allow", self.allowed_methods())
        if fault.status == 503:
            self.set_header("Retry-After", "5")
        self.set_header("Cache-Control", "no-store")
        self.set_status(fault.status)
        self.answer(body)

    def answer(self, body: Mapping[str, Any]) -> None:
        """Finish with a JSON object."""
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.finish(json.dumps(body))


class UnknownHandler(APIHandler):
    """Any API path that is none: 404 as JSON."""

    def require_method(self) -> None:
        """There is nothing here, whatever the method."""
        raise HTTPError(404)


class ResourceHandler(APIHandler):
    """Common to collections and items."""

    verbs: ClassVar[dict[str, str]]

    def initialize(self, resource: type[Resource]) -> None:
        """Tornado's hook: ``resource`` comes from the route."""
        self.resource_class = resource

    async def prepare(self) -> None:
        """As all of the API; then the resource itself."""
        await super().prepare()
        assert self.actor is not None  # noqa: S101 - check_actor has raised otherwise
        self.resource = self.resource_class(self.application, self.actor)

    def require_method(self) -> None:
        """405 for what this resource does not have."""
        if self.request.method not in self.allowed_methods().split(", "):
            raise HTTPError(405)

    def allowed_methods(self) -> str:
        """Derived from what the resource defines."""
        return ", ".join(
            method for method, verb in self.verbs.items() if self.resource_class.has(verb)
        )


class CollectionHandler(ResourceHandler):
    """List and create."""

    verbs: ClassVar = {"GET": "list", "HEAD": "list", "POST": "create"}

    async def get(self) -> None:
        """List."""
        query = parse_query(self.resource_class.Query, self.request.query_arguments)
        items, total = await self.resource.list(query)
        self.answer(
            {
                "identifiers": list(items),
                "items": {identifier: dump(item) for identifier, item in items.items()},
                "offset": query.offset,
                "total": total,
            }
        )

    head = get

    async def post(self) -> None:
        """Create; the new item's address is in ``Location``."""
        form = self.resource_class.Create
        assert form is not None  # noqa: S101 - a resource with create has its form
        identifier = await self.resource.create(parse_body(form, self.request.body))
        path = utils.url_path_join(
            self.application.base_urlpath, API, self.resource_class.name, identifier, "/"
        )
        self.set_status(201)
        self.set_header("Location", f"{self.origin}{path}")
        self.clear_header("Content-Type")
        self.finish()


class ItemHandler(ResourceHandler):
    """Retrieve and delete."""

    verbs: ClassVar = {"GET": "retrieve", "HEAD": "retrieve", "DELETE": "delete"}

    async def get(self, identifier: str) -> None:
        """Retrieve."""
        self.answer(dump(await self.resource.retrieve(identifier)))

    head = get

    async def delete(self, identifier: str) -> None:
        """Delete."""
        await self.resource.delete(identifier)
        self.set_status(204)
        self.clear_header("Content-Type")
        self.finish()


class ObjectHandler(ResourceHandler):
    """A resource that is one object, not a collection."""

    verbs: ClassVar = {"GET": "retrieve", "HEAD": "retrieve"}

    async def get(self) -> None:
        """Retrieve."""
        self.answer(dump(await self.resource.retrieve("")))

    head = get


def dump(item: BaseModel) -> dict[str, Any]:
    """The wire form of an item: keys that were not given are absent."""
    return item.model_dump(mode="json", exclude_unset=True)
