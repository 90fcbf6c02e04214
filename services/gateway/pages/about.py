"""Who runs this, what happens to data, and how accessible it is: the operator's words, or that there are none yet."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.pages.page import page
from services.gateway.pages.visitor import AnyHolder, Guest

router = APIRouter()


@router.get("/imprint")
async def imprint(request: Request, _: Guest) -> Response:
    """Show who runs this."""
    return page(request, "imprint.html")


@router.get("/privacy")
async def privacy(request: Request, _: Guest) -> Response:
    """Show what happens to data."""
    return page(request, "privacy.html")


@router.get("/accessibility")
async def accessibility(request: Request, _: Guest) -> Response:
    """Show how accessible the pages are, and whom to tell if they are not."""
    return page(request, "accessibility.html")


@router.get("/offline")
async def offline(request: Request, _: AnyHolder) -> Response:
    """Show that there is no network; kept on the phone for when there is none.

    All of it is the same for everybody, but who only helps others has no pages of their own to take.
    """
    return page(request, "offline.html", signed_in=False, device=None)
