"""Whether something other than paper lies between a page and a border of the picture, seen at full resolution.

The page net judges a border at 512 pixels. Here a strip along the border is looked at as the camera took it: a page
that ends before the border shows an edge that runs along it, sharp, and behind that edge something that is not
this paper. A page that is cut off shows its own paper, line after line, up to the last.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from services.upload.domain.pagemap import PageMap
from services.upload.domain.pixels import Picture, lab
from services.upload.domain.sides import SIDES, Side
from services.upload.domain.steadypath import steadiest
from services.upload.domain.thresholds import thresholds

DEPTH = 0.045  # of the picture: how far from the border the edge is sought
ROWS, COLUMNS = 72, 160  # of the strip as it is looked at
BEND = 1.2  # colour difference that a step of one row from column to column costs
STEP = 3  # rows from column to column
MOST = 25.0  # colour difference that counts no further
SOFT = 2.0  # pixels of the picture over which an edge may be spread
BLURRED = 4  # rows: beside an edge the colour is neither that of the paper nor that of the desk
SHARP = 0.35  # of the difference to paper: what changes within an edge, shade grows slowly
UNLIKE = 4.0  # colour difference from which something is not this paper
LIKE = 0.7  # of what lies outside: paper inside the edge is more like paper than that
BARE = 43  # of the ROWS inside, from dark to light: from here on they are bare paper; less than half of a line is ink
UNSURE = (0.3, 0.999)  # how surely the page goes on beyond a border for a margin to be looked for
TOUCHING = 0.03  # of the border: what the net was taught to call cut off; a page may touch it along less
NEAR = 5  # cells of the mask from the border
FEWEST = 6  # cells of the mask: less along a border is a corner, and too short to judge

Plane = NDArray[np.float32]  # shape (rows, columns)
Colours = NDArray[np.float32]  # shape (rows, columns, 3), L*a*b*, row 0 at the border


def judged(seen: PageMap, picture: Picture) -> PageMap:
    """Return what the net saw, without cuts at borders where it is unsure and a margin can be seen.

    `picture` is what the net looked at, in all its pixels.
    """
    beyond = seen.beyond.copy()
    for place, side in enumerate(SIDES):
        span = _span(seen, side)
        if UNSURE[0] < beyond[place] < UNSURE[1] and span and margin_beside(picture, side, span).bare < TOUCHING:
            beyond[place] = 0
    return replace(seen, beyond=beyond)


def _span(seen: PageMap, side: Side) -> tuple[float, float] | None:
    """Return from where to where along a border the mask comes near it, 0 to 1; None where it hardly does."""
    mask = seen.mask.T if side in ("L", "R") else seen.mask
    near = mask[:NEAR] if side in ("L", "T") else mask[-NEAR:]
    cells = np.flatnonzero((near >= thresholds().there).any(axis=0))
    if len(cells) < FEWEST:
        return None
    return float(cells[0]) / mask.shape[1], float(cells[-1] + 1) / mask.shape[1]


@dataclass(frozen=True, slots=True)
class Margin:
    """What lies along a border, beside the part of it that the page is at.

    `sharp`, `outside` and `inside` are colour differences, medians along the page: at the best edge there, between
    paper and what lies outside that edge, and between paper and what lies inside. `bare` is the length, a share of
    the border, along which no edge with something unlike paper behind it is seen. `depth` is where the edge lies,
    a share of the picture.
    """

    sharp: float
    outside: float
    inside: float
    bare: float
    depth: float


def margin_beside(picture: Picture, side: Side, span: tuple[float, float]) -> Margin:
    """Return what lies between a page and a border; `span` is where along the border the page is, 0 to 1."""
    strip, pixels = _strip(picture, side, span)
    paper, total = _paper(strip), np.concatenate([strip[:1] * 0, strip.cumsum(axis=0)])
    steps = _steps(total, max(2, int(np.ceil(SOFT * ROWS / pixels))))
    path = steadiest(steps[None], BEND, STEP)[0]
    columns = np.arange(COLUMNS)
    sharp = steps[path, columns]
    outside = _difference(_mean_between(total, path * 0, np.maximum(path, 1)), paper)
    inside = _difference(_mean_between(total, path + BLURRED, path + 2 * BLURRED), paper)
    seen = (sharp > np.minimum(SHARP * outside, MOST / 2)) & (outside > UNLIKE) & (inside < LIKE * outside)
    return Margin(
        float(np.median(sharp)),
        float(np.median(outside)),
        float(np.median(inside)),
        float((~seen).mean()) * (span[1] - span[0]),
        float(np.median(path)) / ROWS * DEPTH,
    )


def _strip(picture: Picture, side: Side, span: tuple[float, float]) -> tuple[Colours, int]:
    """Return the strip, twice as deep as the search so that there is paper to compare with, and how deep that is."""
    height, width = picture.shape[:2]
    upright = side in ("L", "R")
    across, along = (width, height) if upright else (height, width)
    deep = max(16, round(2 * DEPTH * across))
    rows = slice(deep) if side in ("L", "T") else slice(across - deep, across)
    start, end = (round(share * along) for share in span)
    columns = slice(start, max(end, start + 8))
    part = picture[columns, rows] if upright else picture[rows, columns]
    size = (2 * ROWS, COLUMNS) if upright else (COLUMNS, 2 * ROWS)
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    small = small.swapaxes(0, 1) if upright else small
    small = small[::-1] if side in ("R", "B") else small
    return lab(np.ascontiguousarray(small, np.uint8)), deep // 2


def _paper(strip: Colours) -> Colours:
    """Return the colour of bare paper beside each column, shape (columns, 3), from the inner half of the strip."""
    inner = strip[ROWS:]
    light = np.partition(inner[..., 0], BARE, axis=0)[BARE]
    bare = (inner[..., 0] >= light)[..., None]
    mean = (inner * bare).sum(axis=0) / bare.sum(axis=0)
    return np.asarray(cv2.GaussianBlur(mean[None].astype(np.float32), (0, 0), 6)[0], np.float32)


def _steps(total: Colours, wide: int) -> Plane:
    """Return how much the colour changes between the `wide` rows before and after each row of the search.

    `total` is the sum of all rows before each row of the strip.
    """
    rows = np.arange(ROWS)
    first = np.maximum(rows - wide, 0)
    before = (total[rows] - total[first]) / np.maximum(rows - first, 1)[:, None, None]
    after = (total[rows + 1 + wide] - total[rows + 1]) / wide
    steps = np.minimum(np.linalg.norm(after - before, axis=2), MOST)
    steps[0] = 0  # nothing lies outside the border
    return np.asarray(cv2.blur(steps, (3, 1)), np.float32)


def _mean_between(total: Colours, first: NDArray[np.intp], end: NDArray[np.intp]) -> Colours:
    """Return the mean colour of the rows from `first` to before `end` of each column, shape (columns, 3)."""
    columns = np.arange(COLUMNS)
    return np.asarray((total[end, columns] - total[first, columns]) / (end - first)[:, None], np.float32)


def _difference(one: Colours, other: Colours) -> NDArray[np.float32]:
    return np.asarray(np.linalg.norm(one - other, axis=1), np.float32)
