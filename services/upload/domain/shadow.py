"""A shadow across writing: letters whose paper is much darker than the paper elsewhere on the page."""

import numpy as np

from services.upload.domain.cells import Cells, opened, parts
from services.upload.domain.spoilt import Spoilt

DARKER = 0.55  # of the lit paper's brightness
LIT = 90  # percentile of the paper under writing
LEAST = 0.01  # of the writing; less is the pattern of a desk beside the page
THICKNESS = 5  # squares, 7 mm; thinner are folds, rules and the frames of tables


def shadow_on(cells: Cells) -> Spoilt:
    """Return which share of the writing lies in shadow, and the shadow.

    Print on a dark ground is no shadow: there the brightest level is that of the letters. Neither is a dark
    page: a shadow needs light beside it.
    """
    if not cells.written.any():
        return Spoilt.nothing(cells.shape)
    lit = float(np.percentile(cells.paper[cells.written], LIT))
    dark = opened(cells.shown & (cells.paper < DARKER * lit), THICKNESS)
    least = LEAST * float(cells.written.sum())
    cast = [part for part in parts(dark) if (part & cells.written).sum() >= least]
    where = np.logical_or.reduce([np.zeros(cells.shape, bool), *cast])
    return Spoilt(float((cells.written & where).sum() / cells.written.sum()), where)
