"""The pictures of pages: as they were sent, made small, and with the hints of the check."""

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.pages.visitor import Viewer
from services.gateway.routes.files import SheetNumber, annotated_of, original_of, plain_of, sheet_of
from services.gateway.routes.parts import Ready
from shared.events.event import Id

router = APIRouter()
# A list that is drawn anew shows the same small pictures: on this phone only, and not for long.
_KEPT = "private, max-age=600"


@router.get("/pages/{page_id}/picture")
async def picture(page_id: Id, citizen: Viewer, parts: Ready) -> Response:
    """Send the small picture with its hints."""
    response = await annotated_of(await parts.stores.pages.of_citizen(page_id, citizen), parts)
    response.headers["cache-control"] = _KEPT
    return response


@router.get("/pages/{page_id}/sheets/{number}")
async def sheet(page_id: Id, number: SheetNumber, citizen: Viewer, parts: Ready) -> Response:
    """Send the small picture of one page of a file of several."""
    response = await sheet_of(await parts.stores.pages.of_citizen(page_id, citizen), number, parts)
    response.headers["cache-control"] = _KEPT
    return response


@router.get("/pages/{page_id}/plain")
async def plain(page_id: Id, citizen: Viewer, parts: Ready) -> Response:
    """Send the small picture with nothing drawn on it."""
    response = await plain_of(await parts.stores.pages.of_citizen(page_id, citizen), parts)
    response.headers["cache-control"] = _KEPT
    return response


@router.get("/pages/{page_id}/original")
async def original(page_id: Id, citizen: Viewer, parts: Ready) -> Response:
    """Send the bytes as they were uploaded."""
    return await original_of(await parts.stores.pages.of_citizen(page_id, citizen), parts)
