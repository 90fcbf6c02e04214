"""Every error becomes problem+json, in the client's language, without a word of what was sent."""

from collections.abc import Callable
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.texts import Texts
from services.gateway.schemas.problem import MEDIA_TYPE, FieldProblem, Problem
from shared.errors import UnavailableError
from shared.storage.documents import is_conflict, is_unavailable
from shared.telemetry.logs import where

log = structlog.get_logger()

RETRY_AFTER_S = 5
_BY_STATUS = {404: "route.missing", 405: "method.not_allowed", 400: "request.malformed", 413: "request.too_large"}


def problem(
    request: Request,
    texts: Texts,
    refused: RefusedError,
    errors: list[FieldProblem] | None = None,
    *,
    language: str | None = None,
) -> Response:
    """Return the answer to a refused request, in the language its headers ask for unless one is given."""
    language = language or texts.language(request.headers.get("accept-language"))
    retry_after_s = refused.retry_after_s
    title, detail = texts.problem(refused.code, language, **refused.values, retry_after_s=retry_after_s)
    body = Problem(
        type=f"urn:amtsbote:problem:{refused.code}",
        code=refused.code,
        status=refused.status,
        title=title,
        detail=detail,
        request_id=request.state.request_id,
        errors=errors,
    )
    headers = {**getattr(request.state, "always", {}), "content-language": language}
    if retry_after_s is not None:
        headers["retry-after"] = str(retry_after_s)
    if refused.status == 401:  # noqa: PLR2004 - RFC 9110, 15.5.2
        headers["www-authenticate"] = "Bearer"
    request.state.problem = refused.code
    return Response(body.model_dump_json(exclude_none=True), refused.status, headers, MEDIA_TYPE)


def unavailable() -> RefusedError:
    """Return the refusal for a server of ours that is away."""
    return RefusedError("server.unavailable", retry_after_s=RETRY_AFTER_S)


def install(web: FastAPI, refuse: Callable[..., Response]) -> None:
    """Make `web` answer every error by `refuse(request, refused_error, field_problems_or_none)`."""

    async def refused(request: Request, error: Any) -> Response:
        return refuse(request, error)

    async def invalid(request: Request, error: Any) -> Response:
        fields = [_field(e["loc"], e["type"]) for e in error.errors()]
        malformed = any(field.reason == "json_invalid" for field in fields)
        code = "request.malformed" if malformed else "request.invalid"
        return refuse(request, RefusedError(code), None if malformed else fields)

    async def http(request: Request, error: Any) -> Response:
        answer = refuse(request, RefusedError(_BY_STATUS.get(error.status_code, "request.malformed")))
        answer.headers.update(error.headers or {})
        return answer

    async def failed(request: Request, error: Exception) -> Response:
        away = isinstance(error, (UnavailableError, TimeoutError)) or is_unavailable(error) or is_conflict(error)
        name = "request.unavailable" if away else "request.failed"
        log.warning(name, error=type(error).__name__, where=where(error))
        return refuse(request, unavailable() if away else RefusedError("server.failed"))

    web.add_exception_handler(RefusedError, refused)
    web.add_exception_handler(RequestValidationError, invalid)
    web.add_exception_handler(HTTPException, http)
    web.add_exception_handler(Exception, failed)


def _field(place: tuple[str | int, ...], reason: str) -> FieldProblem:
    named = place[1:-1] if reason == "extra_forbidden" else place[1:]  # a name we do not know is what was sent
    return FieldProblem(field=".".join(map(str, named)), reason=reason)
