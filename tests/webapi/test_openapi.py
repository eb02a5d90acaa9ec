"""The description of the API, and the running API driven from it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.fakes.process import Process

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
    unsupported_method,
]
#: A well-formed request may still be about something that is not there.
POSITIVE = [check for check in CHECKS if check is not negative_data_rejection]


def drive(document: dict[str, Any], token: str, examples: int) -> list[str]:
    """Send what the description allows, and what it forbids; the operations that were tried."""
    # With the scheme in it, invented tokens would be sent, and 403 is all that would be seen.
    del document["security"]
    schema = schemathesis.openapi.from_dict(document)
    url = document["servers"][0]["url"].rstrip("/")
    tried = []
    for found in schema.get_all_operations():
        operation = found.ok()
        _fuzz(operation, GenerationMode.POSITIVE, POSITIVE, url, token, examples)
        # An id may be any text: there is no wrong one.
        if len(operation.query) or len(operation.body):
            _fuzz(operation, GenerationMode.NEGATIVE, CHECKS, url, token, examples)
        tried.append(operation.label)
    return tried


def _fuzz(
    operation: Any, mode: GenerationMode, checks: list[Any], url: str, token: str, examples: int
) -> None:
    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        headers = {"Authorization": f"token {token}"}
        response = case.call(base_url=url, headers=headers)
        assert response.status_code != 403
        case.validate_response(response, checks=checks)

    send()


@pytest.mark.timeout(120)
async def test_the_user_api_keeps_its_word(process: Process) -> None:
    """Every input is fuzzed from the description; no answer is a bare 500."""
    process.grant("app/tiny:latest")
    process.manager.add_image("app/tiny:latest")
    document = (await process.api("GET", "openapi.json")).json
    tried = await asyncio.to_thread(drive, document, process.token, 15)
    assert set(tried) == {
        "GET /applications/",
        "GET /applications/{id}/",
        "GET /containers/",
        "POST /containers/",
        "GET /containers/{id}/",
        "DELETE /containers/{id}/",
    }


@pytest.mark.timeout(120)
async def test_the_admin_api_keeps_its_word(admin: Process) -> None:
    """The same for the administration."""
    admin.database.create_user("bob")
    admin.database.create_application("app/tiny")
    document = (await admin.api("GET", "openapi.json")).json
    tried = await asyncio.to_thread(drive, document, admin.token, 10)
    assert len(tried) == 13


async def test_the_description_names_what_is_validated(process: Process) -> None:
    """OpenAPI 3.1, from the models that validate: the same keys, the same limits."""
    document = (await process.api("GET", "openapi.json")).json
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": f"{process.url}/user/alice/api/v1/"}]
    start = document["components"]["schemas"]["StartForm"]
    assert start["required"] == ["mapping_id"]
    assert start["properties"]["mapping_id"]["maxLength"] == 255
    item = document["components"]["schemas"]["ApplicationItem"]
    assert item["required"] == ["mapping_id", "image"]
    wire = document["components"]["schemas"]["Error"]["properties"]["type"]["enum"]
    assert wire == ["NotFound", "Exists", "BadRepresentation", "BadQueryArguments", "Unable"]


async def test_the_description_is_not_for_strangers(process: Process) -> None:
    """As closed as the rest."""
    answer = await process.raw("GET", f"{process.base}api/v1/openapi.json")
    assert answer.status == 403
