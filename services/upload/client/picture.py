"""Keeps the picture of a page small: writing in eight greys (PNG), half-tones and what is in colour as a JPEG."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from services.upload.domain.pixels import Picture

LEVELS = 8  # fewer cost words when the page is read again, more cost a third of the size
COMPRESSION = 6  # zlib's; the highest takes five times as long for a twentieth of the size
QUALITY = 45  # of a JPEG
IN_COLOUR = 75  # the same: letters on a screen are in colour, too
HALF_TONES = (48, 224)
PHOTO = 0.2  # share of half-tones from which on a page is a photo or a card: writing has a twentieth


def keep_picture(page: Picture, stem: Path) -> str:
    """Write a page, grey or in colour (B, G, R), beside `stem` and return the file's name."""
    if page.ndim > 2:  # noqa: PLR2004 - two axes are a grey page
        file = stem.with_suffix(".jpg")
        Image.fromarray(page[..., ::-1]).save(file, "JPEG", quality=IN_COLOUR, optimize=True)
        return file.name
    if _half_tones(page) > PHOTO:
        file = stem.with_suffix(".jpg")
        Image.fromarray(page).save(file, "JPEG", quality=QUALITY, optimize=True, progressive=True)
        return file.name
    file = stem.with_suffix(".png")
    written = Image.fromarray(cv2.LUT(page, _steps()).astype(np.uint8), "P")
    written.putpalette([round(level * 255 / (LEVELS - 1)) for level in range(LEVELS) for _ in range(3)])
    written.save(file, "PNG", compress_level=COMPRESSION, bits=4)
    return file.name


def _half_tones(page: Picture) -> float:
    low, high = HALF_TONES
    return float(((page > low) & (page < high)).mean())


def _steps() -> Picture:
    """Return for each of 256 greys the nearest of the few."""
    return np.round(np.arange(256) / 255 * (LEVELS - 1)).astype(np.uint8)
