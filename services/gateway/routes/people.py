"""The people one helps: an invitation accepted, the list of them, and the end that a helper can set."""

from typing import Annotated

from fastapi import APIRouter, Request, Security

from services.gateway.domain.paging import parse_cursor
from services.gateway.routes.access import DEVICE, AsPerson, Credentials, as_person
from services.gateway.routes.documented import problems
from services.gateway.routes.guesses import guess
from services.gateway.routes.parts import InLanguage, Ready
from services.gateway.routes.timeline import timeline_of
from services.gateway.schemas.asked import Acceptance
from services.gateway.schemas.mandates import Accepted, HelpedList, HelpedShown
from services.gateway.schemas.timeline import Timeline
from shared.events.event import Id

router = APIRouter(tags=["people"])
PATH = "/v1/people"


@router.post(
    "/v1/acceptances", status_code=201, summary="Accept an invitation", responses=problems(400, 401, 403, 409, 422)
)
async def accept(
    request: Request, acceptance: Acceptance, parts: Ready, credentials: Annotated[Credentials, Security(DEVICE)] = None
) -> Accepted:
    """Use up the code of an invitation, as who holds the token; who has none gets a helper's device and its token."""
    person = await as_person(request, parts, credentials) if credentials else None
    async with guess(request, parts):
        mandate, token = await parts.stores.mandates.accept(acceptance.code, acceptance.name, person)
    if token:
        parts.tokens.expect(token)
    return Accepted(**HelpedShown.of(mandate).model_dump(), token=token)


@router.get(PATH, summary="The people one may act for", responses=problems(400, 401, 403))
async def show_all(person: AsPerson, parts: Ready, cursor: str | None = None) -> HelpedList:
    """Show the mandates in force, those accepted last first, in parts."""
    part = await parts.stores.mandates.held_by(person, parse_cursor(cursor))
    return HelpedList(items=tuple(HelpedShown.of(mandate) for mandate in part.items), next_cursor=part.next)


@router.get(PATH + "/timeline", summary="What happened to one's mandates", responses=problems(400, 401, 403))
async def events(person: AsPerson, parts: Ready, language: InLanguage, cursor: str | None = None) -> Timeline:
    """Show what was accepted and what is over, newest first; some of it is in a citizen's own timeline, too."""
    part = await parts.stores.timeline.of_helper(person, parse_cursor(cursor))
    return timeline_of(part, parts, language)


@router.delete(PATH + "/{mandate_id}", status_code=204, summary="Help no more", responses=problems(401, 403, 404))
async def resign(mandate_id: Id, person: AsPerson, parts: Ready) -> None:
    """Give a mandate up; the citizen is told."""
    await parts.stores.mandates.revoke(mandate_id, "helper", *person.helper_ids)
