"""Glare: a lamp or a window mirrored on the paper, so bright that the writing under it is gone."""

import cv2
import numpy as np

from services.upload.domain.cells import Cells, Mask, block, grown, opened, parts
from services.upload.domain.spoilt import Spoilt

FULL = 252  # grey level from which a sensor is taken to be full
BRIGHTER = 8  # grey levels above the usual paper
WASHED = 0.5  # of the usual contrast: letters below are hard to read
THICKNESS = 4  # squares, 5.5 mm
NEAR = 3  # squares
BESIDE = 6  # squares, 8 mm


def glare_on(cells: Cells) -> Spoilt:
    """Return which share of the writing is lost in glare, and the bright patches.

    Where a patch is all white, nobody sees what was written: lines that stand beside it are taken to run on
    into it, as far as the block of writing reaches.
    """
    if not cells.written.any():
        return Spoilt.nothing(cells.shape)
    paper, contrast = cells.paper[cells.written], cells.contrast[cells.written]
    bright = cells.shown & (cells.paper > float(np.median(paper)) + BRIGHTER)
    blank = opened(bright & (cells.ink >= FULL), THICKNESS)
    pale = bright & cells.written & (cells.contrast < WASHED * float(np.median(contrast))) & grown(blank, NEAR)
    text = block(cells.written)
    pairs = [(part, _hidden(part, cells.written) & text) for part in parts(blank)]
    lost = np.logical_or.reduce([pale, *(hidden for _, hidden in pairs)])
    where = np.logical_or.reduce([pale, *(part for part, hidden in pairs if hidden.any())])
    return Spoilt(float(lost.sum() / max(1, (cells.written | lost).sum())), where)


def _hidden(part: Mask, written: Mask) -> Mask:
    """Return the rows of a patch beside which something is written, left or right, within `BESIDE` squares."""
    near = cv2.dilate(part.astype(np.uint8), np.ones((1, 2 * BESIDE + 1), np.uint8)).astype(bool)
    rows = np.any(near & written & ~part, axis=1, keepdims=True)
    return np.asarray(part & rows)
