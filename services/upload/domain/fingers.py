"""Fingers: something that lies over an edge of the page and hides writing there."""

import cv2
import numpy as np

from services.upload.domain.cells import Cells, Mask, block, grown, opened, parts
from services.upload.domain.pixels import Picture, lab
from services.upload.domain.spoilt import Spoilt

COLOURED = 12.0  # distance of a colour from the paper's, in a and b of CIE L*a*b*
DARK = 0.4  # of the paper's lightness
THICKNESS = 5  # squares, 7 mm
CLEAN = 0.25  # of the usual density of writing: under a shadow there is more, under a finger nothing
EDGE = 2  # squares between the page's edge and what lies over it


def fingers_on(page: Picture, cells: Cells) -> Spoilt:
    """Return which share of the writing something hides that lies over an edge, and the thing.

    Args:
        page: the page that the squares were made of in colour, at its size or half of it.
        cells: its squares.
    """
    if not cells.written.any():
        return Spoilt.nothing(cells.shape)
    where: Mask = np.zeros(cells.shape, bool)
    for part in parts(opened(_foreign(page, cells) & cells.shown, THICKNESS)):
        if _at_an_edge(part) and _hides(part, cells):
            where |= part
    if not where.any():
        return Spoilt.nothing(cells.shape)
    written = cells.written & ~grown(where, 1)
    text = block(written)
    lost = float((where & text).sum()) * _density(written, text & ~where)
    return Spoilt(lost / max(1.0, lost + float(written.sum())), where)


def _hides(part: Mask, cells: Cells) -> bool:
    """Say whether hardly anything is written where a part lies, as if it were opaque."""
    text = block(cells.written)
    return _density(cells.written, part & text) < CLEAN * _density(cells.written, text & ~part)


def _density(written: Mask, area: Mask) -> float:
    return float((written & area).sum() / max(1, area.sum()))


def _foreign(page: Picture, cells: Cells) -> Mask:
    """Return the squares that do not look like this paper."""
    rows, columns = cells.shape
    side = page.shape[0] // rows
    small = cv2.resize(page[: rows * side, : columns * side], (columns, rows), interpolation=cv2.INTER_AREA)
    colours = lab(small.astype(np.uint8))
    paper = np.median(colours[cells.written], axis=0)
    distance = np.hypot(colours[..., 1] - paper[1], colours[..., 2] - paper[2])
    return np.asarray((distance > COLOURED) | (colours[..., 0] < DARK * paper[0]))


def _at_an_edge(part: Mask) -> bool:
    inner = part.copy()
    inner[EDGE:-EDGE, EDGE:-EDGE] = False
    return bool(inner.any())
