"""Sending a page in parts, so that a bad network loses nothing: what the phone's script speaks to (tus)."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.gateway.domain.access import Citizen
from services.gateway.pages.hand_in import PATH as HAND_IN
from services.gateway.pages.visitor import Uploader
from services.gateway.routes.parts import Parts, Ready
from services.gateway.routes.tus import Tus, speak
from shared.events.event import Id

PATH = HAND_IN + "/uploads"
router = APIRouter(dependencies=[Depends(speak)])


@router.post(PATH)
async def create(request: Request, citizen: Uploader, parts: Ready) -> Response:
    """Begin; complete, the page is in the draft."""
    return await _tus(request, citizen, parts).create(PATH)


@router.patch(PATH + "/{upload_id}")
async def append(request: Request, upload_id: Id, citizen: Uploader, parts: Ready) -> Response:
    """Keep a part."""
    return await _tus(request, citizen, parts).append(upload_id)


@router.get(PATH + "/{upload_id}")
async def show(request: Request, upload_id: Id, citizen: Uploader, parts: Ready) -> Response:
    """Say where to go on."""
    return await _tus(request, citizen, parts).state(upload_id)


@router.delete(PATH + "/{upload_id}")
async def end(request: Request, upload_id: Id, citizen: Uploader, parts: Ready) -> Response:
    """Forget what is here of a page that was discarded."""
    return await _tus(request, citizen, parts).end(upload_id)


def _tus(request: Request, citizen: Citizen, parts: Parts) -> Tus:
    return Tus(request, citizen, parts, draft_of=citizen.device_id)
