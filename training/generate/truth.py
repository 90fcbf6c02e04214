"""What is true of a synthetic picture, taken from the mask of its page."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.generate.texture import Plane

GRID = 128  # cells of the mask and of each border's profile
CERTAIN_CUT, CERTAIN_WHOLE = 0.03, 0.004  # share of a border that is covered; between the two nothing is taught


@dataclass(frozen=True, slots=True)
class Truth:
    """What the net is to say of a picture.

    `mask` (128, 128) and, along the borders L, T, R, B, `profile` (4, 128) in 0 to 255; whether the page goes on
    beyond each border, `cut` (4), and whether that is `certain` enough to teach (4).
    """

    mask: NDArray[np.uint8]
    profile: NDArray[np.uint8]
    cut: NDArray[np.uint8]
    certain: NDArray[np.uint8]
    present: bool
    several: bool


def truth_of(mask: Plane, *, several: bool) -> Truth:
    """Return the truth of a picture whose page covers `mask` (0 to 1, square, a multiple of 128)."""
    cells = cv2.resize(mask, (GRID, GRID), interpolation=cv2.INTER_AREA)
    lines = np.stack([mask[:, 0], mask[0], mask[:, -1], mask[-1]])
    profile = lines.reshape(4, GRID, -1).mean(axis=2)
    covered = (lines > 0.5).mean(axis=1)
    return Truth(
        mask=np.round(cells * 255).astype(np.uint8),
        profile=np.round(profile * 255).astype(np.uint8),
        cut=(covered > (CERTAIN_CUT + CERTAIN_WHOLE) / 2).astype(np.uint8),
        certain=((covered >= CERTAIN_CUT) | (covered <= CERTAIN_WHOLE)).astype(np.uint8),
        present=bool(mask.mean() > 0.01),
        several=several,
    )
