"""What a picture is in memory, and the few steps every measurement starts with."""

from collections.abc import Callable
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # shape (h, w, 3) in B, G, R order, or (h, w) in grey


def shrink(picture: Picture, longest: int) -> tuple[Picture, float]:
    """Return a copy whose longer side has at most `longest` pixels, and its scale (at most 1)."""
    scale = min(1.0, longest / max(picture.shape[:2]))
    if scale == 1.0:
        return picture, scale
    height, width = picture.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8), scale


class Copies:
    """A picture and smaller copies of it, each made once and by a whole number: far quicker than any other scale."""

    def __init__(self, picture: Picture) -> None:
        """Take over a picture."""
        self._copies = {1: picture}
        self._whole: Callable[[], Picture] = lambda: picture
        self.size = (picture.shape[1], picture.shape[0])

    @classmethod
    def of_half(cls, half: Picture, size: tuple[int, int], whole: Callable[[], Picture]) -> Self:
        """Take over a copy of half the size; `whole` makes the picture, `size` (width, height), if it is needed."""
        copies = cls(half)
        copies._copies, copies._whole, copies.size = {2: half}, whole, size
        return copies

    @property
    def picture(self) -> Picture:
        """Return the picture itself."""
        return self.smaller(1)

    @property
    def least(self) -> int:
        """Return how many times smaller the largest copy is that is already there: 1, or 2 if that is the half."""
        return min(self._copies)

    def smaller(self, times: int) -> Picture:
        """Return the copy that has so many times fewer pixels on each side; less than one at the end is left out."""
        if times not in self._copies:
            self._copies[times] = self._made(times) if times > 1 else self._whole()
        return self._copies[times]

    def _made(self, times: int) -> Picture:
        step = times if times % 2 else 2
        if times % self.least == 0 and times // step % self.least:
            step = times // self.least  # from the half: there may be no need to make the whole
        large = self.smaller(times // step)
        height, width = large.shape[0] // step, large.shape[1] // step
        fitting = large[: height * step, : width * step]
        return np.asarray(cv2.resize(fitting, (width, height), interpolation=cv2.INTER_AREA), np.uint8)

    def halved(self, longest: int) -> Picture:
        """Return the copy that is halved until its longer side is at most `longest` pixels."""
        times = 1
        while max(self.size) // times > longest:
            times *= 2
        return self.smaller(times)

    def halved_to(self, least: int) -> Picture:
        """Return the smallest copy by halves whose longer side has at least so many pixels."""
        times = 1
        while max(self.size) // (2 * times) >= least:
            times *= 2
        return self.smaller(times)


def grey(picture: Picture) -> Picture:
    """Return the brightness of a picture, 0 to 255."""
    return picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8)  # noqa: PLR2004 - two axes: already grey


def lab(picture: Picture) -> NDArray[np.float32]:
    """Return CIE L*a*b* of a colour picture: lightness 0 to 100, the colours centred at 128."""
    converted = cv2.cvtColor(picture, cv2.COLOR_BGR2LAB).astype(np.float32)
    converted[..., 0] *= 100 / 255
    return converted
