"""Handing in: page after page, each checked while the next is taken, then all of them together as one document."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain import drafts
from services.gateway.domain.access import Ask, Citizen
from services.gateway.domain.documents import check_submission
from services.gateway.domain.refusal import RefusedError
from services.gateway.pages.forms import NOTHING_TYPED, Filled, FormOf
from services.gateway.pages.kinds import KINDS
from services.gateway.pages.language import language_of
from services.gateway.pages.page import leave_for, may_film, page
from services.gateway.pages.visitor import Uploader
from services.gateway.routes.completeness import looked_over
from services.gateway.routes.documents import count_submission
from services.gateway.routes.multipart import received
from services.gateway.routes.pages import page_of
from services.gateway.routes.parts import Parts, Ready
from services.gateway.routes.room import room_for
from services.gateway.schemas.completeness import CompletenessShown
from services.gateway.schemas.shown import PageShown
from shared.events.event import Id
from shared.ids import new_id

router = APIRouter()
PATH = "/hand-in"
SHELL = PATH + "/shell"
UPLOAD = PATH + "/pages"


def _arrange(pages: drafts.PageIds, order: str) -> drafts.PageIds:
    return drafts.arrange(pages, tuple(order.split(",")))


STEPS: Mapping[str, Callable[[drafts.PageIds, str], drafts.PageIds]] = {
    "up": partial(drafts.move, by=-1),
    "down": partial(drafts.move, by=1),
    "remove": drafts.remove,
    "arrange": _arrange,
    "undo": _arrange,
}


@router.get(PATH)
async def show(request: Request, citizen: Uploader, parts: Ready, retake: Id | None = None) -> Response:
    """Show what is there so far; `retake` names the page that the next picture replaces."""
    return await _show(request, citizen, parts, retake=retake)


@router.get(SHELL)
async def shell(request: Request, parts: Ready) -> Response:
    """Show the page as it is for everybody, without any pages: a phone keeps it, to take pictures without network."""
    return _page(request, parts, drafts.Draft(id=""), [], signed_in=True, offline=True)


@router.get(PATH + "/list")
async def refresh(request: Request, citizen: Uploader, parts: Ready) -> Response:
    """Show the pages again, as they are now."""
    return await _show(request, citizen, parts, template="draft.html")


@router.post(UPLOAD)
async def upload(request: Request, citizen: Uploader, parts: Ready, key: Id, replaces: Id | None = None) -> Response:
    """Keep one page, and put it into the draft; sent again under its key, it is the same page."""
    request.state.standing = await parts.rates.hit("upload", request.state.principal)
    async with room_for(request, citizen, parts, key), received(request, parts) as file:
        ask = Ask(request.state.principal, key, f"POST {UPLOAD}", file.sha256)
        answer = await parts.stores.pages.keep(ask, page_of(file, citizen, parts), file.file)
    page_id = str(answer.body["page_id"])
    await parts.stores.drafts.change(
        citizen.device_id, lambda pages: drafts.replace(pages, replaces or "", page_id, parts.limits)
    )
    if replaces:
        await _remove(replaces, citizen, parts)
    return leave_for(request, PATH)


@router.post(PATH + "/change")
async def change(request: Request, citizen: Uploader, filled: FormOf, parts: Ready) -> Response:
    """Move or remove a page, or put all in order: the button that was pressed says `step page_id`, or their ids."""
    step, _, about = filled.get("change").partition(" ")
    if step in STEPS:
        undoable = step == "arrange"
        await parts.stores.drafts.change(citizen.device_id, lambda pages: STEPS[step](pages, about), undoable=undoable)
    if step == "remove":
        await _remove(about, citizen, parts)
    return await _again(request, citizen, parts)


@router.post(PATH)
async def send(request: Request, citizen: Uploader, filled: FormOf, parts: Ready) -> Response:
    """Hand the pages in as one document: those that were seen, and each state of a draft only once."""
    if filled.only_language:
        return await _show(request, citizen, parts, filled=filled, retake=filled.get("retake") or None)
    key = filled.get("key")
    ask = Ask(request.state.principal, key, f"POST {PATH}", key)
    answer = await parts.stores.acts.first_answer(ask)
    if answer is None:
        draft = await parts.stores.drafts.of_device(citizen.device_id)
        if key != draft.key:
            return await _show(request, citizen, parts, filled=filled, changed=True, status=409)
        check_submission(draft.page_ids, parts.limits)
        await count_submission(request, parts)
        kind = filled.get("kind") if filled.get("kind") in KINDS else None
        answer = await parts.stores.documents.submit(ask, citizen, draft.page_ids, kind, language_of(request))
    sent = [page["page_id"] for page in answer.body["pages"]]
    await parts.stores.drafts.change(citizen.device_id, lambda pages: drafts.remove(pages, *sent))
    return leave_for(request, f"/documents/{answer.body['document_id']}")


async def _remove(page_id: str, citizen: Citizen, parts: Parts) -> None:
    """Let the bytes of a page go that was in the draft; one that is gone, or was handed in, stays as it is."""
    with suppress(RefusedError):
        page = await parts.stores.pages.of_citizen(page_id, citizen)
        await parts.stores.pages.remove(page.id, parts.clock())


async def _again(request: Request, citizen: Citizen, parts: Parts) -> Response:
    """Show the pages after a change: in place to a script, as a page of its own to a browser without."""
    if request.headers.get("hx-request"):
        return await _show(request, citizen, parts, template="draft.html")
    return leave_for(request, PATH)


async def _show(
    request: Request,
    citizen: Citizen,
    parts: Parts,
    **values: Any,
) -> Response:
    draft = await parts.stores.drafts.of_device(citizen.device_id)
    kept = await parts.stores.pages.all_of_citizen(draft.page_ids, citizen)
    shown = [PageShown.of(one, parts.texts, language_of(request)) for one in kept]
    found = await looked_over(kept, citizen, parts, language_of(request))
    return _page(request, parts, draft, shown, found, **values)


def _page(
    request: Request,
    parts: Parts,
    draft: drafts.Draft,
    shown: Sequence[PageShown],
    found: CompletenessShown = CompletenessShown(),  # noqa: B008 - frozen
    *,
    template: str = "hand_in.html",
    status: int = 200,
    filled: Filled = NOTHING_TYPED,
    **values: Any,
) -> Response:
    more = {"retake": None, "changed": False, "offline": False, **values}
    answer = page(
        request,
        template,
        status,
        draft=draft,
        pages=shown,
        found=found,
        filled=filled,
        limits=parts.limits,
        kinds=KINDS,
        kept_days=drafts.KEPT.days,
        fresh_key=new_id(),
        **more,
    )
    return may_film(answer)
