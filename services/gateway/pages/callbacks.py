"""Callbacks: a wish in three choices, and what became of it."""

from datetime import datetime, time, timedelta
from typing import Any, get_args

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.access import Citizen
from services.gateway.domain.callbacks import Callback, check_window
from services.gateway.domain.paging import parse_cursor
from services.gateway.domain.refusal import RefusedError
from services.gateway.pages.forms import NOTHING_TYPED, Filled, FormOf, ask_of
from services.gateway.pages.language import language_of
from services.gateway.pages.page import leave_for, page
from services.gateway.pages.visitor import Arranger
from services.gateway.routes.allowances import allow
from services.gateway.routes.parts import Parts, Ready
from shared.clock import BERLIN
from shared.events.gateway import CallbackTopic, Language
from shared.ids import new_id

router = APIRouter()
PATH = "/callbacks"
TOPICS = get_args(CallbackTopic)
LANGUAGES = get_args(Language)
HOURS = ("08-10", "10-12", "12-14", "14-16", "16-18")
DAYS = 14


@router.get(PATH)
async def show(
    request: Request, citizen: Arranger, parts: Ready, cursor: str | None = None, topic: str = ""
) -> Response:
    """Show the form, and all wishes so far; a link may say what the call is about."""
    return await _show(request, citizen, parts, cursor=cursor, filled=Filled({"topic": [topic]}))


@router.get(PATH + "/list")
async def refresh(request: Request, citizen: Arranger, parts: Ready) -> Response:
    """Show the wishes as they are now."""
    return await _show(request, citizen, parts, template="callbacks_list.html")


@router.post(PATH)
async def wish(request: Request, citizen: Arranger, filled: FormOf, parts: Ready) -> Response:
    """Keep a wish; the promise follows."""
    if filled.only_language:
        return await _show(request, citizen, parts, filled=filled)
    ask = ask_of(request, filled)
    if await parts.stores.acts.first_answer(ask) is None:
        try:
            wished = _wished(citizen, filled, parts.clock())
        except RefusedError as refused:
            return await _show(request, citizen, parts, filled=filled, problem=refused.code, status=refused.status)
        await allow(request, parts, "callback")
        await parts.stores.callbacks.request(ask, wished)
    return leave_for(request, f"{PATH}#callbacks")  # what was asked for stands below the form


def _wished(citizen: Citizen, filled: Filled, now: datetime) -> Callback:
    """Return the wish a form stands for.

    Raises:
        RefusedError: a choice is missing, or the window does not fit.
    """
    topic, language, hours = filled.get("topic"), filled.get("speak"), filled.get("hours")
    if topic not in TOPICS or language not in LANGUAGES or hours not in HOURS:
        raise RefusedError("request.invalid")
    start, end = window_of(filled.get("day"), hours)
    check_window(start, end, now)
    return Callback.wished(citizen, now, topic=topic, language=language, window_start=start, window_end=end)


def window_of(day: str, hours: str) -> tuple[datetime, datetime]:
    """Return start and end of a choice such as `2026-11-24` and `08-10`, in Berlin.

    Raises:
        RefusedError: the day is none.
    """
    try:
        date = datetime.strptime(day, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise RefusedError("request.invalid") from error
    first, last = (time(int(hour), tzinfo=BERLIN) for hour in hours.split("-"))
    return datetime.combine(date, first), datetime.combine(date, last)


async def _show(
    request: Request,
    citizen: Citizen,
    parts: Parts,
    *,
    template: str = "callbacks.html",
    cursor: str | None = None,
    status: int = 200,
    filled: Filled = NOTHING_TYPED,
    **values: Any,
) -> Response:
    today = parts.clock().astimezone(BERLIN).date()
    days = [today + timedelta(days=ahead) for ahead in range(DAYS)]
    return page(
        request,
        template,
        status,
        callbacks=await parts.stores.callbacks.newest(citizen.citizen_id, parse_cursor(cursor)),
        filled=filled,
        problem=values.get("problem"),
        topics=TOPICS,
        hours=HOURS,
        days=[day for day in days if day.weekday() < 5],  # noqa: PLR2004 - Monday to Friday
        speak=[language for language in LANGUAGES if language != "de-simple"],
        speak_now=language_of(request),
        fresh_key=new_id(),
    )
