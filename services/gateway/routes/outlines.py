"""Where a page lies in its picture: what the check suggests, and what the citizen corrects before handing in."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from services.gateway.domain.access import Citizen
from services.gateway.domain.outlines import Wish
from services.gateway.domain.versions import tag_of
from services.gateway.routes.acting import MaySee, MayUpload
from services.gateway.routes.documented import if_match_of, problems, sends
from services.gateway.routes.files import plain_of
from services.gateway.routes.parts import Parts, Ready
from services.gateway.schemas.outlines import OutlineShown, OutlineWish
from shared.events.event import Id
from shared.events.outline import AS_FOUND

router = APIRouter(tags=["pages"])
PATH = "/v1/pages/{page_id}/outline"

_IF_MATCH = {"parameters": [if_match_of("the outline")]}
IfMatch = Annotated[str | None, Header(include_in_schema=False)]


@router.get(PATH, summary="Where a page lies in its picture", responses=problems(401, 403, 404))
async def show(page_id: Id, citizen: MaySee, parts: Ready, response: Response) -> OutlineShown:
    """Show what the check suggests, and what a person made of it; the tag changes with the latter only."""
    page = await parts.stores.pages.of_citizen(page_id, citizen)
    response.headers["etag"] = tag_of(page.outline_version)
    return OutlineShown.of(page)


@router.put(
    PATH,
    summary="Correct where it lies",
    responses=problems(400, 401, 403, 404, 409, 412, 422, 428),
    openapi_extra=_IF_MATCH,
)
async def correct(  # noqa: PLR0917 - what FastAPI hands over
    request: Request,
    page_id: Id,
    wish: OutlineWish,
    citizen: MayUpload,
    parts: Ready,
    response: Response,
    if_match: IfMatch = None,
) -> OutlineShown:
    """Keep corners and turn of a page that is in no document yet; it is checked anew, and filed, by them."""
    return await _kept(request, Wish(page_id, wish.outline, if_match), citizen, parts, response)


@router.delete(
    PATH, summary="Back to the suggestion", responses=problems(401, 403, 404, 409, 412, 428), openapi_extra=_IF_MATCH
)
async def take_back(  # noqa: PLR0917 - what FastAPI hands over
    request: Request, page_id: Id, citizen: MayUpload, parts: Ready, response: Response, if_match: IfMatch = None
) -> OutlineShown:
    """Let the page lie where the check finds it; that it was corrected before stays known."""
    return await _kept(request, Wish(page_id, AS_FOUND, if_match), citizen, parts, response)


async def correct_outline(request: Request, wish: Wish, citizen: Citizen, parts: Parts) -> OutlineShown:
    """Keep a correction, which costs us as much as an upload, and return the outline as it is then."""
    request.state.standing = await parts.rates.hit("upload", request.state.principal)
    return OutlineShown.of(await parts.stores.outlines.correct(citizen, wish))


async def _kept(request: Request, wish: Wish, citizen: Citizen, parts: Parts, response: Response) -> OutlineShown:
    shown = await correct_outline(request, wish, citizen, parts)
    response.headers["etag"] = tag_of(shown.version)
    return shown


@router.get("/v1/pages/{page_id}/plain", summary="The picture, made small", **sends("image/jpeg"))
async def plain(page_id: Id, citizen: MaySee, parts: Ready) -> Response:
    """Send a JPEG of the picture with nothing drawn on it: what corners are set on, whatever format was uploaded."""
    return await plain_of(await parts.stores.pages.of_citizen(page_id, citizen), parts)
