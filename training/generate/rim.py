"""What happens at the edge of real paper: thin dark lines, thickness, sheets beneath, shade that ends there."""

import cv2
import numpy as np
from numpy.random import Generator

from training.generate.placing import Quad
from training.generate.texture import Canvas, Plane, clouds, paper_colour

FINE = 16  # parts of a pixel in OpenCV's polygons


def beneath(rng: Generator, scene: Canvas, quad: Quad) -> None:
    """Lay what letters lie on: more sheets of the same letter, pushed a little, or a folder larger than the page."""
    side = scene.shape[0]
    if rng.random() < 0.6:
        for _ in range(int(rng.integers(1, 4))):
            push = rng.normal(0, 0.006, 2) + rng.normal(0, 0.003, (4, 2))
            light = float(rng.uniform(0.6, 0.95))
            draw_flat(scene, (quad + push) * side, paper_colour(rng) * light, rng.uniform(0.2, 0.7))
        return
    middle = quad.mean(axis=0)
    wider = middle + (quad - middle) * rng.uniform(1.02, 1.35) + rng.normal(0, 0.02, 2)
    colour = rng.uniform(20, 235, 3) if rng.random() < 0.7 else np.full(3, rng.uniform(150, 245))
    draw_flat(scene, wider * side, colour.astype(np.float32), rng.uniform(0.3, 0.9))


def draw_flat(scene: Canvas, corners: Canvas, colour: Canvas, dark: float) -> None:
    """Draw a flat sheet, its corners in pixels, with a thin outline, darker by a share of `dark`."""
    points = np.round(corners * FINE).astype(np.int32)
    cv2.fillConvexPoly(scene, points, tuple(map(float, colour)), cv2.LINE_AA, 4)
    cv2.polylines(scene, [points], True, tuple(map(float, colour * (1 - dark))), 1, cv2.LINE_AA, 4)  # noqa: FBT003


def outside(rng: Generator, scene: Canvas, mask: Plane) -> Canvas:
    """Return the scene with the thin line of shadow under the edge, darker where the sheet stands off more."""
    near = cv2.GaussianBlur(mask, (0, 0), float(np.exp(rng.uniform(-0.5, 1.2))))
    side = mask.shape[0]
    lifted = cv2.resize(clouds(rng, (32, 32), 2), (side, side))
    dark = np.float32(rng.uniform(0.1, 1.2)) * near * lifted
    return scene * (1 - np.minimum(dark, np.float32(0.85)))[..., None]


def inside(rng: Generator, seen: Canvas, mask: Plane) -> Canvas:
    """Return the sheet shaded towards its edge, where it bends up or down, and its cut edge lit or dark."""
    half = mask.shape[0] // 2
    small = cv2.resize(mask, (half, half), interpolation=cv2.INTER_AREA)
    wide = cv2.GaussianBlur(small, (0, 0), float(np.exp(rng.uniform(0.4, 3.0))))
    bend = (clouds(rng, (32, 32), 2) - np.float32(0.45)) * np.float32(rng.normal(0, 1.1))
    shade = 1 + cv2.resize(2 * (1 - wide), mask.shape[::-1]) * cv2.resize(bend, mask.shape[::-1])
    if rng.random() < 0.35:
        rim = mask - cv2.erode(mask, np.ones((3, 3), np.uint8))
        shade += rim * np.float32(rng.normal(0, 0.25))
    return seen * np.clip(shade, 0.25, 1.4)[..., None]


def folds(rng: Generator, seen: Canvas) -> None:
    """Shade a sheet along one to three lines anywhere, in place: folds, dents and the creases of a pocket."""
    side = seen.shape[0]
    line = np.linspace(-0.5, 0.5, side // 4, dtype=np.float32)
    shade = np.ones((side // 4, side // 4), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        angle = rng.uniform(0, 2 * np.pi)
        away = np.float32(np.cos(angle)) * line[None] + np.float32(np.sin(angle)) * line[:, None]
        away = away - np.float32(rng.uniform(-0.45, 0.45))
        sharp, far = np.float32(rng.uniform(80, 500)), np.float32(rng.uniform(0.01, 0.15))
        shade += np.float32(rng.normal(0, 0.16)) * np.tanh(away * sharp) * np.exp(-abs(away) / far)
    seen *= cv2.resize(np.clip(shade, 0.4, 1.4), (side, side))[..., None]
