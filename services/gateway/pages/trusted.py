"""People a citizen trusts: who may act for them, an invitation by code or QR, and the end of it at once."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, get_args

import segno
from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from services.gateway.domain.access import Citizen
from services.gateway.domain.mandates import CODE_WORKS, LONGEST, Mandate
from services.gateway.domain.paging import parse_cursor
from services.gateway.domain.refusal import RefusedError
from services.gateway.pages.forms import NOTHING_TYPED, Filled, FormOf, ask_of
from services.gateway.pages.page import leave_for, page
from services.gateway.pages.visitor import Visitor
from services.gateway.routes.mandates import accept_url, mandate_of
from services.gateway.routes.parts import Parts, Ready
from services.gateway.schemas.asked import MandateRequest
from shared.clock import BERLIN
from shared.events.event import Id
from shared.events.gateway import MandateKind, MandateScope
from shared.ids import new_id

router = APIRouter()
PATH = "/trusted"
KINDS = get_args(MandateKind)
SCOPES = get_args(MandateScope)
USUALLY = timedelta(days=90)
"""What the form proposes as the time a mandate lasts."""


@router.get(PATH)
async def show(request: Request, citizen: Visitor, parts: Ready, cursor: str | None = None) -> Response:
    """Show who may act, and the form to invite somebody."""
    return await _show(request, citizen, parts, cursor=cursor)


@router.post(PATH)
async def invite(request: Request, citizen: Visitor, filled: FormOf, parts: Ready) -> Response:
    """Keep an invitation, each form's only once, and show its code."""
    if filled.only_language:
        return await _show(request, citizen, parts, filled=filled)
    ask = ask_of(request, filled)
    try:
        answer = await parts.stores.acts.first_answer(ask) or await parts.stores.mandates.offer(
            ask, mandate_of(_wish(filled), citizen, parts)
        )
    except RefusedError as refused:
        request.state.problem = refused.code
        return await _show(request, citizen, parts, filled=filled, refused=refused, status=refused.status)
    return await _code(request, str(answer.body["mandate_id"]), citizen, parts)


@router.post(PATH + "/{mandate_id}/code")
async def code(request: Request, mandate_id: Id, citizen: Visitor, parts: Ready) -> Response:
    """Show a new code for an invitation; it is in this answer and nowhere else."""
    return await _code(request, mandate_id, citizen, parts)


@router.post(PATH + "/{mandate_id}/revoke")
async def revoke(request: Request, mandate_id: Id, citizen: Visitor, parts: Ready) -> Response:
    """End a mandate: the helper's next step is refused."""
    await parts.stores.mandates.revoke(mandate_id, "citizen", citizen.citizen_id)
    return leave_for(request, PATH)


def _wish(filled: Filled) -> MandateRequest:
    """Return what a form asks for.

    Raises:
        RefusedError: `mandate.no_scope`, or a field is missing or does not fit.
    """
    if not filled.all("scope"):
        raise RefusedError("mandate.no_scope")
    fields = {name: filled.get(name) for name in ("kind", "last_day", "called", "citizen_name")}
    try:
        return MandateRequest.model_validate({**fields, "scopes": list(filled.all("scope"))})
    except ValidationError as error:
        raise RefusedError("request.invalid") from error


async def _code(request: Request, mandate_id: str, citizen: Citizen, parts: Parts) -> Response:
    request.state.standing = await parts.rates.hit("activation", request.state.principal)
    mandate, fresh = await parts.stores.mandates.new_code(mandate_id, citizen.citizen_id)
    url = accept_url(fresh, parts)
    return page(
        request, "trusted_code.html", mandate=mandate, code=fresh, address=url.partition("#")[0], picture=qr_of(url)
    )


def qr_of(text: str) -> str:
    """Return a QR code as a picture that stands in the page itself: its address would be a secret."""
    return str(segno.make_qr(text, error="m").svg_data_uri(scale=4, border=4, dark="#000", light="#fff"))


async def _show(
    request: Request,
    citizen: Citizen,
    parts: Parts,
    *,
    cursor: str | None = None,
    filled: Filled = NOTHING_TYPED,
    status: int = 200,
    **values: Any,
) -> Response:
    given = await parts.stores.mandates.given_by(citizen.citizen_id, parse_cursor(cursor))
    today = parts.clock().astimezone(BERLIN).date()
    return page(
        request,
        "trusted.html",
        status,
        given=given,
        now=parts.clock(),
        filled=filled,
        refused=values.get("refused"),
        kinds=KINDS,
        scopes=SCOPES,
        own_name=_name_before(given.items),
        days=_days(today),
        hours=int(CODE_WORKS.total_seconds() // 3600),
        fresh_key=new_id(),
    )


def _days(today: date) -> dict[str, date]:
    return {"first": today, "usual": today + USUALLY, "last": today + LONGEST}


def _name_before(given: Sequence[Mandate]) -> str:
    """Return how the citizen called themselves last time, so that they need not type it again."""
    return given[0].citizen_name if given else ""
