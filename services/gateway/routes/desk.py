"""The desk: what a caseworker tool may read, which is what its team was alerted about."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.gateway.domain.documents import Document
from services.gateway.routes.access import AsTool, ask_of
from services.gateway.routes.answers import digest_of, respond
from services.gateway.routes.documented import IDEMPOTENT, problems, sends
from services.gateway.routes.documents import shown_of
from services.gateway.routes.files import facts_of, original_of, pdf_of, text_of
from services.gateway.routes.parts import Ready
from services.gateway.schemas.answered import CallKept
from services.gateway.schemas.asked import CallReport
from services.gateway.schemas.newcomers import DeskCallbackShown
from services.gateway.schemas.shown import DocumentShown
from shared.events.event import Id
from shared.events.gateway import CallReported
from shared.ids import new_id

router = APIRouter(prefix="/v1/desk", tags=["desk"])
DOCUMENT = "/documents/{document_id}"
CALLBACK = "/callbacks/{callback_id}"


async def _granted(document_id: Id, tool: AsTool, parts: Ready) -> Document:
    """Return what a team may read: what it was alerted about, and what newcomers brought who wait for it."""
    found = await parts.stores.documents.granted(document_id)
    if not await parts.stores.assignments.waits_for(tool.team, found.citizen_id):
        await parts.stores.alerts.check_document(tool.team, document_id)
    return found


Granted = Annotated[Document, Depends(_granted)]


@router.get(DOCUMENT, summary="A document", responses=problems(401, 403, 404))
async def document(found: Granted, parts: Ready) -> DocumentShown:
    """Show a document and where it went."""
    return await shown_of(found, parts)


@router.get(DOCUMENT + "/pdf", summary="The filed PDF", **sends("application/pdf"))
async def pdf(found: Granted, parts: Ready) -> Response:
    """Send the readable document."""
    return await pdf_of(found, parts)


@router.get(DOCUMENT + "/text", summary="The recognised text", **sends("text/plain"))
async def text(found: Granted, parts: Ready) -> Response:
    """Send what was read on the pages."""
    return await text_of(found, parts)


@router.get(DOCUMENT + "/facts", summary="The facts that were read", **sends("application/json"))
async def facts(found: Granted, parts: Ready) -> Response:
    """Send suggested dates, amounts and numbers, each with its place on its page."""
    return await facts_of(found, parts)


@router.get(DOCUMENT + "/pages/{page_id}/original", summary="An untouched picture", **sends("image/*"))
async def original(found: Granted, page_id: Id, parts: Ready) -> Response:
    """Send a page as it was uploaded."""
    found.check_page(page_id)
    return await original_of(await parts.stores.pages.granted(page_id), parts)


@router.get(CALLBACK, summary="A callback", responses=problems(401, 403, 404))
async def callback(callback_id: Id, tool: AsTool, parts: Ready) -> DeskCallbackShown:
    """Show what a call is wished for, and when."""
    await parts.stores.alerts.check_callback(tool.team, callback_id)
    found = await parts.stores.callbacks.granted(callback_id)
    newcomer = await parts.stores.newcomers.find(found.citizen_id)
    return DeskCallbackShown.of(found, newcomer_id=newcomer.id if newcomer and newcomer.person else None)


@router.post(
    CALLBACK + "/calls",
    status_code=202,
    response_model=CallKept,
    summary="Report a call",
    responses=problems(400, 401, 403, 404, 409, 422),
    openapi_extra=IDEMPOTENT,
)
async def report(request: Request, callback_id: Id, call: CallReport, tool: AsTool, parts: Ready) -> Response:
    """Announce that somebody was reached, or that nobody answered."""
    ask = ask_of(request, digest_of(call))
    await parts.stores.alerts.check_callback(tool.team, callback_id)
    fact = CallReported(
        callback_id=callback_id, call_id=new_id(), tool_id=tool.id, outcome=call.outcome, called_at=parts.clock()
    )
    return respond(await parts.stores.callbacks.report(ask, fact))
