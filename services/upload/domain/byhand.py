"""A page whose corners a person set: what counts then of what the page net saw."""

import numpy as np

from services.upload.domain.netoutline import NetOutline
from services.upload.domain.quad import AT_BORDER, border_line
from services.upload.domain.sides import SIDES, Side
from shared.events.outline import Quad

SIDE_OF: dict[Side, tuple[int, int]] = {"T": (0, 1), "R": (1, 2), "B": (2, 3), "L": (3, 0)}
"""The corners at both ends of each side."""


def by_hand(quad: Quad, size: tuple[int, int], seen: NetOutline | None) -> NetOutline:
    """Return the page within corners that were given in shares of a picture of `size` (width, height) pixels.

    A border that the net saw the page cross is still crossed where the person drew along it: more of the page is not
    in the picture. Who draws along all four takes the whole picture, as it is.
    """
    shares = np.array(quad, np.float64)
    along = {side for side in SIDES if all(_is_at(shares[end], side) for end in SIDE_OF[side])}
    crossed = seen.cut if seen and len(along) < len(SIDES) else ()
    return NetOutline(shares * size, tuple(side for side in crossed if side in along), 1.0, several=False)


def _is_at(corner: np.ndarray[tuple[int, ...], np.dtype[np.float64]], side: Side) -> bool:
    border = border_line(side)
    return abs(float(border[:2] @ corner + border[2])) < AT_BORDER
