"""An application made without an account: its receipt, to be shown and kept."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.pages.documents import receipt_to_keep
from services.gateway.pages.language import language_of
from services.gateway.pages.page import page
from services.gateway.pages.visitor import Reader
from services.gateway.routes.parts import Ready
from shared.events.event import Id

router = APIRouter()
PATH = "/applications/{newcomer_id}"


@router.get(PATH)
async def show(request: Request, newcomer_id: Id, citizen: Reader, parts: Ready) -> Response:
    """Show the receipt."""
    application = await parts.stores.newcomers.application(newcomer_id, citizen.citizen_id)
    return page(request, "application.html", receipt=parts.stores.receipts.of(application, language_of(request)))


@router.get(PATH + "/receipt.pdf")
async def receipt(request: Request, newcomer_id: Id, citizen: Reader, parts: Ready) -> Response:
    """Send the receipt as a PDF that proves itself, to be kept."""
    application = await parts.stores.newcomers.application(newcomer_id, citizen.citizen_id)
    return await receipt_to_keep(request, application, parts)
