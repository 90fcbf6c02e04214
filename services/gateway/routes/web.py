"""The web application: all routes, and around them what holds for every request."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.types import ASGIApp

from services.gateway.routes import (
    activations,
    callbacks,
    consents,
    desk,
    document_pages,
    documents,
    meta,
    packets,
    pages,
    timeline,
)
from services.gateway.routes.border import Border
from services.gateway.routes.documented import as_sent
from services.gateway.routes.parts import Parts
from services.gateway.routes.patience import Deadline, SmallBodies
from services.gateway.routes.problems import install
from services.gateway.routes.tags import Tags

DESCRIPTION = """The only HTTP door of Amtsbote: for citizens' devices, caseworker tools and suppliers.

Errors are `application/problem+json` (RFC 9457) with a `code`; texts follow `Accept-Language` (German if none fits).
Every POST that creates something wants an `Idempotency-Key`, except
activation: its code works once. An answer 201 or 202 means: durable."""
# A packet is used up by fetching it, and a stream has no end.
ONLY_GET = ("/v1/packets/", "/v1/events")


def web(parts: Parts, *, deadline_s: float) -> ASGIApp:
    """Return the application, outermost layer first."""
    api = _api(parts)
    in_time = Deadline(Tags(api, ONLY_GET), parts.texts, deadline_s)
    streamed = frozenset({pages.PATH})
    return Border(SmallBodies(in_time, parts.texts, parts.limits, parts.patience, streamed))


def _api(parts: Parts) -> FastAPI:
    api = FastAPI(
        title="Amtsbote", version="1", description=DESCRIPTION, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    api.state.parts = parts
    for room in (activations, pages, documents, document_pages, consents, callbacks, timeline, desk, packets, meta):
        api.include_router(room.router)
    install(api, parts.texts)
    _document(api)
    return api


def _document(api: FastAPI) -> None:
    """Make `/openapi.json` describe what is really sent."""

    def openapi() -> dict[str, Any]:
        if not api.openapi_schema:
            made = get_openapi(title=api.title, version=api.version, description=api.description, routes=api.routes)
            api.openapi_schema = as_sent(made)
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign] # FastAPI's own way to extend the document
