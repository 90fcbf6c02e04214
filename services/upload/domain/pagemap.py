"""What the page net saw in a picture, as shares from 0 to 1."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.upload.domain.geometry import SIDES, Side

Share = NDArray[np.float32]

GOES_ON = 0.5  # from here on the page is taken to go on beyond a border
THERE = 0.5  # from here on there is a page at all


@dataclass(frozen=True, slots=True)
class PageMap:
    """Where the page is, in a picture squeezed to a square.

    `mask` (128, 128) covers the picture; `profile` (4, 128) runs along the borders L, T, R, B from the top or
    left; `beyond` (4) says how surely the page goes on there; `present` and `several` count pages.
    """

    mask: Share
    profile: Share
    beyond: Share
    present: float
    several: float

    def cut(self) -> tuple[Side, ...]:
        """Return the borders beyond which the page goes on."""
        return tuple(side for side, share in zip(SIDES, self.beyond, strict=True) if share >= GOES_ON)
