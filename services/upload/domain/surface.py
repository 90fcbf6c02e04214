"""Whether one surface, that which is written on, fills the picture: then there is no desk, and no outline to find."""

import cv2
import numpy as np
from numpy.typing import NDArray

from services.upload.domain.pixels import Picture

SIDE = 256  # pixels of the longer side at which it is looked at
CLOSED = 9  # pixels: writing is thinner
INK = 12  # grey levels darker than the paper around it
LEAST_INK = 0.002  # of the picture: three words; a wall has less
AROUND = 31  # pixels: where the most ink is within so many, there is the text
STEP = (3, 2, 2)  # L*, a*, b* as bytes, from pixel to pixel: light changes more slowly, an edge faster
FILLED = 0.95  # of each border


def fills(picture: Picture) -> bool:
    """Tell whether the surface around the writing reaches all borders of a colour picture without an edge.

    A surface on which nothing is written is none. A white sheet on a desk as white fills its picture, too: what is not
    there to be seen cuts nothing off.
    """
    scale = min(1.0, SIDE / max(picture.shape[:2]))
    size = (max(CLOSED, round(picture.shape[1] * scale)), max(CLOSED, round(picture.shape[0] * scale)))
    small = cv2.cvtColor(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2LAB)
    light = np.asarray(small[..., 0], np.uint8)
    paper = np.asarray(cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((CLOSED, CLOSED), np.uint8)), np.uint8)
    bare = np.dstack([cv2.GaussianBlur(paper, (0, 0), 1), cv2.medianBlur(small, CLOSED)[..., 1:]])
    ink = (paper - light > INK).astype(np.float32)
    surface = _surface_around(np.ascontiguousarray(bare, np.uint8), _written(paper, ink))
    borders = (surface[:, 1], surface[1], surface[:, -2], surface[-2])
    return float(ink.mean()) > LEAST_INK and all(float(border.mean()) >= FILLED for border in borders)


def _written(paper: Picture, ink: NDArray[np.float32]) -> tuple[int, int]:
    """Return x and y of bare paper where the most is written."""
    row, column = np.unravel_index(cv2.blur(ink, (AROUND, AROUND)).argmax(), ink.shape)
    top, left = max(0, int(row) - CLOSED), max(0, int(column) - CLOSED)
    near = paper[top : int(row) + CLOSED, left : int(column) + CLOSED]
    down, right = np.unravel_index(near.argmax(), near.shape)
    return left + int(right), top + int(down)


def _surface_around(bare: Picture, start: tuple[int, int]) -> Picture:
    """Return 1 where a surface goes on from `start` without a step in light or colour."""
    mask = np.zeros((bare.shape[0] + 2, bare.shape[1] + 2), np.uint8)
    cv2.floodFill(bare, mask, start, 0, STEP, STEP, 4 | cv2.FLOODFILL_MASK_ONLY | (1 << 8))
    return np.asarray(cv2.morphologyEx(mask[1:-1, 1:-1], cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.uint8)
