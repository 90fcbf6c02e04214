"""How the routes' errors and headers appear in the OpenAPI document."""

from typing import Any

from starlette.responses import Response

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


def if_match_of(what: str) -> dict[str, Any]:
    """Describe the header by which a change says which version of something it means."""
    return {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": f"The ETag of {what}, so that two devices do not undo each other's change.",
        "schema": {"type": "string", "maxLength": 255},
    }


_OF_MANDATES = (403, 404)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems a route may answer with, and those that every route may."""
    return {status: _problem(status) for status in sorted({*statuses, 429, 503})}


def sends(media_type: str, *more: int) -> dict[str, Any]:
    """Describe a route that sends a file to whoever may have it; `more` are the statuses of its other problems."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    answers = problems(401, 403, 404, *more) | {200: {"description": "The file", "content": content}}
    return {"response_class": Response, "responses": answers}


def as_sent(document: dict[str, Any]) -> dict[str, Any]:
    """Replace the errors FastAPI describes by itself by the problems that are really sent."""
    for operation in (operation for path in document["paths"].values() for operation in path.values()):
        if "HTTPValidationError" in str(operation["responses"].get("422")):
            operation["responses"]["422"] = _problem(422)
        if any(parameter["name"] == "Acting-For" for parameter in operation.get("parameters", ())):
            operation["responses"] |= {str(status): _problem(status) for status in _OF_MANDATES}
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update({**problem.pop("$defs"), Problem.__name__: problem})
    return document


def _problem(status: int) -> dict[str, Any]:
    codes = sorted(code for code, its in STATUS.items() if its == status)
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    return {"description": f"`code` is one of {', '.join(codes)}", "content": {MEDIA_TYPE: {"schema": schema}}}
