"""OpenAPI 3.1 of what a process serves, made from the definitions that validate requests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from remoteappmanager.version import __version__
from remoteappmanager.webapi.base import APIHandler, ObjectHandler, Resource
from remoteappmanager.webapi.event_forms import EVENTS

_ERROR_TYPES = ["NotFound", "Exists", "BadRepresentation", "BadQueryArguments", "Unable"]
_REFS = "#/components/schemas/{model}"

#: Status -> what it means, for every operation.
_ANSWERS = {
    400: "What was sent is wrong; the message names what",
    403: "Not logged in, or not allowed",
    404: "Not found",
    405: "The resource does not have this method",
    409: "Exists already, or is under way",
    500: "It could not be done",
    503: "Docker, the database, the gate or JupyterHub is away",
}


def describe(resources: Iterable[tuple[type[Resource], bool]], server: str) -> dict[str, Any]:
    """The document. ``resources``: (class, whether it is one object); ``server``: the API's URL."""
    listed = list(resources)
    models = [*_models(resource for resource, _ in listed), *EVENTS.values()]
    _, schemas = models_json_schema([(model, "validation") for model in models], ref_template=_REFS)
    paths: dict[str, Any] = {}
    for resource, is_object in listed:
        paths.update(_object(resource) if is_object else _collection(resource))
    return {
        "openapi": "3.1.0",
        "info": {"title": "remoteappmanager", "version": __version__},
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A JupyterHub token"}
            },
            "schemas": {**schemas["$defs"], "Error": _error(), "Events": _events()},
        },
    }


def _models(resources: Iterable[type[Resource]]) -> list[type[BaseModel]]:
    found: dict[type[BaseModel], None] = {}
    for resource in resources:
        for model in (resource.Item, resource.Create):
            if model is not None:
                found[model] = None
    return list(found)


def _object(resource: type[Resource]) -> dict[str, Any]:
    operation = _operation(resource, "retrieve", {"200": _json(_ref(resource.Item))})
    return {f"/{resource.name}/": {"get": operation}}


def _collection(resource: type[Resource]) -> dict[str, Any]:
    collection: dict[str, Any] = {}
    item: dict[str, Any] = {}
    if resource.has("list"):
        collection["get"] = {
            **_operation(resource, "list", {"200": _json(_listing(resource))}),
            "parameters": _query(resource),
        }
    if resource.has("create"):
        collection["post"] = {
            **_operation(resource, "create", {"201": _created()}),
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": _ref(resource.Create)}},
            },
        }
    if resource.has("retrieve"):
        item["get"] = _operation(resource, "retrieve", {"200": _json(_ref(resource.Item))})
    if resource.has("delete"):
        item["delete"] = _operation(resource, "delete", {"204": {"description": "Gone"}})
    paths = {f"/{resource.name}/": collection}
    if item:
        parameter = {"name": "id", "in": "path", "required": True, "schema": _ID}
        paths[f"/{resource.name}/{{id}}/"] = {"parameters": [parameter], **item}
    return {path: content for path, content in paths.items() if content}


_ID = {"type": "string", "minLength": 1}


def _operation(resource: type[Resource], verb: str, good: dict[str, Any]) -> dict[str, Any]:
    bad = {
        str(status): {**_json(_REF_ERROR), "description": text} for status, text in _ANSWERS.items()
    }
    return {
        "operationId": f"{verb}_{resource.name}",
        "summary": f"{resource.summary}: {verb}",
        "responses": {**good, **bad},
    }


_REF_ERROR = {"$ref": _REFS.format(model="Error")}


def _ref(model: type[BaseModel] | None) -> dict[str, str]:
    assert model is not None  # noqa: S101 - only asked where the verb exists
    return {"$ref": _REFS.format(model=model.__name__)}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "Well", "content": {"application/json": {"schema": schema}}}


def _created() -> dict[str, Any]:
    location = {"required": True, "schema": {"type": "string", "format": "uri"}}
    return {"description": "Created", "headers": {"Location": location}}


def _listing(resource: type[Resource]) -> dict[str, Any]:
    count = {"type": "integer", "minimum": 0}
    return {
        "type": "object",
        "required": ["identifiers", "items", "offset", "total"],
        "properties": {
            "identifiers": {"type": "array", "items": {"type": "string"}},
            "items": {"type": "object", "additionalProperties": _ref(resource.Item)},
            "offset": count,
            "total": count,
        },
    }


def _query(resource: type[Resource]) -> list[dict[str, Any]]:
    schema = resource.Query.model_json_schema()
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _present(detail)}
        for name, detail in schema["properties"].items()
    ]


def _present(detail: dict[str, Any]) -> dict[str, Any]:
    """A query argument is absent or has a value; there is no null in a query."""
    options = [option for option in detail.get("anyOf", ()) if option.get("type") != "null"]
    rest = {key: value for key, value in detail.items() if key not in {"anyOf", "default"}}
    return {**rest, **(options[0] if options else {})}


def _events() -> dict[str, Any]:
    """The stream ``events/`` is no JSON and so no path; this is what its events carry, by name."""
    return {
        "type": "object",
        "description": "Name of a server-sent event of events/ -> the JSON in its data",
        "required": list(EVENTS),
        "properties": {name: _ref(form) for name, form in EVENTS.items()},
    }


def _error() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["type", "message"],
        "properties": {
            "type": {"type": "string", "enum": _ERROR_TYPES},
            "message": text,
            "ref": {**text, "description": "Found in the log beside the trace; each 5xx has one"},
            "service": {**text, "description": "Of a 503: what is away"},
            "step": {**text, "description": "Of a start that failed: at which step; as the next"},
            "exit_code": {"type": ["integer", "null"]},
            "out_of_memory": {"type": "boolean"},
            "log": {**text, "description": "The last lines that the application wrote"},
        },
    }


class OpenAPIHandler(APIHandler):
    """``GET openapi.json``."""

    def initialize(self, routes: list[Any]) -> None:
        """Tornado's hook: the API's routes."""
        self.routes = routes

    async def get(self) -> None:
        """The document; the server's address as the caller sees it."""
        self.answer(describe(resources_of(self.routes), f"{self.origin}{self.application.api}"))

    head = get


def resources_of(routes: Iterable[Any]) -> list[tuple[type[Resource], bool]]:
    """The resources in ``routes``, each once, and whether each is one object."""
    found: dict[type[Resource], bool] = {}
    for _, handler, arguments in routes:
        if "resource" in arguments:
            found.setdefault(arguments["resource"], issubclass(handler, ObjectHandler))
    return list(found.items())
