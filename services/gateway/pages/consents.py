"""Passing papers on: the citizen reads what they agree to, ticks the pages, and can take it back."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.access import Citizen
from services.gateway.domain.consents import TEXT_VERSIONS, check_consent, check_seen, unseen
from services.gateway.domain.documents import Document
from services.gateway.domain.refusal import RefusedError
from services.gateway.pages.forms import NOTHING_TYPED, Filled, FormOf, ask_of
from services.gateway.pages.language import language_of
from services.gateway.pages.page import leave_for, page
from services.gateway.pages.visitor import Visitor
from services.gateway.routes.allowances import allow
from services.gateway.routes.consents import consent_of, words_of
from services.gateway.routes.parts import Parts, Ready
from services.gateway.schemas.asked import ConsentRequest
from shared.events.event import Code, Id
from shared.ids import new_id

router = APIRouter()
PATH = "/documents/{document_id}/forward/{supplier_id}"
PURPOSE = "power_cut"
CONSENTS = "#consents"
"""Where a document's page says what was agreed to: on a phone far below what one sees first."""


@router.get(PATH)
async def show(request: Request, document_id: Id, supplier_id: Code, citizen: Visitor, parts: Ready) -> Response:
    """Show what would be agreed to."""
    document = await _document(document_id, supplier_id, citizen, parts)
    return await _show(request, document, supplier_id, parts)


@router.post(PATH)
async def give(  # noqa: PLR0917 - what FastAPI hands over
    request: Request, document_id: Id, supplier_id: Code, citizen: Visitor, filled: FormOf, parts: Ready
) -> Response:
    """Keep a consent for exactly the pages that were ticked."""
    document = await _document(document_id, supplier_id, citizen, parts)
    pages = list(filled.all("page"))
    if filled.only_language:
        return await _show(request, document, supplier_id, parts, filled=filled)
    if not pages:
        return await _show(request, document, supplier_id, parts, filled=filled, status=422, missing=True)
    ask = ask_of(request, filled)
    if await parts.stores.acts.first_answer(ask) is None:  # a page may have given way by now, and had not then
        version = filled.get("text_version")
        check_consent(PURPOSE, version, pages, document.page_ids, supplier_known=True)
        check_seen(pages, unseen(document, await parts.stores.pages.of_document(document.page_ids)))
        wish = ConsentRequest(supplier_id=supplier_id, purpose=PURPOSE, page_ids=pages, text_version=version)
        await allow(request, parts, "consent")
        await parts.stores.consents.give(ask, consent_of(document, wish, citizen, parts, language_of(request)))
    return leave_for(request, f"/documents/{document_id}{CONSENTS}")


@router.post("/documents/{document_id}/consents/{consent_id}/revoke")
async def revoke(request: Request, document_id: Id, consent_id: Id, citizen: Visitor, parts: Ready) -> Response:
    """Take a consent back; what is still queued is not sent."""
    await parts.stores.consents.revoke(consent_id, citizen.citizen_id, parts.clock())
    return leave_for(request, f"/documents/{document_id}{CONSENTS}")


async def _document(document_id: str, supplier_id: str, citizen: Citizen, parts: Parts) -> Document:
    if supplier_id not in parts.supplier_names:
        raise RefusedError("route.missing")
    return await parts.stores.documents.of_citizen(document_id, citizen.citizen_id)


async def _show(
    request: Request,
    document: Document,
    supplier_id: str,
    parts: Parts,
    *,
    filled: Filled = NOTHING_TYPED,
    status: int = 200,
    **values: Any,
) -> Response:
    sent = await parts.stores.pages.of_document(document.page_ids)
    return page(
        request,
        "consent.html",
        status,
        document=document,
        unseen={key: _said(refused, request, parts) for key, refused in unseen(document, sent).items()},
        drawn={one.id for one in sent if one.check and one.check.annotated_key},
        supplier=parts.supplier_names[supplier_id],
        words=words_of(PURPOSE, supplier_id, parts, language_of(request)),
        text_version=TEXT_VERSIONS[PURPOSE],
        filled=filled,
        fresh_key=new_id(),
        missing=values.get("missing", False),
    )


def _said(refused: RefusedError, request: Request, parts: Parts) -> str:
    _, detail = parts.texts.problem(refused.code, language_of(request), **refused.values)
    return detail
