"""In without a code: who somebody is, in three answers, and on to what they came for."""

from collections.abc import Callable, Mapping
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.access import Citizen, Helper
from services.gateway.domain.access import Person as Holder
from services.gateway.domain.newcomers import Person, birthday_of, name_of, phone_of
from services.gateway.domain.refusal import RefusedError
from services.gateway.pages.forms import NOTHING_TYPED, Filled, FormOf
from services.gateway.pages.page import leave_for, page
from services.gateway.pages.visitor import AnyHolder, Guest, let_in
from services.gateway.routes.newcomers import check_start
from services.gateway.routes.parts import Parts, Ready, parts_of
from shared.clock import BERLIN
from shared.events.gateway import Errand
from shared.ids import new_id

router = APIRouter()
PATH = "/new/{way}"
ERRANDS: Mapping[str, Errand] = {"apply": "apply", "hand-in": "hand_in"}
LEADS_TO: Mapping[Errand, str] = {"apply": "/", "hand_in": "/hand-in"}
KEY_LENGTH = len(new_id())


@router.get(PATH)
async def show(request: Request, way: str, guest: Guest, parts: Ready) -> Response:
    """Show the form; who is in already needs none."""
    errand = _errand(way)
    return leave_for(request, LEADS_TO[errand]) if guest else _show(request, errand, parts)


@router.post(PATH)
async def start(  # noqa: PLR0917 - what FastAPI hands over
    request: Request, way: str, guest: Guest, holder: AnyHolder, filled: FormOf, parts: Ready
) -> Response:
    """Let somebody in who said who they are; what does not fit is said at its field."""
    errand = _errand(way)
    if filled.only_language:
        return _show(request, errand, parts, filled)
    if guest:
        return leave_for(request, LEADS_TO[errand])
    if len(filled.get("key")) != KEY_LENGTH:
        raise RefusedError("request.malformed")
    person, problems = _read(filled, parts.clock().astimezone(BERLIN).date())
    if problems:
        request.state.problem = next(iter(problems.values()))
        return _show(request, errand, parts, filled, problems)
    _, token = await begin(request, holder, person, errand, filled.get("key"))
    response = leave_for(request, LEADS_TO[errand])
    if token:
        let_in(request, response, token)
    return response


async def begin(
    request: Request, holder: Holder | None, person: Person, errand: Errand, key: str
) -> tuple[Citizen, str | None]:
    """Let somebody start; the token is for a new device, as one that others are helped with keeps its own.

    Raises:
        RefusedError: `rate.exceeded`, `newcomer.too_many`, `idempotency_key.reused`, `device.missing`.
    """
    parts = parts_of(request)
    await check_start(request, parts, key)
    if isinstance(holder, Helper):
        return await parts.stores.newcomers.start_beside(holder, person, errand, key), None
    return await parts.stores.newcomers.start(person, errand, key)


def _errand(way: str) -> Errand:
    if way not in ERRANDS:
        raise RefusedError("route.missing")
    return ERRANDS[way]


def _read(filled: Filled, today: date) -> tuple[Person, dict[str, str]]:
    """Return what was filled in, and the code of what is wrong by field."""
    readers: dict[str, Callable[[], object]] = {
        "name": lambda: name_of(filled.get("name")),
        "born_on": lambda: birthday_of(filled.get("day"), filled.get("month"), filled.get("year"), today),
        "phone": lambda: phone_of(filled.get("phone")),
    }
    values: dict[str, object] = {}
    problems: dict[str, str] = {}
    for field, read in readers.items():
        try:
            values[field] = read()
        except RefusedError as refused:
            problems[field] = refused.code
    return Person.model_validate(values), problems


def _show(
    request: Request,
    errand: Errand,
    parts: Parts,
    filled: Filled = NOTHING_TYPED,
    problems: Mapping[str, str] | None = None,
) -> Response:
    return page(
        request,
        "newcomer.html",
        422 if problems else 200,
        errand=errand,
        filled=filled,
        problems=problems or {},
        login=parts.login,
        fresh_key=new_id(),
    )
