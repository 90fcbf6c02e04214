"""What went wrong, as a page in the reader's language; programs and our own scripts get a problem (RFC 9457)."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from services.gateway.domain.refusal import RefusedError
from services.gateway.pages.language import language_of
from services.gateway.pages.page import leave_for, page
from services.gateway.pages.visitor import let_out
from services.gateway.routes.parts import parts_of
from services.gateway.routes.problems import problem

START = "/"


def refuse(request: Request, refused: RefusedError, *_: Any) -> Response:
    """Return the answer to a refused request."""
    texts, language = parts_of(request).texts, language_of(request)
    if "text/html" not in request.headers.get("accept", ""):
        return problem(request, texts, refused, language=language)
    request.state.problem = refused.code
    if refused.code == "token.missing":
        return leave_for(request, START)
    title, detail = texts.problem(refused.code, language, **refused.values, retry_after_s=refused.retry_after_s)
    signed_out = refused.code == "token.unknown"
    response = page(request, "error.html", refused.status, title=title, detail=detail, signed_out=signed_out)
    if refused.retry_after_s is not None:
        response.headers["retry-after"] = str(refused.retry_after_s)
    if signed_out:
        let_out(request, response)
    return response
