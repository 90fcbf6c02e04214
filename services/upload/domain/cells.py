"""A flattened page in small squares: how bright the paper is in each, how dark the ink, and where is writing."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.upload.domain.pixels import Picture

CELL = 8  # pixels: 1.4 mm at 150 dpi
SQUARE = np.ones((CELL, CELL), np.uint8)
LEAST_CONTRAST = 0.15  # of the paper's brightness; noise stays below
RIM = 2  # squares: so far may the edge found be from the edge
USUAL = 98  # percentile of contrast that full ink reaches
SHARE_OF_USUAL = 0.3
MARGIN = 1  # percentile of the writing
MOSTLY = 0.65  # of a square that ink covers; beyond, it is light print on a dark ground

Levels = NDArray[np.float32]  # shape (rows, columns), grey levels 0 to 255 or shares
Mask = NDArray[np.bool_]  # shape (rows, columns)


@dataclass(frozen=True, slots=True)
class Cells:
    """Brightest and darkest grey level of each square, which of them the photograph shows, and which are written on."""

    paper: Levels
    ink: Levels
    shown: Mask
    written: Mask

    @property
    def contrast(self) -> Levels:
        """Return ink against paper in each square: 0 is blank, 1 black on white. Shadow keeps it, glare lowers it."""
        return contrast_of(self.paper, self.ink)

    @property
    def shape(self) -> tuple[int, int]:
        """Return rows and columns."""
        return self.written.shape[0], self.written.shape[1]


def cells_of(page: Picture, shown: Mask | None = None) -> Cells:
    """Return a grey page of at least one square, at no more than 150 dpi, in squares.

    The brightest level is taken from a smoothed copy, so that noise and the halo around sharpened letters do
    not count as paper. Nothing is written in the two outermost squares: what contrasts there is the desk.

    Args:
        page: the page.
        shown: the squares that the photograph shows, all if not given; beyond its border there is nothing to judge.
    """
    height, width = (side // CELL * CELL for side in page.shape)
    whole = page[:height, :width]
    middle = slice(CELL // 2, None, CELL)
    paper = cv2.dilate(cv2.blur(whole, (3, 3)), SQUARE)[middle, middle].astype(np.float32)
    ink = np.minimum(cv2.erode(whole, SQUARE)[middle, middle], paper).astype(np.float32)
    mean = cv2.resize(whole, paper.shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32)
    shown = np.ones(paper.shape, bool) if shown is None else shown
    return Cells(paper, ink, shown, _written(contrast_of(paper, ink), shown) & (paper - mean < MOSTLY * (paper - ink)))


def contrast_of(paper: Levels, ink: Levels) -> Levels:
    """Return ink against paper, 0 to 1."""
    return np.asarray((paper - ink) / np.maximum(paper, 1.0), np.float32)


def _written(contrast: Levels, shown: Mask) -> Mask:
    inner = np.zeros(contrast.shape, bool)
    inner[RIM:-RIM, RIM:-RIM] = True
    inner &= ~grown(~shown, RIM)
    if not inner.any():
        return inner
    return inner & (contrast > max(LEAST_CONTRAST, SHARE_OF_USUAL * float(np.percentile(contrast[inner], USUAL))))


def grown(mask: Mask, cells: int) -> Mask:
    """Return a mask grown by so many squares on all sides."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * cells + 1, 2 * cells + 1))
    return cv2.dilate(mask.astype(np.uint8), kernel).astype(bool)


def opened(mask: Mask, cells: int) -> Mask:
    """Return what of a mask is at least so many squares thick."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (cells, cells))
    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, kernel).astype(bool)


def parts(mask: Mask) -> list[Mask]:
    """Return the connected parts of a mask."""
    number, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    return [labels == label for label in range(1, number)]


def block(written: Mask) -> Mask:
    """Return the rectangle that nearly all writing stands in; beyond it is margin."""
    rows, columns = np.nonzero(written)
    within = np.zeros_like(written)
    if len(rows):
        top, bottom = np.percentile(rows, (MARGIN, 100 - MARGIN)).astype(int)
        left, right = np.percentile(columns, (MARGIN, 100 - MARGIN)).astype(int)
        within[top : bottom + 1, left : right + 1] = True
    return within
