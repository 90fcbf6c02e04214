"""Where a page lies in its picture, corrected by hand: corners dragged or the page turned, with scripts or without."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from services.gateway.domain.access import Citizen
from services.gateway.domain.outlines import Wish
from services.gateway.domain.pages import Page
from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.versions import tag_of
from services.gateway.pages.forms import Filled, FormOf
from services.gateway.pages.hand_in import PATH as HAND_IN
from services.gateway.pages.language import language_of
from services.gateway.pages.page import leave_for, page
from services.gateway.pages.visitor import Uploader
from services.gateway.routes.outlines import correct_outline
from services.gateway.routes.parts import Parts, Ready
from services.gateway.schemas.outlines import OutlineWish
from shared.events.event import Id
from shared.events.outline import AS_FOUND, WHOLE, Outline, Quad, Turn

router = APIRouter()
PATH = "/pages/{page_id}/outline"
TURNS: Sequence[Turn] = (0, 90, 180, 270)
STEPS = {"left": -1, "right": 1}  # quarter turns


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture of `width` x `height` pixels, turned, with the edge of the page: in the words of SVG."""

    width: int
    height: int
    quad: Quad
    turn: Turn

    @property
    def view_box(self) -> str:
        """What is seen: the whole picture, once it is turned."""
        width, height = (self.height, self.width) if self.turn in {90, 270} else (self.width, self.height)
        return f"0 0 {width} {height}"

    @property
    def transform(self) -> str:
        """How the picture is turned, so that it stays in view."""
        moved = {0: (0, 0), 90: (self.height, 0), 180: (self.width, self.height), 270: (0, self.width)}[self.turn]
        return f"translate({moved[0]} {moved[1]}) rotate({self.turn})"

    @property
    def points(self) -> str:
        """The corners of the page, in pixels of the picture."""
        return " ".join(f"{x * self.width:.1f},{y * self.height:.1f}" for x, y in self.quad)

    @property
    def around(self) -> str:
        """The picture with the page as a hole in it."""
        return f"M0 0H{self.width}V{self.height}H0ZM{self.points}Z"


@router.get(PATH)
async def show(request: Request, page_id: Id, citizen: Uploader, parts: Ready) -> Response:
    """Show the picture with the page's edge, as it was corrected last or as it is suggested."""
    return await _show(request, await parts.stores.pages.of_citizen(page_id, citizen), citizen, parts)


@router.post(PATH)
async def change(request: Request, page_id: Id, citizen: Uploader, filled: FormOf, parts: Ready) -> Response:
    """Keep what the pressed button makes of the outline in the form; after `save` the editing is over."""
    kept = await parts.stores.pages.of_citizen(page_id, citizen)
    if filled.only_language:
        return await _show(request, kept, citizen, parts, drawn=_drawn(filled))
    step = filled.get("step")
    try:
        wish = Wish(page_id, _stepped(kept, _drawn(filled), step), tag_of(_version(filled)))
        await correct_outline(request, wish, citizen, parts)
    except RefusedError as refused:
        if not refused.code.startswith("outline."):
            raise
        kept = await parts.stores.pages.of_citizen(page_id, citizen)
        return await _show(request, kept, citizen, parts, refused=refused)
    return leave_for(request, HAND_IN if step == "save" else PATH.format(page_id=page_id))


def _stepped(kept: Page, drawn: Outline, step: str) -> Outline:
    """Return the outline that a button makes of another one.

    Who sets corners sees the page turned as it is: so that is part of what they say.
    """
    turn = _turn_of(kept, drawn)
    if step in STEPS:
        return Outline(quad=drawn.quad, turn=TURNS[(TURNS.index(turn) + STEPS[step]) % len(TURNS)])
    if step == "whole":
        return Outline(quad=WHOLE, turn=turn)
    if step == "suggestion":
        return AS_FOUND
    return Outline(quad=drawn.quad, turn=turn) if drawn.quad else drawn


def _drawn(filled: Filled) -> Outline:
    """Return the outline that stands in a form.

    Raises:
        RefusedError: it is none, or `outline.outside`, `outline.crossed`, `outline.too_small`.
    """
    try:
        return OutlineWish.model_validate_json(filled.get("outline", "{}")).outline
    except ValidationError as error:
        raise RefusedError("request.invalid") from error


def _version(filled: Filled) -> int:
    version = filled.get("version")
    return int(version) if version.isdecimal() else -1  # never the one that is meant


def _turn_of(kept: Page, outline: Outline) -> Turn:
    """Return how a page is turned: by hand, or as the check found it upright."""
    if outline.turn is not None:
        return outline.turn
    return (kept.suggested.turn if kept.suggested else None) or 0


async def _show(
    request: Request,
    kept: Page,
    citizen: Citizen,
    parts: Parts,
    *,
    drawn: Outline | None = None,
    refused: RefusedError | None = None,
) -> Response:
    """Show the editor.

    Raises:
        RefusedError: `page.no_plain`: nothing was made of the picture yet; `outline.several`.
    """
    kept.require_single()
    if kept.check is None or kept.check.plain_key is None:
        raise RefusedError("page.no_plain")
    outline, found = drawn or kept.outline, kept.suggested or AS_FOUND
    draft = await parts.stores.drafts.of_device(citizen.device_id)
    suggested = Outline(quad=found.quad or WHOLE, turn=_turn_of(kept, AS_FOUND))
    problem = parts.texts.problem(refused.code, language_of(request), **refused.values) if refused else None
    return page(
        request,
        "outline.html",
        refused.status if refused else 200,
        kept=kept,
        number=draft.page_ids.index(kept.id) + 1 if kept.id in draft.page_ids else None,
        outline=outline,
        suggested=suggested,
        scene=Scene(
            kept.check.width, kept.check.height, outline.quad or suggested.quad or WHOLE, _turn_of(kept, outline)
        ),
        problem=problem,
    )
