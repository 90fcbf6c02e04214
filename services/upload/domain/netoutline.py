"""The outline of the page from what the page net saw and what the picture shows at its edges."""

from dataclasses import dataclass

import numpy as np

from services.upload.domain.geometry import Points, Side, clockwise_from_top_left
from services.upload.domain.pagemap import THERE, PageMap
from services.upload.domain.pixels import Picture
from services.upload.domain.quad import corners_of, sides_of
from services.upload.domain.trace import traced


@dataclass(frozen=True, slots=True)
class NetOutline:
    """A page in a picture: corners TL, TR, BR, BL in pixels, the borders it crosses, how sure the net is."""

    quad: Points
    cut: tuple[Side, ...]
    evidence: float
    several: bool


def outline_from(seen: PageMap, small: Picture, width: int, height: int) -> NetOutline | None:
    """Return the outline in pixels of a picture of `width` x `height`, or None when no page is seen.

    `small` is the same picture with about 1000 pixels on its longer side.
    """
    if seen.present < THERE:
        return None
    cut = seen.cut()
    sides = sides_of(seen.mask, cut)
    if sides is None:
        return None
    corners = _sane(corners_of(traced(sides, small)), corners_of(sides))
    quad = clockwise_from_top_left(corners * np.array([width, height]))
    return NetOutline(quad, cut, seen.present, seen.several >= THERE)


def _sane(corners: Points, otherwise: Points) -> Points:
    """Return corners unless the search has torn one away."""
    torn = not np.isfinite(corners).all() or float(abs(corners - otherwise).max()) > 0.05  # noqa: PLR2004
    return otherwise if torn else corners
