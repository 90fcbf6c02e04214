"""Taking a picture through the page itself, which sees whether the page of paper is whole before the shutter falls."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.pages.hand_in import PATH as HAND_IN
from services.gateway.pages.page import POLICY, may_film, page
from services.gateway.pages.statics import ENGINE
from services.gateway.pages.visitor import Uploader
from services.gateway.routes.parts import Parts, Ready
from shared.events.event import Id

PATH = HAND_IN + "/camera"
SHELL = PATH + "/shell"
router = APIRouter()


@router.get(PATH)
async def show(request: Request, _citizen: Uploader, parts: Ready, retake: Id | None = None) -> Response:
    """Show the camera; `retake` names the page of the draft that the picture replaces."""
    return _page(request, parts, retake=retake)


@router.get(SHELL)
async def shell(request: Request, parts: Ready) -> Response:
    """Show it as it is for everybody: a phone keeps it, to take pictures without network."""
    return _page(request, parts, retake=None, signed_in=True)


def _page(request: Request, parts: Parts, **values: Any) -> Response:
    response = may_film(page(request, "camera.html", limits=parts.limits, **values))
    # The engine runs in a worker, whose own policy allows it. Older browsers hold a worker to its page's.
    response.headers["content-security-policy"] = POLICY.replace("script-src 'self'", f"script-src 'self' {ENGINE}")
    return response
