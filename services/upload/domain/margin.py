"""Whether something other than paper lies between a page and a border of the picture, seen at full resolution.

The page net judges a border at 512 pixels. Here a strip along the border is looked at as the camera took it: a page
that ends before the border shows an edge that runs along it, sharp, and behind that edge something that is not
this paper. A page that is cut off shows its own paper, line after line, up to the last.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.upload.domain.geometry import Side
from services.upload.domain.pixels import Picture, lab

DEPTH = 0.045  # of the picture: how far from the border the edge is sought
ROWS, COLUMNS = 72, 160  # of the strip as it is looked at
BEND = 1.2  # colour difference that a step of one row from column to column costs
MOST = 25.0  # colour difference that counts no further
INK = 60  # percentile of lightness that is bare paper: writing is darker, less than half of a line is ink

Plane = NDArray[np.float32]  # shape (rows, columns)
Colours = NDArray[np.float32]  # shape (rows, columns, 3), L*a*b*, row 0 at the border


@dataclass(frozen=True, slots=True)
class Margin:
    """What lies along a border: how sharp the best edge there is, how unlike paper it is outside it and inside it.

    `sharp`, `outside` and `inside` are colour differences, medians along the page; `share` is the part of the
    page's width along which there is an edge with something unlike paper behind it; `depth` is where the edge
    lies, a share of the picture.
    """

    sharp: float
    outside: float
    inside: float
    share: float
    depth: float


def margin_beside(picture: Picture, side: Side, span: tuple[float, float]) -> Margin:
    """Return what lies between a page and a border; `span` is where along the border the page is, 0 to 1."""
    strip = _strip(picture, side, span)
    paper = _paper(strip)
    steps = _steps(strip)
    path = _path(steps)
    columns = np.arange(COLUMNS)
    sharp = steps[path, columns]
    outside = _difference(_mean_above(strip, path), paper)
    inside = _difference(strip[np.minimum(path + 3, ROWS - 1), columns], paper)
    there = (sharp > 0.35 * outside) & (outside > 3.0)
    return Margin(
        float(np.median(sharp)),
        float(np.median(outside)),
        float(np.median(inside)),
        float(there.mean()),
        float(np.median(path)) / ROWS * DEPTH,
    )


def beside(picture: Picture, side: Side, depth: float) -> Picture:
    """Return the outermost part of a picture along a border, rows from the border inwards."""
    turned = picture.swapaxes(0, 1) if side in ("L", "R") else picture
    turned = turned[::-1] if side in ("R", "B") else turned
    return turned[: max(8, round(depth * turned.shape[0]))]


def _strip(picture: Picture, side: Side, span: tuple[float, float]) -> Colours:
    """Return the strip twice as deep as the search, so that there is paper to compare with."""
    rows = beside(picture, side, 2 * DEPTH)
    start, end = (round(share * rows.shape[1]) for share in span)
    part = np.ascontiguousarray(rows[:, start : max(end, start + 8)])
    return lab(np.asarray(cv2.resize(part, (COLUMNS, 2 * ROWS), interpolation=cv2.INTER_AREA), np.uint8))


def _paper(strip: Colours) -> Colours:
    """Return the colour of bare paper beside each column, shape (columns, 3), from the inner half of the strip."""
    inner = strip[ROWS:]
    light = np.percentile(inner[..., 0], INK, axis=0)
    bare = (inner[..., 0] >= light)[..., None]
    mean = (inner * bare).sum(axis=0) / bare.sum(axis=0)
    return np.asarray(cv2.GaussianBlur(mean[None].astype(np.float32), (0, 0), 6)[0], np.float32)


def _steps(strip: Colours) -> Plane:
    """Return how much the colour changes between the two rows before and the two after each row of the search."""
    total = np.concatenate([np.zeros((1, *strip.shape[1:]), np.float32), strip.cumsum(axis=0, dtype=np.float32)])
    rows = np.arange(ROWS)
    before = (total[rows] - total[np.maximum(rows - 2, 0)]) / np.minimum(rows, 2).clip(1)[:, None, None]
    after = (total[rows + 3] - total[rows + 1]) / 2
    steps = np.minimum(np.linalg.norm(after - before, axis=2), MOST)
    steps[0] = 0  # nothing lies outside the border
    return np.asarray(cv2.blur(steps, (3, 1)), np.float32)


def _path(steps: Plane) -> NDArray[np.intp]:
    """Return for each column the row of the edge that runs along the strip with the most change and few bends."""
    reach = 3
    total, came = steps[:, 0], np.zeros((COLUMNS, ROWS), np.intp)
    moves = np.arange(-reach, reach + 1)
    from_rows = np.arange(ROWS)[:, None] + moves
    valid = (from_rows >= 0) & (from_rows < ROWS)
    from_rows = from_rows.clip(0, ROWS - 1)
    for column in range(1, COLUMNS):
        options = np.where(valid, total[from_rows] - BEND * abs(moves), -np.inf)
        best = options.argmax(axis=1)
        came[column] = from_rows[np.arange(ROWS), best]
        total = options[np.arange(ROWS), best] + steps[:, column]
    path = [int(total.argmax())]
    for column in range(COLUMNS - 1, 0, -1):
        path.append(int(came[column, path[-1]]))
    return np.array(path[::-1])


def _mean_above(strip: Colours, path: NDArray[np.intp]) -> Colours:
    """Return the mean colour between the border and the path, shape (columns, 3)."""
    total = strip.cumsum(axis=0)
    last = np.maximum(path - 1, 0)
    return np.asarray(total[last, np.arange(COLUMNS)] / (last + 1)[:, None], np.float32)


def _difference(one: Colours, other: Colours) -> NDArray[np.float32]:
    return np.asarray(np.linalg.norm(one - other, axis=1), np.float32)
