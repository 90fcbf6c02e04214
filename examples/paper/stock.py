"""The sheet itself: paper that is not quite white, fibres, and the marks of two folds."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.paper.geometry import heights
from examples.paper.layout import FOLDS, HEIGHT

Picture = NDArray[np.uint8]
REACH: Final = 14.0
PAPER: Final = np.array([250.0, 249.0, 246.0], dtype=np.float32) / 255


def sheet(page: Picture, lift: float, rng: np.random.Generator) -> Picture:
    """The printed page as a thing: tinted, fibrous, shaded where it bends, creased where it was folded."""
    rows, columns = page.shape[:2]
    light = creases(rows, columns, rng)
    light += cv2.resize(bends(lift, rng), (columns, rows), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    fibres = rng.standard_normal((rows // 3, columns // 3), dtype=np.float32)
    fibres = np.asarray(cv2.GaussianBlur(fibres, (0, 0), 1.1), dtype=np.float32) * np.float32(0.008)
    light += cv2.resize(fibres, (columns, rows)).astype(np.float32)
    return np.asarray(cv2.multiply(page, cv2.merge([light * tint for tint in PAPER]), dtype=cv2.CV_8U), dtype=np.uint8)


def bends(lift: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Brightness by slope on a coarse grid: paper that leans to the lamp is brighter; and slight waves."""
    levels = np.linspace(0, HEIGHT, 100)
    slope = np.gradient(heights(levels, lift)[:, 1], levels)
    waves = cv2.resize(rng.standard_normal((6, 4), dtype=np.float32), (70, 100), interpolation=cv2.INTER_CUBIC)
    return np.asarray(1.0 - 0.55 * slope[:, None] + 0.012 * waves, dtype=np.float32)


def creases(rows: int, columns: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """The two folds as light to add; pressed harder here and softer there."""
    at = np.arange(rows, dtype=np.float32) * np.float32(HEIGHT / rows)
    field = np.zeros((rows, columns), np.float32)
    for fold in FOLDS:
        pressed = cv2.resize(rng.uniform(0.55, 1.15, (1, 14)), (columns, 1), interpolation=cv2.INTER_CUBIC)
        near = np.abs(at - fold) < REACH
        field[near] = (line(at[near] - np.float32(fold + rng.uniform(-0.8, 0.8)))[:, None] * pressed).astype(np.float32)
    return field


def line(gap: NDArray[np.float32]) -> NDArray[np.float32]:
    """Across a fold (mm): a thin dark line, a bright one beside it, and a wide soft trough."""
    thin = -0.10 * np.exp(-((gap / 0.4) ** 2)) + 0.04 * np.exp(-(((gap - 1.0) / 0.6) ** 2))
    return np.asarray(thin - 0.03 * np.exp(-((gap / 5.0) ** 2)), dtype=np.float32)
