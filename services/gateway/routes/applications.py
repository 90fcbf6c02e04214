"""Applications made without an account: no page came with them, and they get their receipt all the same."""

from fastapi import APIRouter, Request, Response

from services.gateway.routes.acting import MayRead
from services.gateway.routes.documented import problems, sends
from services.gateway.routes.parts import InLanguage, Ready
from services.gateway.routes.printing import receipt_pdf_of
from services.gateway.schemas.answered import Receipt
from shared.events.event import Id

router = APIRouter(tags=["newcomers"])
RECEIPT = "/v1/applications/{newcomer_id}/receipt"


@router.get(RECEIPT, summary="The receipt of an application", responses=problems(401, 403, 404))
async def receipt(newcomer_id: Id, citizen: MayRead, parts: Ready, language: InLanguage) -> Receipt:
    """Show when somebody applied; `newcomer_id` is the `citizen_id` that `POST /v1/newcomers` answered with."""
    application = await parts.stores.newcomers.application(newcomer_id, citizen.citizen_id)
    return parts.stores.receipts.of(application, language)


@router.get(RECEIPT + ".pdf", summary="The same as a PDF", **sends("application/pdf"))
async def pdf(request: Request, newcomer_id: Id, citizen: MayRead, parts: Ready, language: InLanguage) -> Response:
    """Print the receipt: tagged PDF/A-3b whose every byte is signed."""
    request.state.standing = await parts.rates.hit("receipt", request.state.principal)
    application = await parts.stores.newcomers.application(newcomer_id, citizen.citizen_id)
    return await receipt_pdf_of(request, application, parts, language)
