"""Sides and corners of a page in a picture, and how both turn when the picture is turned."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Side = Literal["L", "T", "R", "B"]
Turn = Literal[0, 90, 180, 270]
Points = NDArray[np.float64]  # shape (n, 2): x, y in pixels, origin top left

SIDES: tuple[Side, ...] = get_args(Side)  # clockwise: a quarter turn moves each side to the next


def as_turn(degrees: int) -> Turn:
    """Return a clockwise turn as one of 0, 90, 180, 270."""
    turns: tuple[Turn, ...] = get_args(Turn)
    return turns[(degrees // 90) % 4]


def seen_by_reader(sides: tuple[Side, ...], turn: Turn) -> tuple[Side, ...]:
    """Return the sides of the picture as the reader names them once it is turned upright, clockwise."""
    return in_order({SIDES[(SIDES.index(side) + turn // 90) % 4] for side in sides})


def in_order(sides: set[Side]) -> tuple[Side, ...]:
    """Return sides in the order L, T, R, B."""
    return tuple(side for side in SIDES if side in sides)


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
