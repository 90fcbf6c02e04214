"""The picture made small, with nothing drawn on it: what a person sees who corrects the outline of a page.

A browser shows it whatever format the original has, and it says nothing about where and when that was taken.
"""

import cv2
import numpy as np
import simplejpeg

from services.upload.domain.pixels import Copies

LONGEST = 1400  # pixels: a phone's screen has as many, and the magnifier shows a corner at twice its size
QUALITY = 78


def plain(copies: Copies) -> bytes:
    """Return a JPEG of the picture as the original's EXIF data turns it, free of any EXIF data itself."""
    picture = copies.halved_to(LONGEST)
    height, width = picture.shape[:2]
    scale = min(
        1.0, LONGEST / max(height, width)
    )  # more than a half: a mean of four pixels is as good as of all, and faster
    size = (max(1, round(scale * width)), max(1, round(scale * height)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
    return bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(small, np.uint8), quality=QUALITY, colorspace="BGR"))
