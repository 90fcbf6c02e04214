"""Mandates: a citizen lets somebody they trust act for them, sees whom, and takes it back at once."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.access import Citizen
from services.gateway.domain.mandates import CODE_WORKS, Mandate, check_mandate, end_of
from services.gateway.domain.paging import parse_cursor
from services.gateway.routes.access import AsCitizen, ask_of
from services.gateway.routes.answers import digest_of, respond
from services.gateway.routes.documented import IDEMPOTENT, problems
from services.gateway.routes.parts import Parts, Ready
from services.gateway.schemas.asked import MandateRequest
from services.gateway.schemas.mandates import CodeShown, MandateList, MandateShown
from shared.events.event import Id
from shared.ids import new_id

router = APIRouter(tags=["mandates"])
PATH = "/v1/mandates"
ONE = PATH + "/{mandate_id}"
ACCEPT_PATH = "/accept"


@router.post(
    PATH,
    status_code=201,
    response_model=MandateShown,
    summary="Invite somebody to act for oneself",
    responses=problems(400, 401, 403, 409, 422),
    openapi_extra=IDEMPOTENT,
)
async def offer(request: Request, wish: MandateRequest, citizen: AsCitizen, parts: Ready) -> Response:
    """Keep an invitation; ask for its code next."""
    ask = ask_of(request, digest_of(wish))
    if answer := await parts.stores.acts.first_answer(ask):
        return respond(answer)  # the last day may be over by now, and was not then
    return respond(await parts.stores.mandates.offer(ask, mandate_of(wish, citizen, parts)))


@router.post(ONE + "/code", status_code=201, summary="A code to accept with", responses=problems(401, 403, 404, 409))
async def code(request: Request, mandate_id: Id, citizen: AsCitizen, parts: Ready) -> CodeShown:
    """Show a new code, which works once; the one before it is worthless, and none is kept in the clear."""
    request.state.standing = await parts.rates.hit("activation", request.state.principal)
    mandate, fresh = await parts.stores.mandates.new_code(mandate_id, citizen.citizen_id)
    return CodeShown(
        mandate_id=mandate.id, code=fresh, expires_at=mandate.code_expires_at, url=accept_url(fresh, parts)
    )


@router.get(PATH, summary="All mandates, newest first", responses=problems(400, 401, 403))
async def show_all(citizen: AsCitizen, parts: Ready, cursor: str | None = None) -> MandateList:
    """Show whom a citizen let act for them, in parts."""
    part = await parts.stores.mandates.given_by(citizen.citizen_id, parse_cursor(cursor))
    items = tuple(MandateShown.of(mandate, parts.clock()) for mandate in part.items)
    return MandateList(items=items, next_cursor=part.next)


@router.get(ONE, summary="A mandate", responses=problems(401, 403, 404))
async def show(mandate_id: Id, citizen: AsCitizen, parts: Ready) -> MandateShown:
    """Show what became of an invitation."""
    return MandateShown.of(await parts.stores.mandates.of_citizen(mandate_id, citizen.citizen_id), parts.clock())


@router.delete(ONE, status_code=204, summary="Take back", responses=problems(401, 403, 404))
async def revoke(mandate_id: Id, citizen: AsCitizen, parts: Ready) -> None:
    """End a mandate: the helper's next request is refused."""
    await parts.stores.mandates.revoke(mandate_id, "citizen", citizen.citizen_id)


def mandate_of(wish: MandateRequest, citizen: Citizen, parts: Parts) -> Mandate:
    """Return the invitation that a wish is.

    Raises:
        RefusedError: `mandate.no_scope`, `mandate.end_past`, `mandate.end_too_far`.
    """
    now = parts.clock()
    check_mandate(wish.scopes, wish.last_day, now)
    return Mandate(
        id=new_id(),
        citizen_id=citizen.citizen_id,
        scopes=tuple(dict.fromkeys(wish.scopes)),
        ends_at=end_of(wish.last_day),
        offered_at=now,
        code_expires_at=now + CODE_WORKS,
        **wish.model_dump(include={"kind", "called", "citizen_name"}),
    )


def accept_url(code: str, parts: Parts) -> str:
    """Return the address a QR code carries; what follows `#` never leaves the helper's phone."""
    return f"{parts.stores.receipts.public_url}{ACCEPT_PATH}#{code}"
