"""The outline of the page from what the page net saw and what the picture shows at its edges."""

from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from services.upload.domain.edgestrip import Colours, edge_colours
from services.upload.domain.geometry import Points, clockwise_from_top_left
from services.upload.domain.pagemap import PageMap
from services.upload.domain.pixels import Picture
from services.upload.domain.quad import Lines, corners_of, likeness, sides_of
from services.upload.domain.sides import Side
from services.upload.domain.thresholds import thresholds
from services.upload.domain.trace import traced, weakest_edge

EDGE = 1.0  # difference of colour: along a side with less there is no edge


@dataclass(frozen=True, slots=True)
class NetOutline:
    """A page in a picture: corners TL, TR, BR, BL in pixels, the borders it crosses, how sure the net is.

    `clear` tells that along each side which is no border of the picture an edge can be seen.
    """

    quad: Points
    cut: tuple[Side, ...]
    evidence: float
    several: bool
    clear: bool = True


def outline_from(seen: PageMap, small: Picture, width: int, height: int) -> NetOutline | None:
    """Return the outline in pixels of a picture of `width` x `height`, or None when no page is seen.

    `small` is the same picture with about 1000 pixels on its longer side.
    """
    there = thresholds().there
    if seen.present < there:
        return None
    found = _corners(seen, edge_colours(small))
    if found is None:
        return None
    corners, edge = found
    quad = clockwise_from_top_left(corners * np.array([width, height]))
    return NetOutline(quad, seen.cut(), seen.present, seen.several >= there, clear=edge >= EDGE)


@dataclass(frozen=True, slots=True)
class _Page:
    """The page from one level of the mask on: its sides, as traced, its corners, and how four-sided the mask is."""

    sides: Lines
    corners: Points
    fits: float


def _corners(seen: PageMap, colours: Colours) -> tuple[Points, float] | None:
    """Return the corners of the page in shares of the picture, and how clear its weakest edge is.

    Where the net was half sure of things beside the page, a patterned cloth perhaps, the mask frays: it is not like a
    page, and one of its sides runs where no edge is. Then what the net is surer of is the page, if that has edges all
    around and is more like one.
    """
    wanted = thresholds()
    pages = (_page(seen, colours, level) for level in (wanted.there, *wanted.surer))
    first = next(pages)
    if first is None:
        return None
    edge = weakest_edge(first.sides, colours)
    if first.fits >= wanted.four_sided or edge >= EDGE:
        return first.corners, edge
    surer = [(weakest_edge(page.sides, colours), page.corners) for page in pages if page and page.fits > first.fits]
    clearest, corners = max(surer, key=itemgetter(0), default=(0.0, first.corners))
    return (corners, clearest) if clearest >= EDGE else (first.corners, edge)


def _page(seen: PageMap, colours: Colours, level: float) -> _Page | None:
    sides = sides_of(seen.mask, seen.cut(), level)
    if sides is None:
        return None
    moved = traced(sides, colours)
    return _Page(moved, _sane(corners_of(moved), corners_of(sides)), likeness(seen.mask, level, sides))


def _sane(corners: Points, otherwise: Points) -> Points:
    """Return corners unless the search has torn one away."""
    torn = not np.isfinite(corners).all() or float(abs(corners - otherwise).max()) > 0.05  # noqa: PLR2004
    return otherwise if torn else corners
