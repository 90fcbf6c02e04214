"""Documents: handed in, receipted, filed."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.documents import check_submission
from services.gateway.domain.paging import parse_cursor
from services.gateway.routes.access import ask_of
from services.gateway.routes.acting import MaySee, MayUpload
from services.gateway.routes.answers import digest_of, respond
from services.gateway.routes.documented import IDEMPOTENT, file, problems
from services.gateway.routes.files import facts_of, pdf_of, text_of
from services.gateway.routes.parts import InLanguage, Ready
from services.gateway.schemas.answered import Receipt
from services.gateway.schemas.asked import Submission
from services.gateway.schemas.shown import DocumentList, DocumentShown
from shared.events.event import Id

router = APIRouter(tags=["documents"])
PATH = "/v1/documents"


@router.post(
    PATH,
    status_code=202,
    response_model=Receipt,
    summary="Hand in pages as one document",
    responses=problems(400, 401, 403, 404, 409, 413, 422),
    openapi_extra=IDEMPOTENT,
)
async def submit(
    request: Request, submission: Submission, citizen: MayUpload, parts: Ready, language: InLanguage
) -> Response:
    """Take a document; 202 means that it and its event are durable, and the answer is the receipt."""
    ask = ask_of(request, digest_of(submission))
    check_submission(submission.page_ids, parts.limits)
    answer = await parts.stores.documents.submit(ask, citizen, submission.page_ids, submission.declared_type, language)
    return respond(answer)


@router.get(PATH, summary="All documents, newest first", responses=problems(400, 401, 403))
async def show_all(citizen: MaySee, parts: Ready, cursor: str | None = None) -> DocumentList:
    """Show documents, in parts."""
    part = await parts.stores.documents.newest(citizen, parse_cursor(cursor))
    forwards = await parts.stores.forwards.of([document.id for document in part.items])
    items = tuple(DocumentShown.of(document, forwards[document.id]) for document in part.items)
    return DocumentList(items=items, next_cursor=part.next)


@router.get(PATH + "/{document_id}", summary="A document", responses=problems(401, 403, 404))
async def show(document_id: Id, citizen: MaySee, parts: Ready) -> DocumentShown:
    """Show what became of a document."""
    document = await parts.stores.documents.of_citizen(document_id, citizen)
    forwards = await parts.stores.forwards.of([document_id])
    return DocumentShown.of(document, forwards[document_id])


@router.get(PATH + "/{document_id}/receipt", summary="The receipt", responses=problems(401, 403, 404))
async def receipt(document_id: Id, citizen: MaySee, parts: Ready, language: InLanguage) -> Receipt:
    """Show what was handed in, and when it arrived."""
    document = await parts.stores.documents.of_citizen(document_id, citizen)
    return parts.stores.receipts.of(document, language)


@router.get(
    PATH + "/{document_id}/pdf",
    summary="The filed PDF",
    response_class=Response,
    responses=problems(401, 403, 404) | file("application/pdf"),
)
async def pdf(document_id: Id, citizen: MaySee, parts: Ready) -> Response:
    """Send the readable document."""
    return await pdf_of(await parts.stores.documents.of_citizen(document_id, citizen), parts)


@router.get(
    PATH + "/{document_id}/text",
    summary="The recognised text",
    response_class=Response,
    responses=problems(401, 403, 404) | file("text/plain"),
)
async def text(document_id: Id, citizen: MaySee, parts: Ready) -> Response:
    """Send what was read on the pages."""
    return await text_of(await parts.stores.documents.of_citizen(document_id, citizen), parts)


@router.get(
    PATH + "/{document_id}/facts",
    summary="The facts that were read",
    response_class=Response,
    responses=problems(401, 403, 404) | file("application/json"),
)
async def facts(document_id: Id, citizen: MaySee, parts: Ready) -> Response:
    """Send suggested dates, amounts and numbers, each with its place on its page."""
    return await facts_of(await parts.stores.documents.of_citizen(document_id, citizen), parts)
