"""Consents: what a citizen agrees to, when they agree, and when they take it back."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.access import Citizen
from services.gateway.domain.consents import TEXT_VERSIONS, Consent, check_consent, check_seen, unseen
from services.gateway.domain.documents import Document
from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.access import AsCitizen, ask_of
from services.gateway.routes.allowances import allow
from services.gateway.routes.answers import digest_of, respond
from services.gateway.routes.documented import IDEMPOTENT, problems
from services.gateway.routes.parts import InLanguage, Parts, Ready
from services.gateway.schemas.answered import ConsentKept
from services.gateway.schemas.asked import ConsentRequest
from services.gateway.schemas.offered import ConsentText, SupplierList, SupplierShown
from shared.events.event import Code, Id
from shared.ids import new_id

router = APIRouter(tags=["consents"])


@router.get("/v1/suppliers", summary="Suppliers that papers can go to", responses=problems(401, 403))
async def suppliers(citizen: AsCitizen, parts: Ready) -> SupplierList:  # noqa: ARG001 - only citizens may ask
    """Show the suppliers a consent can name."""
    names = parts.supplier_names
    return SupplierList(items=tuple(SupplierShown(supplier_id=key, name=name) for key, name in names.items()))


@router.get("/v1/consent-texts/{purpose}", summary="The text of a consent", responses=problems(404))
async def text(purpose: Code, parts: Ready, language: InLanguage, supplier_id: Code | None = None) -> ConsentText:
    """Show what a citizen agrees to; `supplier_id` puts the supplier's name into it."""
    if purpose not in TEXT_VERSIONS:
        raise RefusedError("consent.text_missing")
    words = words_of(purpose, supplier_id or "", parts, language)
    return ConsentText(purpose=purpose, text_version=TEXT_VERSIONS[purpose], language=language, text=words)


@router.post(
    "/v1/documents/{document_id}/consents",
    status_code=201,
    response_model=ConsentKept,
    summary="Agree that pages go to a supplier",
    responses=problems(400, 401, 403, 404, 409, 422),
    openapi_extra=IDEMPOTENT,
)
async def give(  # noqa: PLR0917 - what FastAPI hands over
    request: Request, document_id: Id, wish: ConsentRequest, citizen: AsCitizen, parts: Ready, language: InLanguage
) -> Response:
    """Keep a consent for exactly these pages."""
    ask = ask_of(request, digest_of(wish))
    if answer := await parts.stores.acts.first_answer(ask):
        return respond(answer)  # a page may have given way by now, and had not then
    document = await parts.stores.documents.of_citizen(document_id, citizen.citizen_id)
    known = parts.partners.current().supplier(wish.supplier_id) is not None
    check_consent(wish.purpose, wish.text_version, wish.page_ids, document.page_ids, supplier_known=known)
    check_seen(wish.page_ids, unseen(document, await parts.stores.pages.of_document(document.page_ids)))
    await allow(request, parts, "consent")
    return respond(await parts.stores.consents.give(ask, consent_of(document, wish, citizen, parts, language)))


@router.delete("/v1/consents/{consent_id}", status_code=204, summary="Take back", responses=problems(401, 403, 404))
async def revoke(consent_id: Id, citizen: AsCitizen, parts: Ready) -> None:
    """Take a consent back; what is still queued is not sent."""
    await parts.stores.consents.revoke(consent_id, citizen.citizen_id, parts.clock())


def consent_of(document: Document, wish: ConsentRequest, citizen: Citizen, parts: Parts, language: str) -> Consent:
    """Return the consent that a wish is, with the text in force; a page that is named twice is agreed to once."""
    return Consent(
        id=new_id(),
        citizen_id=citizen.citizen_id,
        document_id=document.id,
        version=document.version,
        page_ids=tuple(dict.fromkeys(wish.page_ids)),
        text=words_of(wish.purpose, wish.supplier_id, parts, language),
        language=language,
        given_at=parts.clock(),
        **wish.model_dump(exclude={"page_ids"}),
    )


def words_of(purpose: str, supplier_id: str, parts: Parts, language: str) -> str:
    """Return the text that is agreed to."""
    supplier = parts.supplier_names.get(supplier_id, "…")
    return parts.texts.get("consents", purpose, language, supplier=supplier)
