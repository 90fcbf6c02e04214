"""The sheet itself: paper that is not quite white, fibres, and the marks of two folds."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.paper.geometry import heights
from examples.paper.layout import FOLDS, HEIGHT

Picture = NDArray[np.uint8]
PAPER: Final = np.array([250.0, 249.0, 246.0], dtype=np.float32) / 255


def sheet(page: Picture, lift: float, rng: np.random.Generator) -> Picture:
    """The printed page as a thing: tinted, fibrous, shaded where it bends, creased where it was folded."""
    rows, columns = page.shape[:2]
    light = cv2.resize(bends(lift, rng), (columns, rows), interpolation=cv2.INTER_CUBIC)
    light *= crease(rows, rng)[:, None]
    fibres = rng.standard_normal((rows // 3, columns // 3), dtype=np.float32)
    light += 0.008 * cv2.resize(cv2.GaussianBlur(fibres, (0, 0), 1.1), (columns, rows))
    return np.asarray(cv2.multiply(page, cv2.merge([light * tint for tint in PAPER]), dtype=cv2.CV_8U), dtype=np.uint8)


def bends(lift: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Brightness by slope on a coarse grid: paper that leans to the lamp is brighter; and slight waves."""
    levels = np.linspace(0, HEIGHT, 100)
    slope = np.gradient(heights(levels, lift)[:, 1], levels)
    waves = cv2.resize(rng.standard_normal((6, 4), dtype=np.float32), (70, 100), interpolation=cv2.INTER_CUBIC)
    return np.asarray(1.0 - 0.55 * slope[:, None] + 0.012 * waves, dtype=np.float32)


def crease(rows: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """A fold: a thin dark line with a bright one beside it, fading within two millimetres."""
    at = np.arange(rows, dtype=np.float32) * HEIGHT / rows
    line = np.ones(rows, dtype=np.float32)
    for fold in FOLDS:
        gap = at - fold - rng.uniform(-0.8, 0.8)
        line -= np.float32(0.10) * np.exp(-((gap / 0.45) ** 2)) - np.float32(0.035) * np.exp(-(((gap - 1.1) / 0.7) ** 2))
        line -= np.float32(0.03) * np.exp(-((gap / 5.0) ** 2))
    return line.astype(np.float32)
