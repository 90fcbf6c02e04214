"""The desk's queue of newcomers: who waits for a team, who they say they are, and whose their papers turn out to be."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.newcomers import Decision
from services.gateway.domain.paging import parse_cursor
from services.gateway.routes.access import AsTool, ask_of
from services.gateway.routes.answers import digest_of, respond
from services.gateway.routes.documented import IDEMPOTENT, problems
from services.gateway.routes.parts import Ready
from services.gateway.schemas.newcomers import Assigned, Assignment, NewcomerShown, WaitingList, WaitingShown
from shared.events.event import Id

router = APIRouter(prefix="/v1/desk/newcomers", tags=["desk"])


@router.get("", summary="Newcomers who wait, the longest first", responses=problems(400, 401, 403))
async def show_all(tool: AsTool, parts: Ready, cursor: str | None = None) -> WaitingList:
    """Show who waits for the tool's team, in parts and without their names."""
    part = await parts.stores.assignments.waiting(tool.team, parse_cursor(cursor))
    return WaitingList(items=tuple(WaitingShown.of(one) for one in part.items), next_cursor=part.next)


@router.get("/{newcomer_id}", summary="A newcomer", responses=problems(401, 403, 404))
async def show(newcomer_id: Id, tool: AsTool, parts: Ready) -> NewcomerShown:
    """Show who somebody says they are, and what they handed in; this look is kept with the tool's name."""
    may_call = await parts.stores.alerts.may_call(tool.team, newcomer_id)
    newcomer = await parts.stores.assignments.look(newcomer_id, tool, may_call=may_call)
    documents = await parts.stores.documents.newest(newcomer_id, None)
    return NewcomerShown.of(newcomer, tuple(documents.items))


@router.post(
    "/{newcomer_id}/assignment",
    response_model=Assigned,
    summary="Say whose a newcomer's papers are",
    responses=problems(400, 401, 403, 404, 409, 422),
    openapi_extra=IDEMPOTENT,
)
async def assign(request: Request, newcomer_id: Id, wish: Assignment, tool: AsTool, parts: Ready) -> Response:
    """Assign to a known citizen, or take as a new one: once, by whoever comes first."""
    decision = Decision(
        newcomer_id=newcomer_id,
        owner_id=wish.citizen_id,
        team=tool.team,
        tool_id=tool.id,
        decided_at=parts.clock(),
    )
    return respond(await parts.stores.assignments.decide(ask_of(request, digest_of(wish)), decision))
