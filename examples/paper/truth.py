"""What is true about a page's place in a picture, computed from its edge."""

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.paper.scene import Side, Turn

Points = NDArray[np.float64]


def crossed(outline: Points, size: tuple[int, int]) -> frozenset[Side]:
    """The borders of a picture of ``size`` (width, height) that the page's edge lies beyond."""
    low, high = outline.min(axis=0), outline.max(axis=0)
    beyond: dict[Side, bool] = {
        "L": bool(low[0] < 0),
        "T": bool(low[1] < 0),
        "R": bool(high[0] > size[0]),
        "B": bool(high[1] > size[1]),
    }
    return frozenset(side for side, is_beyond in beyond.items() if is_beyond)


def lost_share(outline: Points, size: tuple[int, int]) -> float:
    """The share of the page's area that lies outside the picture."""
    frame = np.array([[0, 0], [size[0], 0], size, [0, size[1]]], dtype=np.float32)
    page = outline.astype(np.float32)
    inside, _ = cv2.intersectConvexConvex(cv2.convexHull(page).reshape(-1, 2), frame)
    return max(0.0, 1 - float(inside) / cv2.contourArea(cv2.convexHull(page)))


def seen_quad(corners: Points, turn: Turn) -> Points:
    """The page's own corners TL TR BR BL, named anew as the picture shows them after a turn clockwise."""
    return np.roll(corners, turn // 90, axis=0)
