"""One page of a document that was handed in: how it was seen, and the form that takes it again."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.access import Ask
from services.gateway.domain.documents import Exchange
from services.gateway.pages.language import language_of
from services.gateway.pages.page import leave_for, page
from services.gateway.pages.visitor import Uploader, Viewer
from services.gateway.routes.documents import count_submission
from services.gateway.routes.multipart import received
from services.gateway.routes.pages import page_of
from services.gateway.routes.parts import Ready
from services.gateway.routes.room import room_for
from services.gateway.schemas.shown import PageShown
from shared.events.event import Id
from shared.ids import new_id

router = APIRouter()
AGAIN = "/page-again"


@router.get("/documents/{document_id}/pages/{page_id}")
async def show(request: Request, document_id: Id, page_id: Id, citizen: Viewer, parts: Ready) -> Response:
    """Show a page with its hints; one that was replaced still says so."""
    document = await parts.stores.documents.of_citizen(document_id, citizen)
    document.check_page(page_id)
    kept = await parts.stores.pages.of_citizen(page_id, citizen)
    return page(
        request,
        "document_page.html",
        document=document,
        shown=PageShown.of(kept, parts.texts, language_of(request)),
        limits=parts.limits,
        fresh_key=new_id(),
    )


@router.post(AGAIN)
async def take_again(  # noqa: PLR0917 - what FastAPI hands over
    request: Request, document_id: Id, page_id: Id, version: int, key: Id, citizen: Uploader, parts: Ready
) -> Response:
    """Keep a picture and put it in the place of a page; sent again under its key, it takes effect once."""
    request.state.standing = await parts.rates.hit("upload", request.state.principal)
    owner = request.state.principal
    room = room_for(request, citizen, parts, f"again.{key}")
    async with room, received(request, parts) as file:
        ask = Ask(owner, f"again.{key}", f"POST {AGAIN}", file.sha256)
        answer = await parts.stores.pages.keep(ask, page_of(file, citizen, parts), file.file)
    ask = Ask(owner, f"replace.{key}", f"POST {AGAIN} {document_id} {page_id}", file.sha256)
    if await parts.stores.acts.first_answer(ask) is None:
        await count_submission(request, parts)
        wish = Exchange(document_id, page_id, str(answer.body["page_id"]), f'"{version}"')
        await parts.stores.documents.replace_page(ask, citizen, wish, language_of(request))
    return leave_for(request, f"/documents/{document_id}")
