"""The first page: for who is new, three sentences and the code of a letter; for who is in, what to do next."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.access import Citizen, Helper
from services.gateway.domain.refusal import RefusedError
from services.gateway.pages.forms import NOTHING_TYPED, Filled, FormOf
from services.gateway.pages.language import FIELD, choose
from services.gateway.pages.origin import way_back
from services.gateway.pages.page import leave_for, page
from services.gateway.pages.things import CHECKS
from services.gateway.pages.visitor import AnyHelper, AnyHolder, Guest, Visitor, let_in
from services.gateway.routes.guesses import guess
from services.gateway.routes.parts import Parts, Ready

router = APIRouter()
HELPERS_START = "/people"
FOR_ONESELF = "/own"
NEWS = 4
"""How many entries the first page shows."""


@router.get("/")
async def show(request: Request, guest: Guest, holder: AnyHolder, parts: Ready) -> Response:
    """Show the first page; who is here only to help others begins with them."""
    if isinstance(holder, Helper):
        return leave_for(request, HELPERS_START)
    return await _home(request, guest, parts) if guest else _welcome(request, parts)


@router.get("/start/news")
async def refresh(request: Request, citizen: Visitor, parts: Ready) -> Response:
    """Show what is new, as it is now."""
    return await _home(request, citizen, parts, "home_news.html")


@router.get(FOR_ONESELF)
async def ways(request: Request, guest: Guest, parts: Ready) -> Response:
    """Show who is here to help others the ways to come for themselves."""
    return leave_for(request, "/") if guest else _welcome(request, parts)


@router.post("/")
async def activate(request: Request, helper: AnyHelper, filled: FormOf, parts: Ready) -> Response:
    """Use up the code of a letter: this device is the citizen's from now on, and stays a helper's if it was."""
    if filled.only_language:
        return _welcome(request, parts, filled)
    try:
        async with guess(request, parts):
            token = await _activated(filled.get("code"), helper, parts)
    except RefusedError as refused:
        request.state.problem = refused.code
        return _welcome(request, parts, filled, problem=refused.code, status=refused.status)
    response = leave_for(request, "/")
    if token:
        let_in(request, response, token)
    return response


async def _activated(code: str, helper: Helper | None, parts: Parts) -> str | None:
    """Use up a code; return the token of a new device, None where a helper's keeps its own."""
    if helper:
        await parts.stores.people.activate_beside(code, helper)
        return None
    return (await parts.stores.people.activate(code))[1]


@router.post("/language")
async def switch(request: Request, filled: FormOf) -> Response:
    """Show the page somebody came from in another language."""
    choose(request, filled.get(FIELD))
    return leave_for(request, way_back(filled.get("next")))


async def _home(request: Request, citizen: Citizen, parts: Parts, template: str = "home.html") -> Response:
    draft = await parts.stores.drafts.of_device(citizen.device_id)
    news = await parts.stores.timeline.newest(citizen.citizen_id, None, without=CHECKS)
    newcomer = await parts.stores.newcomers.find(citizen.citizen_id)
    return page(
        request,
        template,
        draft=draft,
        news=news.items[:NEWS],
        suppliers=parts.supplier_names,
        newcomer=newcomer,
        helps=citizen.helper_id is not None,
    )


def _welcome(
    request: Request, parts: Parts, filled: Filled = NOTHING_TYPED, problem: str | None = None, status: int = 200
) -> Response:
    new = not request.cookies
    return page(request, "welcome.html", status, at_once=new, filled=filled, problem=problem, login=parts.login)
