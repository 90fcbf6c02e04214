"""Saves photographs as phones do: JPEG, with or without an EXIF orientation."""

import io
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]
Orientation = Literal[1, 3, 6, 8]
ORIENTATION_TAG: Final = 0x0112
# Quarter turns against the clock that undo what a viewer does for each EXIF orientation.
UNDONE: Final[dict[Orientation, int]] = {1: 0, 3: 2, 6: 1, 8: 3}


def encode(picture: Picture, quality: int = 90, orientation: Orientation = 1) -> bytes:
    """The RGB picture as JPEG bytes; turned for an EXIF orientation, so that a viewer shows it as given."""
    stored = Image.fromarray(np.ascontiguousarray(np.rot90(picture, UNDONE[orientation])))
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    out = io.BytesIO()
    stored.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()
