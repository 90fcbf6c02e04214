"""Cloudy noise, grain and colours: what surfaces are made of."""

from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Plane = NDArray[Any]  # float32, shape (h, w)
Canvas = NDArray[Any]  # float32, shape (h, w, 3), blue green red, 0 to 255
Colour = NDArray[Any]  # float32, blue green red, 0 to 255


def clouds(rng: Generator, shape: tuple[int, int], octaves: int, stretch: tuple[float, float] = (1.0, 1.0)) -> Plane:
    """Return smooth noise, 0 to 1; `stretch` (x, y) multiplies how often it changes along each axis."""
    height, width = shape
    total = np.zeros(shape, np.float32)
    weight = 1.0
    for octave in range(1, octaves + 1):
        rows, columns = (max(2, int(2**octave * factor) + 1) for factor in (stretch[1], stretch[0]))
        points = rng.standard_normal((min(rows, height), min(columns, width)), dtype=np.float32)
        total += weight * cv2.resize(points, (width, height), interpolation=cv2.INTER_CUBIC)
        weight *= rng.uniform(0.4, 0.75)
    total -= total.min()
    return total / (total.max() + 1e-6)


def any_colour(rng: Generator) -> Colour:
    """Return a colour as surfaces have them: often wooden, seldom bright, dark as often as light."""
    hue = rng.uniform(5, 22) if rng.random() < 0.5 else rng.uniform(0, 180)
    saturation = rng.uniform(0, 45) if rng.random() < 0.5 else rng.uniform(30, 200)
    low, high = ((8, 80), (60, 180), (150, 245))[int(rng.choice(3, p=[0.3, 0.4, 0.3]))]
    return _bgr(hue, saturation, rng.uniform(low, high))


def paper_colour(rng: Generator) -> Colour:
    """Return near-white, and seldom the pastel of a recycled or coloured sheet."""
    if rng.random() < 0.12:
        return np.clip(any_colour(rng) * 0.35 + 165, 0, 255).astype(np.float32)
    return np.clip(255 - rng.exponential(6, 3), 0, 255).astype(np.float32)


def _bgr(hue: float, saturation: float, value: float) -> Colour:
    pixel = np.array([[[hue, saturation, value]]], np.uint8)
    return cv2.cvtColor(pixel, cv2.COLOR_HSV2BGR)[0, 0].astype(np.float32)


def grid(side: int) -> tuple[Plane, Plane]:
    """Return x and y of every pixel of a square, 0 to 1."""
    line = np.linspace(0, 1, side, dtype=np.float32)
    return np.broadcast_to(line[None], (side, side)), np.broadcast_to(line[:, None], (side, side))
