"""What the page net saw in a picture, as shares from 0 to 1."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from services.upload.domain.sides import SIDES, Side
from services.upload.domain.thresholds import thresholds

Share = NDArray[np.float32]

MIRRORED = [2, 1, 0, 3]  # L, T, R, B as a mirror shows them


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
        goes_on = thresholds().goes_on
        return tuple(side for side, share in zip(SIDES, self.beyond, strict=True) if share >= goes_on)

    def unsure(self) -> bool:
        """Tell whether a second opinion on a border is wanted."""
        least, most = thresholds().unsure
        return bool(((self.beyond > least) & (self.beyond < most)).any())

    def mirrored(self) -> Self:
        """Return what was seen in a mirrored picture as it is in the picture itself."""
        profile = self.profile[MIRRORED]
        profile = np.stack([profile[0], profile[1][::-1], profile[2], profile[3][::-1]])
        return replace(self, mask=self.mask[:, ::-1], profile=profile, beyond=self.beyond[MIRRORED])

    def and_also(self, other: Self) -> Self:
        """Return the mean of two looks at the same picture, as log odds."""
        return replace(
            self,
            mask=_mean(self.mask, other.mask),
            profile=_mean(self.profile, other.profile),
            beyond=_mean(self.beyond, other.beyond),
        )

    def after(self, first: Self, inner: tuple[Side, ...]) -> Self:
        """Return what this look at a part of the picture shows, after a first look at all of it.

        At the part's borders inside the picture, `inner`, nothing is cut off; the others are judged by both looks.
        """
        ends = np.array([side in inner for side in SIDES])
        return replace(self, beyond=np.where(ends, 0, _mean(self.beyond, first.beyond)), several=first.several)


def _mean(one: Share, other: Share) -> Share:
    logit = (_logit(one) + _logit(other)) / 2
    return np.asarray(1 / (1 + np.exp(-logit)), np.float32)


def _logit(share: Share) -> Share:
    kept = share.clip(1e-6, 1 - 1e-6)
    return np.asarray(np.log(kept / (1 - kept)), np.float32)
