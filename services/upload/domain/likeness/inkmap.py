"""Where the ink of a flattened page lies, in cells coarse enough to survive another camera, light and resolution."""

import cv2
import numpy as np

from services.upload.domain.light import evenly_lit
from services.upload.domain.likeness.fingerprint import COLUMNS, ROWS
from services.upload.domain.pixels import Picture

INKED = 0.1  # darkness (0 to 1) from which a cell has ink: a line of small print across it has 0.15


def ink_of(page: Picture) -> tuple[int, ...]:
    """Return for each row of cells of a grey, upright page its bits, the leftmost cell the highest."""
    cells = cv2.resize(evenly_lit(page), (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
    inked = np.packbits(cells < 255 * (1 - INKED), axis=1)
    return tuple(int.from_bytes(row.tobytes(), "big") for row in inked)
