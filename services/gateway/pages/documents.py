"""A document that was handed in: its receipt, what became of it, and where it may go."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.access import Citizen
from services.gateway.domain.consents import Consent
from services.gateway.domain.documents import Document
from services.gateway.domain.notices import POWER_CUT
from services.gateway.domain.paging import parse_cursor
from services.gateway.pages.language import language_of
from services.gateway.pages.page import page
from services.gateway.pages.visitor import Viewer
from services.gateway.routes.files import pdf_of, text_of
from services.gateway.routes.parts import Parts, Ready
from services.gateway.routes.printing import receipt_pdf_of
from services.gateway.schemas.shown import PageShown
from shared.events.event import Id

router = APIRouter()
PATH = "/documents/{document_id}"


@router.get(PATH)
async def show(request: Request, document_id: Id, citizen: Viewer, parts: Ready, cursor: str | None = None) -> Response:
    """Show the receipt, and everything that happened."""
    return await _show(request, document_id, citizen, parts, cursor=cursor)


@router.get(PATH + "/news")
async def refresh(request: Request, document_id: Id, citizen: Viewer, parts: Ready) -> Response:
    """Show what became of it, as it is now."""
    return await _show(request, document_id, citizen, parts, template="document_news.html")


@router.get(PATH + "/pdf")
async def pdf(document_id: Id, citizen: Viewer, parts: Ready) -> Response:
    """Send the readable document, to be kept."""
    return _to_keep(await pdf_of(await parts.stores.documents.of_citizen(document_id, citizen), parts))


@router.get(PATH + "/receipt.pdf")
async def receipt(request: Request, document_id: Id, citizen: Viewer, parts: Ready) -> Response:
    """Send the receipt as a PDF that proves itself, to be kept."""
    document = await parts.stores.documents.of_citizen(document_id, citizen)
    return await receipt_to_keep(request, document, parts)


async def receipt_to_keep(request: Request, document: Document, parts: Parts) -> Response:
    """Return the PDF of a receipt, as a file of its own."""
    request.state.standing = await parts.rates.hit("receipt", request.state.principal)
    return _to_keep(await receipt_pdf_of(request, document, parts, language_of(request)))


def _to_keep(response: Response) -> Response:
    """Let a browser save a file: its own viewer does not work behind our headers."""
    shown = response.headers["content-disposition"]
    response.headers["content-disposition"] = shown.replace("inline", "attachment", 1)
    return response


@router.get(PATH + "/text")
async def text(request: Request, document_id: Id, citizen: Viewer, parts: Ready) -> Response:
    """Show what was read on the pages; a bare text file would run off a phone's screen, with no way back."""
    document = await parts.stores.documents.of_citizen(document_id, citizen)
    read = bytes((await text_of(document, parts)).body).decode()
    return page(request, "document_text.html", document=document, read=read.rstrip("\f").split("\f"))


async def _show(
    request: Request,
    document_id: str,
    citizen: Citizen,
    parts: Parts,
    *,
    template: str = "document.html",
    cursor: str | None = None,
) -> Response:
    stores, language = parts.stores, language_of(request)
    document = await stores.documents.of_citizen(document_id, citizen)
    sent = await stores.pages.of_document(document.page_ids)
    events = await stores.timeline.about(citizen.citizen_id, document_id, (), parse_cursor(cursor))
    consents = await stores.consents.of_document(document_id, citizen.citizen_id)
    shown = [PageShown.of(one, parts.texts, language) for one in sent]
    return page(
        request,
        template,
        document=document,
        receipt=stores.receipts.of(document, language),
        drawn={one.id for one in sent if one.check and one.check.annotated_key},
        pages=shown,
        checks={one.page_id: one for one in shown},
        extent=sum(document.count_of(one) or 1 for one in sent),
        events=events,
        suppliers=parts.supplier_names,
        consents=consents,
        offered={} if citizen.acting else offered(parts.supplier_names, document, consents),
        threatened=is_threatened(document),
    )


def offered(names: Mapping[str, str], document: Document, consents: Sequence[Consent]) -> dict[str, str]:
    """Return the suppliers that could still get a page: not those for whom a consent to all pages stands."""
    pages = set(document.page_ids)
    done = {one.supplier_id for one in consents if one.revoked_at is None and pages <= set(one.page_ids)}
    return {supplier_id: name for supplier_id, name in names.items() if supplier_id not in done}


def is_threatened(document: Document) -> bool:
    """Tell whether papers may have to go to an energy supplier: the citizen says so, or the words on the pages do."""
    if document.declared_type:
        return document.declared_type in POWER_CUT
    return bool(document.filing and document.filing.types and document.filing.types[0].type in POWER_CUT)
