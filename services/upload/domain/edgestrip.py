"""Strips of a picture beside the sides of a page, straightened, and how like an edge of paper each row of them is."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.upload.domain.geometry import Points, after
from services.upload.domain.pixels import Picture
from services.upload.domain.quad import lines_through

SAMPLES = 112  # along a side
ALONG = np.linspace(0.012, 0.988, SAMPLES)  # of a side's length: where they lie
ROWS = 33  # on each side of the line, and as many beyond the reach to compare with
BESIDE = 5  # rows on each side of an edge whose mean colour is compared
BARE = 20  # of the rows inside, from dark to light: from here on they are bare paper
EVEN = (41, 5.0)  # samples, and their standard deviation: over so many the colour of paper is smoothed
STRONG = 20.0  # difference of colour that counts no further

Colours = NDArray[np.float32]  # L*a*b*: shape (height, width, 3) of a picture, (3, strips, rows, samples) of strips
Plane = NDArray[np.float32]  # shape (strips, rows, samples)
Mask = NDArray[np.bool_]  # shape (strips, samples)
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Strips:
    """The picture beside some sides in L*a*b*: the rows of `colours` run from inside the page to outside.

    `shown` tells which samples lie in the picture; `offsets` how far outside its side each row is, pixels.
    """

    colours: Colours
    shown: Mask
    offsets: NDArray[np.float64]


def edge_colours(picture: Picture) -> Colours:
    """Return the colours in which edges are sought: L*a*b* of 0 to 255 each, a little smoothed."""
    kernel, colours = cv2.getGaussianKernel(7, 0.8, cv2.CV_32F), cv2.cvtColor(picture, cv2.COLOR_BGR2LAB)
    return np.asarray(cv2.sepFilter2D(colours, cv2.CV_32F, kernel, kernel), np.float32)


def strips_beside(colours: Colours, corners: Points, places: Places, reach: float) -> Strips:
    """Return the strips beside some of the sides between corners, `reach` of the longer picture side wide."""
    height, width = colours.shape[:2]
    starts, ends = corners[places, None], after(corners)[places, None]
    points = starts + ALONG[:, None] * (ends - starts)
    shown = np.asarray(((points >= 0) & (points <= (width - 1, height - 1))).all(axis=2), np.bool_)
    offsets = np.arange(-2 * ROWS, ROWS + BESIDE + 1) * (reach * max(width, height) / ROWS)
    at = points[:, None] + offsets[:, None, None] * lines_through(corners)[places, None, None, :2]
    x, y = np.moveaxis(at, 3, 0).reshape(2, -1, SAMPLES).astype(np.float32)
    seen = cv2.remap(colours, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    planes = np.ascontiguousarray(np.moveaxis(seen, 2, 0), np.float32)
    planes[0] *= 100 / 255  # lightness
    return Strips(planes.reshape(3, *at.shape[:3]), shown, offsets)


def strength_of(strips: Strips) -> tuple[Plane, NDArray[np.float64]]:
    """Return how likely the paper's edge runs before each row of the search, as a difference of colour.

    With it comes how far outside its side each of these rows is, pixels.
    """
    count = len(strips.offsets) - BESIDE - ROWS

    def mean(rows: int, start: int) -> Colours:
        """Return the mean of so many rows, the first of them `start` after the row that is searched."""
        means = cv2.blur(strips.colours.reshape(-1, SAMPLES), (1, rows)).reshape(strips.colours.shape)
        first = ROWS + start + rows // 2
        return np.asarray(means[:, :, first : first + count], np.float32)

    inner, outer, paper = mean(BESIDE, -BESIDE), mean(BESIDE, 0), _paper(strips.colours[:, :, :ROWS])[:, :, None]
    unlike = _norm(outer - paper) - _norm(inner - paper)
    narrow = np.minimum(_norm(mean(2, 0) - mean(2, -2)), STRONG)
    step = (narrow + np.minimum(_norm(outer - inner), STRONG)) / 2
    strength = step * np.clip(0.5 + unlike / 6, 0.25, 1)
    return np.asarray(strength, np.float32), strips.offsets[ROWS : ROWS + count]


def _paper(inner: Colours) -> Colours:
    """Return the colour of bare paper beside each sample, shape (3, strips, samples)."""
    light = np.partition(inner[0], BARE, axis=1)[:, BARE]
    bare = inner[0] >= light[:, None]
    mean = (inner * bare).sum(axis=2) / bare.sum(axis=1)
    smooth = cv2.GaussianBlur(mean.reshape(-1, SAMPLES).astype(np.float32), (EVEN[0], 1), EVEN[1])
    return np.asarray(smooth.reshape(mean.shape), np.float32)


def _norm(colours: Colours) -> Plane:
    return np.asarray(np.sqrt((colours * colours).sum(axis=0)), np.float32)
