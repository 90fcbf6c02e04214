"""What lens, hand, sensor and the phone's software do to a picture."""

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.paper.scene import Scene

Picture = NDArray[np.uint8]
TILE: Final = 512


def lens(picture: Picture, scene: Scene) -> Picture:
    """Blur by focus and by a hand that moved."""
    sigma, length = scene.blur * scene.scale, scene.motion * scene.scale
    if sigma > 0.2:  # noqa: PLR2004 - below that a pixel keeps to itself
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), dtype=np.uint8)
    if length > 1:
        picture = np.asarray(cv2.filter2D(picture, -1, path(length, scene.motion_angle)), dtype=np.uint8)
    return picture


def path(length: float, angle: float) -> NDArray[np.float32]:
    """The line that a point draws while the shutter is open, as a kernel that sums to 1."""
    side = 2 * math.ceil(length / 2) + 1
    kernel = np.zeros((side, side), np.float32)
    middle = (side - 1) / 2
    reach = np.array([math.cos(math.radians(angle)), -math.sin(math.radians(angle))]) * length / 2
    ends = [np.round((middle + sign * reach) * 16).astype(int).tolist() for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA, 4)
    return np.asarray(kernel / kernel.sum(), dtype=np.float32)


def sensor(picture: Picture, scene: Scene, rng: np.random.Generator) -> Picture:
    """Grain, finer in brightness than in colour, stronger in the dark; the phone smooths most of it away."""
    strength = scene.noise / max(0.25, math.sqrt(scene.exposure))
    rows, columns = picture.shape[:2]
    tile = np.clip(128 + strength * grains(rng), 0, 255).astype(np.uint8)
    sheet = np.tile(tile, (rows // TILE + 1, columns // TILE + 1, 1))[:rows, :columns]
    return np.asarray(cv2.addWeighted(picture, 1.0, sheet, 1.0, -128.0), dtype=np.uint8)


def grains(rng: np.random.Generator) -> NDArray[np.float32]:
    """One tile of noise with a spread of about 1."""
    luma = cv2.GaussianBlur(rng.standard_normal((TILE, TILE), dtype=np.float32), (0, 0), 0.6)
    chroma = cv2.GaussianBlur(rng.standard_normal((TILE, TILE, 3), dtype=np.float32), (0, 0), 1.8)
    return np.asarray(1.4 * luma[..., None] + 1.2 * chroma, dtype=np.float32)


def sharpened(picture: Picture, scene: Scene) -> Picture:
    """The halo that phones add to edges."""
    smooth = cv2.GaussianBlur(picture, (0, 0), max(0.6, 1.6 * scene.scale))
    return np.asarray(cv2.addWeighted(picture, 1.35, smooth, -0.35, 0), dtype=np.uint8)
