"""A page whose corners a person set: where its edge can be seen, and where it may go on beyond the picture."""

import numpy as np

from services.upload.domain.netoutline import NetOutline
from services.upload.domain.sides import SIDES
from services.upload.domain.thresholds import thresholds
from shared.events.outline import WHOLE, Quad


def by_hand(quad: Quad, size: tuple[int, int]) -> NetOutline:
    """Return the page within corners that were given in shares of a picture of `size` (width, height) pixels.

    Where it was drawn along a border of the picture, the page may go on beyond it: nobody can draw what is not there.
    An edge that only begins at a border is in the picture.
    """
    shares = np.array(quad, np.float64)
    corners_at = (np.hstack([shares, 1 - shares]) < thresholds().at_border).sum(axis=0)  # of L, T, R, B, as in `SIDES`
    beyond = tuple(side for side, corners in zip(SIDES, corners_at, strict=True) if corners > 1)
    return NetOutline(shares * size, beyond, 1.0, several=False)


def is_whole(quad: Quad) -> bool:
    """Tell whether somebody takes the whole picture for the page."""
    return bool(abs(np.subtract(quad, WHOLE)).max() < thresholds().at_border)
