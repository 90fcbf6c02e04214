"""Which language a reader gets: the one they chose, else the best their browser asks for, else German."""

from fastapi import Request
from starlette.responses import Response

from services.gateway.pages.look import look_of
from services.gateway.routes.parts import parts_of

COOKIE = "language"
FIELD = "language"
_YEAR_S = 365 * 24 * 3600


def language_of(request: Request) -> str:
    """Return the language of this answer."""
    look = look_of(request)
    chosen = getattr(request.state, "language", None) or request.cookies.get(COOKIE)
    if chosen in look.languages:
        return str(chosen)
    return parts_of(request).texts.language(request.headers.get("accept-language"))


def choose(request: Request, language: str) -> None:
    """Answer this request in a language, and all later ones."""
    if language in look_of(request).languages:
        request.state.language = language


def keep_choice(request: Request, response: Response) -> None:
    """Let the browser remember what was chosen now."""
    if chosen := getattr(request.state, "language", None):
        secure = look_of(request).secure
        response.set_cookie(COOKIE, chosen, max_age=_YEAR_S, httponly=True, samesite="lax", secure=secure)
