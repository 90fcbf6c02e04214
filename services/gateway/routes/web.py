"""The web application: all routes, and around them what holds for every request."""

from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.texts import Texts
from services.gateway.routes import (
    activations,
    applications,
    callbacks,
    channels,
    completeness,
    consents,
    desk,
    desk_newcomers,
    devices,
    document_pages,
    documents,
    mandates,
    meta,
    newcomers,
    packets,
    pages,
    people,
    receipts,
    resumable,
    timeline,
)
from services.gateway.routes.border import Border
from services.gateway.routes.documented import as_sent
from services.gateway.routes.head import Head
from services.gateway.routes.parts import Parts
from services.gateway.routes.patience import Deadline, SmallBodies
from services.gateway.routes.problems import install, problem
from services.gateway.routes.tags import Tags
from services.gateway.schemas.problem import FieldProblem

DESCRIPTION = """The only HTTP door of Amtsbote: for citizens' devices, caseworker tools and suppliers.

Errors are `application/problem+json` (RFC 9457) with a `code`; texts follow `Accept-Language` (German if none fits).
Every POST that creates something wants an `Idempotency-Key`, except
activation and acceptance: their code works once, and a new code takes the place of the one before.
Who acts for somebody else names the mandate in `Acting-For`; calls that do not describe it are for oneself only.
An answer 201 or 202 means: durable."""
# A packet is used up by fetching it, and a stream has no end.
ONLY_GET = ("/v1/packets/", "/v1/events")
VERSIONED = "/v1/"
ROOMS = (
    activations,
    newcomers,
    applications,
    pages,
    resumable,
    documents,
    document_pages,
    completeness,
    receipts,
    consents,
    mandates,
    people,
    devices,
    callbacks,
    channels,
    timeline,
    desk,
    desk_newcomers,
    packets,
    meta,
)
DESCRIPTIONS = frozenset({"/openapi.json", "/asyncapi.json", receipts.JWKS})


def web(parts: Parts, site: ASGIApp, *, deadline_s: float) -> ASGIApp:
    """Return the application, outermost layer first: the API for programs, and `site` at every other address."""
    refuse = partial(_refuse, parts.texts)
    in_time = Deadline(Head(Tags(_api(parts, refuse)), ONLY_GET), refuse, deadline_s)
    streamed = frozenset({pages.PATH, receipts.CHECK_PDF, resumable.PATH, resumable.PATH + "/"})
    api = SmallBodies(in_time, refuse, parts.limits, parts.patience, streamed)

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope["path"])
        await (api if path.startswith(VERSIONED) or path in DESCRIPTIONS else site)(scope, receive, send)

    return Border(either)


def _refuse(
    texts: Texts, request: Request, refused: RefusedError, errors: list[FieldProblem] | None = None
) -> Response:
    return problem(request, texts, refused, errors)


def _api(parts: Parts, refuse: Callable[..., Response]) -> FastAPI:
    api = FastAPI(
        title="Amtsbote", version="1", description=DESCRIPTION, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    api.state.parts = parts
    for room in ROOMS:
        api.include_router(room.router)
    install(api, refuse)
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
