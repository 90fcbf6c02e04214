"""Outlines corrected by a person: which corners a page can have, and who said so when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from services.gateway.domain.access import Citizen
from services.gateway.domain.refusal import RefusedError
from shared.events.outline import By, Outline, Quad

LEAST_AREA = 0.01
"""Of the picture: the upload service takes a smaller patch for no page, either."""
LEAST_CORNER = 0.001
"""Of the picture: the triangle of a corner and its two neighbours; less is a corner that hardly is one."""
MOST_CORRECTIONS = 100
"""Each makes the page be checked anew."""
DIGITS = 5
"""Of a share: a fifth of a pixel in the widest picture."""

Corners = Sequence[tuple[float, float]]


class Correction(BaseModel):
    """What a person said of where a page lies, which is nothing if they took it back; who that was, and when.

    `by_id` is the device of a citizen, the mandate of a helper, or what staff is known by.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    outline: Outline
    by: By
    by_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish for an outline; `if_match` says which version of it is meant."""

    page_id: str
    outline: Outline
    if_match: str | None


def correction_of(outline: Outline, citizen: Citizen, at: datetime) -> Correction:
    """Return a correction by a citizen, or by who acts for them."""
    if citizen.acting:
        return Correction(outline=outline, by="helper", by_id=citizen.acting.mandate_id, at=at)
    return Correction(outline=outline, by="citizen", by_id=citizen.device_id, at=at)


def quad_of(corners: Corners) -> Quad:
    """Return the corners of a page, rounded.

    Raises:
        RefusedError: `outline.outside`: a corner is not in the picture; `outline.crossed`: sides cross, a corner
            points inwards, or the page is seen from behind; `outline.too_small`: too little is left.
    """
    if not all(0 <= share <= 1 for corner in corners for share in corner):
        raise RefusedError("outline.outside")
    first, second, third, fourth = [(round(x, DIGITS), round(y, DIGITS)) for x, y in corners]
    quad = (first, second, third, fourth)
    areas = [_area(quad[place - 1], quad[place], quad[(place + 1) % 4]) for place in range(4)]
    if min(areas) < 0:
        raise RefusedError("outline.crossed")
    if min(areas) < LEAST_CORNER or areas[0] + areas[2] < LEAST_AREA:
        raise RefusedError("outline.too_small")
    return quad


def _area(before: tuple[float, float], corner: tuple[float, float], after: tuple[float, float]) -> float:
    """Return the area of a triangle whose corners are named clockwise on screen; less than 0 the other way round."""
    (x, y), (left, top), (right, bottom) = corner, before, after
    return ((x - left) * (bottom - y) - (y - top) * (right - x)) / 2
