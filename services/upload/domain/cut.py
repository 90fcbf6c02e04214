"""Which borders of the picture a page crosses: where its outline, clipped to the picture, runs along them."""

import cv2
import numpy as np

from services.upload.domain.geometry import Points, Side, in_order

NEAR = 0.004  # of the picture's extent: closer to the border than this is on it
LEAST = 0.02  # of the border's length that must be covered


def visible(quad: Points, width: int, height: int) -> Points:
    """Return the part of a page that lies within the picture, as a convex polygon, shape (n, 2)."""
    frame = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    area, polygon = cv2.intersectConvexConvex(cv2.convexHull(quad.astype(np.float32)), frame)
    return polygon.reshape(-1, 2).astype(np.float64) if area > 0 else np.zeros((0, 2))


def sides_reached(quad: Points, width: int, height: int) -> tuple[Side, ...]:
    """Return the picture borders beyond which the page goes on, in the order L, T, R, B."""
    polygon = visible(quad, width, height)
    following = np.roll(polygon, -1, axis=0)
    borders: tuple[tuple[Side, int, int], ...] = (("L", 0, 0), ("R", 0, width), ("T", 1, 0), ("B", 1, height))
    reached: set[Side] = set()
    for side, axis, at in borders:
        across, along = ((width, height), (height, width))[axis]
        on_border = (abs(polygon[:, axis] - at) < NEAR * across) & (abs(following[:, axis] - at) < NEAR * across)
        covered = abs(polygon[:, 1 - axis] - following[:, 1 - axis])
        if (on_border & (covered > LEAST * along)).any():
            reached.add(side)
    return in_order(reached)
