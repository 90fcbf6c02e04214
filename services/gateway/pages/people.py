"""The people one helps: an invitation accepted, the list of them, and where acting for one of them begins."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.access import Person
from services.gateway.domain.paging import parse_cursor
from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.timeline import Entry
from services.gateway.pages.forms import NOTHING_TYPED, Filled, FormOf
from services.gateway.pages.home import NEWS
from services.gateway.pages.page import leave_for, page
from services.gateway.pages.visitor import AnyActor, AnyHolder, AnyPerson, let_in
from services.gateway.routes.guesses import guess
from services.gateway.routes.mandates import ACCEPT_PATH
from services.gateway.routes.parts import Parts, Ready
from services.gateway.schemas.asked import Acceptance
from shared.events.event import Id

router = APIRouter()
PATH = "/people"
START = "/start"


@router.get(ACCEPT_PATH)
async def ask(request: Request, _: AnyHolder) -> Response:
    """Show the form; the QR code of an invitation leads here, with the code behind `#`."""
    return _ask(request)


@router.post(ACCEPT_PATH)
async def accept(request: Request, holder: AnyHolder, filled: FormOf, parts: Ready) -> Response:
    """Use up the code; a phone that nobody was given is the helper's from now on."""
    if filled.only_language:
        return _ask(request, filled)
    try:
        async with guess(request, parts):
            mandate, token = await parts.stores.mandates.accept(*_accepted(filled), holder)
    except RefusedError as refused:
        request.state.problem = refused.code
        return _ask(request, filled, refused)
    response = leave_for(request, f"/for/{mandate.id}{START}")
    if token:
        let_in(request, response, token)
    return response


def _accepted(filled: Filled) -> tuple[str, str]:
    """Return code and name.

    Raises:
        RefusedError: `request.invalid`.
    """
    try:
        typed = Acceptance(code=filled.get("code"), name=filled.get("name"))
    except ValueError as error:
        raise RefusedError("request.invalid") from error
    return typed.code, typed.name


def _ask(request: Request, filled: Filled = NOTHING_TYPED, refused: RefusedError | None = None) -> Response:
    return page(request, "accept.html", refused.status if refused else 200, filled=filled, refused=refused)


@router.get(PATH)
async def show(request: Request, person: AnyPerson, parts: Ready, cursor: str | None = None) -> Response:
    """Show whom one may act for, and what happened lately."""
    held = await parts.stores.mandates.held_by(person, parse_cursor(cursor))
    return page(request, "people.html", held=held, cursor=cursor, news=await _news(person, parts), suppliers={})


async def _news(person: Person, parts: Parts) -> list[Entry]:
    """Return what happened to a helper's mandates; a citizen reads it among their own news."""
    part = await parts.stores.timeline.of_helper(person, None)
    return list(part.items[:NEWS])


@router.post(PATH + "/{mandate_id}/resign")
async def resign(request: Request, mandate_id: Id, person: AnyPerson, parts: Ready) -> Response:
    """Give a mandate up; the citizen is told."""
    await parts.stores.mandates.revoke(mandate_id, "helper", *person.helper_ids)
    return leave_for(request, PATH)


@router.get(START)
async def start(request: Request, citizen: AnyActor, parts: Ready) -> Response:
    """Show what one may do for somebody; for oneself that is the first page."""
    if citizen.acting is None:
        return leave_for(request, "/")
    mandate = await parts.stores.mandates.in_force(citizen.acting.mandate_id, citizen.acting.helper_id)
    return page(request, "start.html", mandate=mandate)
