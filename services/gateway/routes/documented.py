"""How the routes' errors and headers appear in the OpenAPI document."""

from typing import Any

from services.gateway.domain.refusal import STATUS
from services.gateway.schemas.problem import MEDIA_TYPE, Problem

IDEMPOTENT: dict[str, Any] = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": True,
            "description": "Chosen by the client, 1 to 255 visible characters. The same key with the same request is "
            "answered as the first time; with another request it is a 409.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        }
    ]
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems a route may answer with, and those that every route may."""
    return {status: _problem(status) for status in sorted({*statuses, 429, 503})}


def _problem(status: int) -> dict[str, Any]:
    codes = sorted(code for code, its in STATUS.items() if its == status)
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    return {"description": f"`code` is one of {', '.join(codes)}", "content": {MEDIA_TYPE: {"schema": schema}}}
