"""What may come in and what goes out: one definition validates requests and makes OpenAPI."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from remoteappmanager.exceptions import InvalidRequest
from remoteappmanager.webapi.errors import BadQueryArguments

#: Bytes of the largest JSON body that is read.
MAX_BODY = 64 * 1024
#: Beyond this no list has items; it also fits every database's integer.
MAX_COUNT = 2**31 - 1

#: Text that must not be empty. Blanks around it are taken off before it is looked at.
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=255),
    Field(json_schema_extra={"pattern": r"^\s*\S"}),
]

M = TypeVar("M", bound=BaseModel)


class Form(BaseModel):
    """A JSON object. Wrong types are refused, unknown keys are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", str_strip_whitespace=True, frozen=True)


class PageQuery(BaseModel):
    """The query arguments that page a list."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    limit: int | None = Field(None, ge=0, le=MAX_COUNT, description="At most so many items")
    offset: int = Field(0, ge=0, le=MAX_COUNT, description="Skip so many items")

    def page(self, items: list[Any]) -> list[Any]:
        """The asked-for part of ``items``."""
        end = None if self.limit is None else self.offset + self.limit
        return items[self.offset : end]


class SearchQuery(PageQuery):
    """Paging, with a search and an order: for lists that are long."""

    search: str = Field("", max_length=255, description="Only items that contain this text")
    sort: str = Field("", max_length=64, description="Order by this key; with '-' before it, down")


def parse_body(form: type[M], body: bytes) -> M:
    """The JSON object in ``body`` as ``form``. Raises ``InvalidRequest`` naming what is wrong."""
    if len(body) > MAX_BODY:
        raise InvalidRequest(f"The body is larger than {MAX_BODY} bytes.")
    try:
        text = body.decode("utf-8")
        data = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except UnicodeDecodeError as exc:
        raise InvalidRequest("The body is not UTF-8 text.") from exc
    except (ValueError, RecursionError) as exc:
        raise InvalidRequest("The body is not JSON.") from exc
    if not isinstance(data, dict):
        raise InvalidRequest("The body is not a JSON object.")
    check_texts(data)
    try:
        return form.model_validate(data)
    except ValidationError as exc:
        raise InvalidRequest(_first_problem(exc)) from exc


def parse_query(form: type[M], arguments: Mapping[str, list[bytes]]) -> M:
    """The query arguments as ``form``; of a repeated one the last counts.

    Raises ``BadQueryArguments`` naming the argument.
    """
    try:
        data = {name: values[-1].decode("utf-8") for name, values in arguments.items()}
        check_texts(data)
        return form.model_validate(data)
    except UnicodeDecodeError as exc:
        raise BadQueryArguments("The query is not UTF-8 text.") from exc
    except ValidationError as exc:
        raise BadQueryArguments(_first_problem(exc)) from exc
    except InvalidRequest as exc:
        raise BadQueryArguments(str(exc)) from exc


def check_texts(value: Any, where: str = "The body") -> None:
    """Raise ``InvalidRequest`` for text that no database and no Docker takes.

    NUL ends strings in C, and half a surrogate pair is not text at all.
    """
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
            raise InvalidRequest(f"{where}: the text has characters that are not allowed.")
    elif isinstance(value, dict):
        for key, inner in value.items():
            check_texts(key)
            check_texts(inner, key)
    elif isinstance(value, list):
        for inner in value:
            check_texts(inner, where)


def _first_problem(error: ValidationError) -> str:
    """The first thing that is wrong, with the key's name; never the value itself."""
    problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
    key = ".".join(str(part) for part in problem["loc"]) or "The object"
    return f"{key}: {problem['msg']}."


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
