"""What light does: slopes, soft and hard shadows, glare, and the dark line where a sheet meets the desk."""

import cv2
import numpy as np
from numpy.random import Generator

from training.generate.texture import Canvas, Plane, grid


def contact_shadow(rng: Generator, mask: Plane) -> Plane:
    """Return how light the desk stays beside a sheet that stands off it a little, 0 to 1."""
    side = mask.shape[0] // 2
    small = cv2.resize(mask, (side, side), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), rng.uniform(0.6, 7))
    shift = np.array([[1, 0, rng.uniform(-6, 6)], [0, 1, rng.uniform(-6, 6)]], np.float32)
    moved = cv2.warpAffine(soft, shift, (side, side), borderMode=cv2.BORDER_REPLICATE)
    return 1 - np.float32(rng.uniform(0, 0.7)) * cv2.resize(moved, mask.shape[::-1])


def light(rng: Generator, side: int) -> Plane:
    """Return the light that falls on each pixel, 0.12 to 1.5; computed at half size, as light is smooth."""
    half = side // 2
    x, y = grid(half)
    field = 1 + np.float32(rng.normal(0, 0.22)) * (2 * x - 1) + np.float32(rng.normal(0, 0.22)) * (2 * y - 1)
    if rng.random() < 0.5:
        at = rng.uniform(0.2, 0.8, 2)
        field = field * (1 - np.float32(rng.uniform(0, 0.6)) * ((x - at[0]) ** 2 + (y - at[1]) ** 2))
    for _ in range(int(rng.choice(3, p=[0.55, 0.33, 0.12]))):
        field = field * (1 - np.float32(rng.uniform(0.08, 0.6)) * _shadow(rng, half))
    field = np.clip(field, 0.12, 1.5).astype(np.float32)
    exposure = rng.uniform(0.55, 1.08) if rng.random() < 0.83 else rng.uniform(0.22, 0.55)
    return cv2.resize(field, (side, side)) * np.float32(exposure)


def _shadow(rng: Generator, side: int) -> Plane:
    """Return one cast shadow, 0 to 1: a blob of an arm or phone, or a straight edge along the picture."""
    mask = np.zeros((side, side), np.float32)
    if rng.random() < 0.4:
        depth = rng.uniform(0.01, 0.4)
        ends = depth + rng.normal(0, 0.05, 2)
        corners = np.array([[-0.1, -0.1], [1.1, -0.1], [1.1, ends[0]], [-0.1, ends[1]]]) * side
        cv2.fillPoly(mask, [corners.astype(np.int32)], 1.0)
        mask = np.rot90(mask, int(rng.integers(4)))
    else:
        points = rng.uniform(-0.4, 1.4, (int(rng.integers(3, 7)), 2)) * side
        cv2.fillPoly(mask, [cv2.convexHull(points.astype(np.int32))], 1.0)
    return cv2.GaussianBlur(np.ascontiguousarray(mask), (0, 0), float(np.exp(rng.uniform(-0.5, 3)))).astype(np.float32)


def glare(rng: Generator, picture: Canvas) -> None:
    """Add the reflection of a lamp or window."""
    side = picture.shape[0]
    x, y = grid(side)
    at, wide = rng.uniform(0, 1, 2), np.exp(rng.uniform(np.log(0.002), np.log(0.06), 2))
    spot = np.exp(-((x - at[0]) ** 2 / wide[0] + (y - at[1]) ** 2 / wide[1]))
    picture += (np.float32(rng.uniform(50, 200)) * spot)[..., None]
