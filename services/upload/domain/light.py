"""The light on a page: how bright the paper is, and what it would look like evenly lit."""

import cv2
import numpy as np

from services.upload.domain.cells import Cells
from services.upload.domain.pixels import Picture


def paper_brightness(page: Picture) -> int:
    """Return the grey level (0 to 255) of the paper: what nine tenths of a grey page do not exceed."""
    return int(np.percentile(page[::4, ::4], 90))


def ink_contrast(cells: Cells) -> float:
    """Return how far the ink stands out from the paper (0 to 1), 1 where nothing is written."""
    return float(np.median(cells.contrast[cells.written])) if cells.written.any() else 1.0


def evenly_lit(page: Picture) -> Picture:
    """Return a grey page divided by its paper's brightness: shadows go, the paper turns white.

    The paper's brightness around a pixel is the brightest level nearby, smoothed, taken at an eighth of the
    size; what is within a tenth of it becomes plain white, which keeps files small.
    """
    small = cv2.resize(page, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    spread = max(5, round(max(small.shape) / 16)) | 1
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((spread, spread), np.uint8))
    paper = cv2.GaussianBlur(cv2.medianBlur(paper, 5), (0, 0), spread / 4)
    paper = cv2.resize(paper, page.shape[::-1], interpolation=cv2.INTER_LINEAR)
    even = page.astype(np.float32) / np.maximum(paper, 1)
    return (np.clip((even - 0.1) / 0.8, 0, 1) * 255).astype(np.uint8)
