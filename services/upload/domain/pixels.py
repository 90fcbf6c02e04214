"""What a picture is in memory, and the few steps every measurement starts with."""

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
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8), scale


def halved(picture: Picture, longest: int) -> Picture:
    """Return a copy halved until its longer side is at most `longest` pixels: far quicker than any other scale."""
    while max(picture.shape[:2]) > longest:
        height, width = picture.shape[0] // 2, picture.shape[1] // 2
        even = picture[: 2 * height, : 2 * width]
        picture = cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return picture


def grey(picture: Picture) -> Picture:
    """Return the brightness of a picture, 0 to 255."""
    return picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8)  # noqa: PLR2004 - two axes: already grey


def lab(picture: Picture) -> NDArray[np.float32]:
    """Return CIE L*a*b* of a colour picture: lightness 0 to 100, the colours centred at 128."""
    converted = cv2.cvtColor(picture, cv2.COLOR_BGR2LAB).astype(np.float32)
    converted[..., 0] *= 100 / 255
    return converted
