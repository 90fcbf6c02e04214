"""Corners of a page in a picture, and the ring they make."""

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]  # shape (n, 2): x, y in pixels, origin top left


def clockwise_from_top_left(corners: Points) -> Points:
    """Order four corners TL, TR, BR, BL as the picture shows them.

    The first corner is the one nearest to the top left, measured along the diagonal.
    """
    centre = corners.mean(axis=0)
    angles = np.arctan2(corners[:, 1] - centre[1], corners[:, 0] - centre[0])
    ring = corners[np.argsort(angles)]
    return np.roll(ring, -int(ring.sum(axis=1).argmin()), axis=0)


def before(ring: Points) -> Points:
    """Return for each place of a ring the one before it."""
    return np.concatenate([ring[-1:], ring[:-1]])


def after(ring: Points) -> Points:
    """Return for each place of a ring the one after it."""
    return np.concatenate([ring[1:], ring[:1]])


def page_size(quad: Points) -> tuple[float, float]:
    """Return width and height of a quad in pixels, the longer of each pair of opposite sides."""
    top, right, bottom, left = np.linalg.norm(after(quad) - quad, axis=1)
    return float(max(top, bottom)), float(max(left, right))
