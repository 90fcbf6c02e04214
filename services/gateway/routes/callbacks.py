"""Callbacks: wished for by citizens."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.callbacks import Callback, check_window
from services.gateway.domain.paging import parse_cursor
from services.gateway.routes.access import ask_of
from services.gateway.routes.acting import MayArrange
from services.gateway.routes.allowances import allow
from services.gateway.routes.answers import digest_of, respond
from services.gateway.routes.documented import IDEMPOTENT, problems
from services.gateway.routes.parts import Ready
from services.gateway.schemas.answered import CallbackKept
from services.gateway.schemas.asked import CallbackRequest
from services.gateway.schemas.shown import CallbackList, CallbackShown
from shared.events.event import Id

router = APIRouter(tags=["callbacks"])
PATH = "/v1/callbacks"


@router.post(
    PATH,
    status_code=202,
    response_model=CallbackKept,
    summary="Ask to be called",
    responses=problems(400, 401, 403, 409, 422),
    openapi_extra=IDEMPOTENT,
)
async def wish(request: Request, wished: CallbackRequest, citizen: MayArrange, parts: Ready) -> Response:
    """Keep a wish; the promise follows as an event."""
    ask = ask_of(request, digest_of(wished))
    if answer := await parts.stores.acts.first_answer(ask):
        return respond(answer)  # the window may be over by now, and was not then
    now = parts.clock()
    check_window(wished.window_start, wished.window_end, now)
    callback = Callback.wished(citizen, now, **wished.model_dump())
    await allow(request, parts, "callback")
    return respond(await parts.stores.callbacks.request(ask, callback))


@router.get(PATH, summary="All callbacks, newest first", responses=problems(400, 401, 403))
async def show_all(citizen: MayArrange, parts: Ready, cursor: str | None = None) -> CallbackList:
    """Show callbacks, in parts."""
    part = await parts.stores.callbacks.newest(citizen.citizen_id, parse_cursor(cursor))
    return CallbackList(items=tuple(CallbackShown.of(c) for c in part.items), next_cursor=part.next)


@router.get(PATH + "/{callback_id}", summary="A callback", responses=problems(401, 403, 404))
async def show(callback_id: Id, citizen: MayArrange, parts: Ready) -> CallbackShown:
    """Show what became of a wish."""
    return CallbackShown.of(await parts.stores.callbacks.of_citizen(callback_id, citizen.citizen_id))
