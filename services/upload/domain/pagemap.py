"""What the page net saw in a picture, as shares from 0 to 1."""

from dataclasses import dataclass, replace
from typing import Self

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

    def after(self, first: Self, inner: tuple[Side, ...]) -> Self:
        """Return what this look at a part of the picture shows, after a first look at all of it.

        At the part's borders inside the picture, `inner`, nothing is cut off; the others are judged by both looks.
        """
        both = _share((_logit(self.beyond) + _logit(first.beyond)) / 2)
        ends = np.array([side in inner for side in SIDES])
        return replace(self, beyond=np.where(ends, 0, both), several=first.several)


def _logit(share: Share) -> Share:
    kept = share.clip(1e-6, 1 - 1e-6)
    return np.asarray(np.log(kept / (1 - kept)), np.float32)


def _share(logit: Share) -> Share:
    return np.asarray(1 / (1 + np.exp(-logit)), np.float32)
