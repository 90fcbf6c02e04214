"""The window for a second look: a page that fills little of the picture has few cells of the mask, so go closer."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from services.upload.domain.geometry import Points
from services.upload.domain.pixels import Picture
from services.upload.domain.sides import SIDES, Side, in_order

AROUND = 0.09  # of the page's extent: what is kept around it
CLOSER = 0.8  # of the picture's area: a larger window shows nothing new
NEAR = 0.02  # of the picture: a window that ends this near to a border ends at it


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a picture, pixels: left and top included, right and bottom not."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def around(cls, quad: Points, width: int, height: int) -> Self | None:
        """Return the window around a page; None if the picture itself is hardly larger."""
        size = np.array([width, height])
        low, high = quad.min(axis=0), quad.max(axis=0)
        room = AROUND * (high - low)
        low, high = (low - room) / size, (high + room) / size
        low, high = np.where(low < NEAR, 0.0, low), np.where(high > 1 - NEAR, 1.0, high)
        if np.prod(high - low) > CLOSER or (high <= low).any():
            return None
        left, top, right, bottom = np.round(np.concatenate([low * size, high * size])).astype(int).tolist()
        return cls(left, top, right, bottom)

    def of(self, picture: Picture) -> Picture:
        """Return what the window shows."""
        return picture[self.top : self.bottom, self.left : self.right]

    def inner(self, width: int, height: int) -> tuple[Side, ...]:
        """Return the window's borders that are not borders of the picture."""
        outer = (self.left == 0, self.top == 0, self.right == width, self.bottom == height)
        return in_order({side for side, ends in zip(SIDES, outer, strict=True) if not ends})

    def to_picture(self, points: Points) -> Points:
        """Return points of the window as points of the picture."""
        return np.asarray(points + np.array([self.left, self.top]), np.float64)
