"""A page whose corners a person set: where its edge can be seen, and where it may go on beyond the picture."""

import numpy as np

from services.upload.domain.netoutline import NetOutline
from services.upload.domain.quad import AT_BORDER
from services.upload.domain.sides import Side, in_order
from shared.events.outline import WHOLE, Quad


def by_hand(quad: Quad, size: tuple[int, int]) -> NetOutline:
    """Return the page within corners that were given in shares of a picture of `size` (width, height) pixels.

    Where a corner lies at a border of the picture, the page may go on beyond it: nobody can draw what is not there.
    """
    shares = np.array(quad, np.float64)
    (left, top), (right, low) = shares.min(axis=0), 1 - shares.max(axis=0)
    room: dict[Side, float] = {"L": left, "T": top, "R": right, "B": low}
    beyond = in_order({side for side, share in room.items() if share < AT_BORDER})
    return NetOutline(shares * size, beyond, 1.0, several=False)


def is_whole(quad: Quad) -> bool:
    """Tell whether somebody takes the whole picture for the page."""
    return bool(abs(np.subtract(quad, WHOLE)).max() < AT_BORDER)
