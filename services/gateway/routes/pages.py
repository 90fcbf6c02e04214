"""Pages: uploaded one by one, checked in the background, shown to whom they belong."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.access import Citizen, mandate_id_of
from services.gateway.domain.pages import Page
from services.gateway.routes.access import ask_of
from services.gateway.routes.acting import MaySee, MayUpload
from services.gateway.routes.answers import respond
from services.gateway.routes.documented import IDEMPOTENT, problems, sends
from services.gateway.routes.files import SheetNumber, annotated_of, original_of, sheet_of
from services.gateway.routes.multipart import OPENAPI, Received, received
from services.gateway.routes.parts import InLanguage, Parts, Ready
from services.gateway.routes.room import room_for
from services.gateway.schemas.answered import PageKept
from services.gateway.schemas.shown import PageShown
from services.gateway.store.pages import new_page
from shared.events.event import Id

router = APIRouter(tags=["pages"])
PATH = "/v1/pages"


@router.post(
    PATH,
    status_code=201,
    response_model=PageKept,
    summary="Upload one page",
    responses=problems(400, 401, 403, 408, 409, 413, 415, 422),
    openapi_extra={**IDEMPOTENT, **OPENAPI},
)
async def upload(request: Request, citizen: MayUpload, parts: Ready) -> Response:
    """Keep the original bytes; 201 means that they are durable."""
    request.state.standing = await parts.rates.hit("upload", request.state.principal)
    key = ask_of(request, "").key  # refused before a large body is read
    async with room_for(request, citizen, parts, key), received(request, parts) as file:
        page = page_of(file, citizen, parts)
        return respond(await parts.stores.pages.keep(ask_of(request, file.sha256), page, file.file))


def page_of(file: Received, citizen: Citizen, parts: Parts) -> Page:
    """Return the new page that a file is."""
    return new_page(
        citizen_id=citizen.citizen_id,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        media_type=file.media_type,
        uploaded_at=parts.clock(),
        mandate_id=mandate_id_of(citizen),
        newcomer=citizen.newcomer,
    )


@router.get(PATH + "/{page_id}", summary="A page and its check", responses=problems(401, 403, 404))
async def show(page_id: Id, citizen: MaySee, parts: Ready, language: InLanguage) -> PageShown:
    """Show what is known about a page."""
    page = await parts.stores.pages.of_citizen(page_id, citizen)
    return PageShown.of(page, parts.texts, language)


@router.delete(PATH + "/{page_id}", status_code=204, summary="Remove", responses=problems(401, 403, 404, 409))
async def remove(page_id: Id, citizen: MayUpload, parts: Ready) -> None:
    """Remove a page that is in no document: its bytes go within minutes, and count no more towards the quota."""
    page = await parts.stores.pages.of_citizen(page_id, citizen)
    await parts.stores.drafts.let_go(page.id)
    await parts.stores.pages.remove(page.id, parts.clock())


@router.get(PATH + "/{page_id}/original", summary="The untouched picture", **sends("image/*"))
async def original(page_id: Id, citizen: MaySee, parts: Ready) -> Response:
    """Send the bytes as they were uploaded."""
    return await original_of(await parts.stores.pages.of_citizen(page_id, citizen), parts)


@router.get(PATH + "/{page_id}/annotated", summary="The picture with hints", **sends("image/jpeg"))
async def annotated(page_id: Id, citizen: MaySee, parts: Ready) -> Response:
    """Send the small picture that shows what is wrong and where."""
    return await annotated_of(await parts.stores.pages.of_citizen(page_id, citizen), parts)


@router.get(PATH + "/{page_id}/sheets/{number}", summary="The picture of one page of several", **sends("image/jpeg"))
async def sheet(page_id: Id, number: SheetNumber, citizen: MaySee, parts: Ready) -> Response:
    """Send the small picture of one page of a file of several, with what is wrong and where."""
    return await sheet_of(await parts.stores.pages.of_citizen(page_id, citizen), number, parts)
