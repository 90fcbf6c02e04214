"""The picture made small, with nothing drawn on it: what a person sees who corrects the outline of a page.

A browser shows it whatever format the original has, and it says nothing about where and when that was taken.
"""

import numpy as np
import simplejpeg

from services.upload.domain.pixels import Copies, shrink

LONGEST = 1400  # pixels: a phone's screen has as many, and the magnifier shows a corner at twice its size
QUALITY = 78


def plain(copies: Copies) -> bytes:
    """Return a JPEG of the picture as the original's EXIF data turns it, free of any EXIF data itself."""
    small = shrink(copies.halved_to(LONGEST), LONGEST)[0]
    return bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(small), quality=QUALITY, colorspace="BGR"))
