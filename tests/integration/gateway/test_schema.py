"""Whatever a client sends, the interface answers as its description says: requests are drawn from that description."""

import asyncio
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.gateway.domain.transfers import PART_TYPE
from tests.integration.gateway.door import Door
from tests.integration.gateway.helping import invite
from tests.integration.gateway.people import TOKENS, Phone

pytestmark = pytest.mark.live

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ENDLESS = "/v1/events"  # a stream that stays open; `test_events.py` reads it
REQUESTS = 8


async def test_every_answer_is_described(door: Door, phone: Phone) -> None:
    """No operation answers a request, right or wrong, with a 5xx or with anything its description does not name."""
    schemathesis.serializer.alias(PART_TYPE, "application/octet-stream")
    page_id = await phone.page()
    answer = await phone.submit([page_id])
    known = {"page_id": page_id, "document_id": answer.json()["document_id"], "purpose": "power_cut"}
    known["mandate_id"] = (await invite(phone, "read"))["mandate_id"]
    device = phone.headers["Authorization"].removeprefix("Bearer ")
    tokens = {"device": device, "tool": TOKENS["desk"], "supplier": TOKENS["energy"]}
    schema = await asyncio.to_thread(schemathesis.openapi.from_url, f"{door.url}/openapi.json")
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        if operation.path != ENDLESS:
            await asyncio.to_thread(_ask, operation, known, tokens)


def _ask(operation: APIOperation[Any, Any, Any, Any], known: dict[str, str], tokens: dict[str, str]) -> None:
    [token] = [tokens[name] for need in operation.definition.raw.get("security", []) for name in need] or [""]
    drawn = [operation.as_strategy(mode) for mode in GenerationMode]

    @settings(max_examples=REQUESTS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=st.one_of(drawn), really=st.booleans())
    def ask(case: Case[Any], *, really: bool) -> None:
        for name in known.keys() & case.path_parameters.keys() if really else ():
            case.path_parameters[name] = known[name]
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    ask()
