"""The pages of a document that was handed in: which they are, and one of them taken again."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from services.gateway.domain.documents import Exchange
from services.gateway.routes.access import ask_of
from services.gateway.routes.acting import MayUpload
from services.gateway.routes.answers import digest_of, respond
from services.gateway.routes.documented import IDEMPOTENT, if_match_of, problems
from services.gateway.routes.documents import Seen, count_submission
from services.gateway.routes.parts import InLanguage, Ready
from services.gateway.schemas.answered import Receipt
from services.gateway.schemas.asked import PageExchange
from services.gateway.schemas.places import PagesShown
from shared.events.event import Id

router = APIRouter(tags=["documents"])
PATH = "/v1/documents/{document_id}/pages"

_EXCHANGE = {"parameters": [*IDEMPOTENT["parameters"], if_match_of("the list of pages")]}


@router.get(PATH, summary="The pages of a document", responses=problems(401, 403, 404))
async def show(document: Seen, response: Response) -> PagesShown:
    """Show which page stands where, and what stood there before; the tag changes with the pages only."""
    response.headers["etag"] = document.tag
    return PagesShown.of(document)


@router.post(
    PATH + "/{page_id}/replacement",
    status_code=202,
    response_model=Receipt,
    summary="Take one page again",
    responses=problems(400, 401, 403, 404, 409, 412, 422, 428),
    openapi_extra=_EXCHANGE,
)
async def replace(  # noqa: PLR0917 - what FastAPI hands over
    request: Request,
    document_id: Id,
    page_id: Id,
    wish: PageExchange,
    citizen: MayUpload,
    parts: Ready,
    language: InLanguage,
    if_match: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """Put a page, uploaded before, in the place of another one; receipt number and date of arrival stay.

    The document is filed anew, and the page it replaces is kept. Papers that a supplier was sent stay as they were.
    """
    ask = ask_of(request, digest_of(wish))
    if answer := await parts.stores.acts.first_answer(ask):
        return respond(answer)
    await count_submission(request, parts)
    exchange = Exchange(document_id, page_id, wish.page_id, if_match)
    return respond(await parts.stores.documents.replace_page(ask, citizen, exchange, language))
