"""The good photograph that the corpus spoils, and its forms."""

import io
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

from services.upload.domain.pixels import Picture
from tests.unit.upload.drawn import corners, letter, photograph

SIZE = (900, 1200)


@cache
def page() -> Picture:
    """Return a photograph of a letter in B, G, R."""
    return photograph(letter(), corners(*SIZE), SIZE)


def image() -> Image.Image:
    """Return the same as Pillow has it."""
    return Image.fromarray(np.ascontiguousarray(page()[:, :, ::-1]))


def saved(picture: Image.Image, form: str, **how: Any) -> bytes:
    """Return the bytes of a picture file."""
    written = io.BytesIO()
    picture.save(written, form, **how)
    return written.getvalue()
