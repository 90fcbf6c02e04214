"""Follows the sides of a page in the picture: the net finds, the edges measure.

Beside each side lies a strip of picture, straightened. The edge of the paper is the path along it that changes most,
bends little, has paper inside and something else outside. A sheet that curls has bowed sides: what is returned is
the line through the two ends of a side, as a page is its four corners.
"""

import numpy as np
from numpy.typing import NDArray

from services.upload.domain.edgestrip import (
    ALONG,
    SAMPLES,
    STRONG,
    Colours,
    Mask,
    Places,
    Plane,
    Strips,
    strength_of,
    strips_beside,
)
from services.upload.domain.geometry import Points, after
from services.upload.domain.quad import Lines, corners_of, lines_between, lines_through, on_border
from services.upload.domain.sidefit import ends_of, medians
from services.upload.domain.steadypath import steadiest

REACHES = (0.034, 0.012)  # of the longer picture side: how far from a side its edge is sought, first and again
BEND = 1.5  # difference of colour that a step of one row costs
STEP = 2  # rows from sample to sample
STAY = 4.0  # difference of colour that an edge at the end of the reach must bring more than one on the line
LEAST = 2.5  # mean difference of colour along an edge that is to be trusted
FEWEST = 0.45  # of a side must show an edge

Numbers = NDArray[np.float64]


def traced(sides: Lines, colours: Colours) -> Lines:
    """Return sides, given and returned in shares of the picture, moved to the edges of the paper near them."""
    size, free = np.array(colours.shape[1::-1], np.float64), _free(sides)
    for reach in REACHES:
        corners = corners_of(sides) * size
        if not len(free) or not np.isfinite(corners).all():
            break
        away, clear = _edges(strips_beside(colours, corners, free, reach))
        found = clear.any(axis=1)
        sides = sides.copy()
        sides[free[found]] = _moved(corners, free[found], away[found], clear[found], size)
    return sides


def weakest_edge(sides: Lines, colours: Colours) -> float:
    """Return how clear the edge of the paper is along the side where it is least so, as a difference of colour.

    Sides on a border of the picture have none to show. A side that lies outside the picture shows nothing: 0.
    """
    corners, free = corners_of(sides) * colours.shape[1::-1], _free(sides)
    if not np.isfinite(corners).all():
        return 0.0
    if not len(free):
        return STRONG
    strips = strips_beside(colours, corners, free, REACHES[-1])
    if not _enough(strips.shown).all():
        return 0.0
    strength, _ = strength_of(strips)
    return float(medians(_gathered(strength, steadiest(strength, BEND, STEP)), strips.shown).min())


def _free(sides: Lines) -> Places:
    """Return which sides are no borders of the picture."""
    return np.flatnonzero([not on_border(side) for side in sides])


def _enough(shown: Mask) -> NDArray[np.bool_]:
    """Tell beside which sides enough of the picture lies."""
    return np.asarray(shown.sum(axis=1) >= SAMPLES // 4)


def _edges(strips: Strips) -> tuple[Numbers, Mask]:
    """Return how far outside each side its edge lies, pixels, and where that is clear: nowhere if it is not trusted."""
    strength, offsets = strength_of(strips)
    liked = strength - (STAY * (offsets / offsets[-1]) ** 2).astype(np.float32)[:, None]
    path = steadiest(liked * strips.shown[:, None], BEND, STEP)
    found, shown = _gathered(strength, path), strips.shown
    clear = (found > LEAST) & shown
    usual = (found * shown).sum(axis=1) >= LEAST * shown.sum(axis=1)
    trusted = _enough(shown) & usual & (clear.sum(axis=1) >= FEWEST * shown.sum(axis=1))
    return offsets[path], clear & trusted[:, None]


def _gathered(strength: Plane, path: Places) -> Numbers:
    """Return the strength along the path through each strip."""
    return np.take_along_axis(strength, path[:, None], axis=1)[:, 0].astype(np.float64)


def _moved(corners: Points, places: Places, away: Numbers, clear: Mask, size: Numbers) -> Lines:
    """Return the sides in some places between corners, moved to their edges, in shares of the picture."""
    starts, ends = corners[places], after(corners)[places]
    normals = lines_through(corners)[places, :2]
    outwards = ends_of(ALONG, away, clear, np.linalg.norm(ends - starts, axis=1))
    return lines_between((starts + normals * outwards[:, :1]) / size, (ends + normals * outwards[:, 1:]) / size)
