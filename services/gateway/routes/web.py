"""The web application: all routes, and around them what holds for every request."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.types import ASGIApp

from services.gateway.routes import activations, callbacks, consents, desk, documents, meta, packets, pages, timeline
from services.gateway.routes.border import Border
from services.gateway.routes.parts import Parts
from services.gateway.routes.patience import Deadline, SmallBodies
from services.gateway.routes.problems import install
from services.gateway.routes.tags import Tags
from services.gateway.schemas.problem import Problem

DESCRIPTION = """The only HTTP door of Amtsbote: for citizens' devices, caseworker tools and suppliers.

Errors are `application/problem+json` (RFC 9457) with a `code`; texts follow `Accept-Language` (German if none fits).
Every POST that creates something wants an `Idempotency-Key`. An answer 201 or 202 means: durable."""


def web(parts: Parts, *, deadline_s: float) -> ASGIApp:
    """Return the application, outermost layer first."""
    api = _api(parts)
    in_time = Deadline(Tags(api), parts.texts, deadline_s)
    streamed = frozenset({pages.PATH})
    return Border(SmallBodies(in_time, parts.texts, parts.limits, parts.windows.client_silence_s, streamed))


def _api(parts: Parts) -> FastAPI:
    api = FastAPI(
        title="Amtsbote", version="1", description=DESCRIPTION, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    api.state.parts = parts
    for room in (activations, pages, documents, consents, callbacks, timeline, desk, packets, meta):
        api.include_router(room.router)
    install(api, parts.texts)
    _document(api)
    return api


def _document(api: FastAPI) -> None:
    """Describe errors as they are: problems, and not what FastAPI would send by itself."""

    def openapi() -> dict[str, Any]:
        if not api.openapi_schema:
            document = get_openapi(title=api.title, version=api.version, description=api.description, routes=api.routes)
            schemas = document["components"]["schemas"]
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            schemas.update(_problem_schemas())
            _refusals_as_problems(document)
            api.openapi_schema = document
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign] # FastAPI's own way to extend the document


def _refusals_as_problems(document: dict[str, Any]) -> None:
    """Replace the answer 422 that FastAPI adds to every route with a parameter: ours is a problem, too."""
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operation in (operation for path in document["paths"].values() for operation in path.values()):
        if "application/json" in operation["responses"].get("422", {}).get("content", {}):
            operation["responses"]["422"] = {"description": "A part of the request does not fit", "content": problem}


def _problem_schemas() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "Problem": schema}
