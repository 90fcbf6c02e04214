"""Documents: handed in, receipted, filed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.gateway.domain.documents import Document, check_submission
from services.gateway.domain.paging import parse_cursor
from services.gateway.routes.access import ask_of, client_of
from services.gateway.routes.acting import MaySee, MayUpload
from services.gateway.routes.answers import digest_of, respond
from services.gateway.routes.documented import IDEMPOTENT, problems, sends
from services.gateway.routes.files import facts_of, pdf_of, text_of
from services.gateway.routes.parts import InLanguage, Parts, Ready
from services.gateway.schemas.answered import Receipt
from services.gateway.schemas.asked import Submission
from services.gateway.schemas.shown import DocumentList, DocumentShown
from shared.events.event import Id

router = APIRouter(tags=["documents"])
PATH = "/v1/documents"
ONE = PATH + "/{document_id}"


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
    if answer := await parts.stores.acts.first_answer(ask):
        return respond(answer)
    check_submission(submission.page_ids, parts.limits)
    await count_submission(request, parts)
    answer = await parts.stores.documents.submit(ask, citizen, submission.page_ids, submission.declared_type, language)
    return respond(answer)


async def count_submission(request: Request, parts: Parts) -> None:
    """Count a submission: each makes a whole document be read, the dearest thing that anybody can ask for.

    Raises:
        RefusedError: `rate.exceeded`, by this citizen, or by those without an account at one address.
    """
    request.state.standing = await parts.rates.hit("submit", request.state.principal)
    if request.state.stranger:
        request.state.standing = await parts.rates.hit("submit_newcomer", client_of(request))


@router.get(PATH, summary="All documents, newest first", responses=problems(400, 401, 403))
async def show_all(citizen: MaySee, parts: Ready, cursor: str | None = None) -> DocumentList:
    """Show documents, in parts."""
    part = await parts.stores.documents.newest(citizen, parse_cursor(cursor))
    forwards = await parts.stores.forwards.of([document.id for document in part.items])
    items = tuple(DocumentShown.of(document, forwards[document.id]) for document in part.items)
    return DocumentList(items=items, next_cursor=part.next)


async def _seen(document_id: Id, citizen: MaySee, parts: Ready) -> Document:
    return await parts.stores.documents.of_citizen(document_id, citizen)


Seen = Annotated[Document, Depends(_seen)]
"""A document of the citizen who asks, or for whom somebody asks who may see it."""


@router.get(ONE, summary="A document", responses=problems(401, 403, 404))
async def show(document: Seen, parts: Ready) -> DocumentShown:
    """Show what became of a document."""
    return await shown_of(document, parts)


async def shown_of(document: Document, parts: Parts) -> DocumentShown:
    """Return a document as whoever may see it does, with where it went."""
    forwards = await parts.stores.forwards.of([document.id])
    return DocumentShown.of(document, forwards[document.id])


@router.get(ONE + "/receipt", summary="The receipt", responses=problems(401, 403, 404))
async def receipt(document: Seen, parts: Ready, language: InLanguage) -> Receipt:
    """Show what was handed in, and when it arrived."""
    return parts.stores.receipts.of(document, language)


@router.get(ONE + "/pdf", summary="The filed PDF", **sends("application/pdf"))
async def pdf(document: Seen, parts: Ready) -> Response:
    """Send the readable document."""
    return await pdf_of(document, parts)


@router.get(ONE + "/text", summary="The recognised text", **sends("text/plain"))
async def text(document: Seen, parts: Ready) -> Response:
    """Send what was read on the pages."""
    return await text_of(document, parts)


@router.get(ONE + "/facts", summary="The facts that were read", **sends("application/json"))
async def facts(document: Seen, parts: Ready) -> Response:
    """Send suggested dates, amounts and numbers, each with its place on its page."""
    return await facts_of(document, parts)
