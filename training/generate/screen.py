"""A letter on a screen: a viewer around it, the screen's frame, and the beat between its pixels and the camera's."""

import cv2
import numpy as np
from numpy.random import Generator

from training.generate.placing import Quad
from training.generate.rim import draw_flat
from training.generate.texture import Canvas, grid

UNIT = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)


def screen(rng: Generator, scene: Canvas, quad: Quad) -> None:
    """Draw, in place, a screen in whose viewer the page at `quad` will be shown, in the page's perspective."""
    warp = cv2.getPerspectiveTransform(UNIT, quad)
    room = rng.uniform(0.02, 0.5, 4)  # of the page, left, above, right, below
    window = _around(room)
    frame = _around(room + rng.uniform(0.02, 0.12))
    bar = window.copy()
    bar[2:, 1] = bar[:2, 1] + room[1] * rng.uniform(0.3, 0.9)
    for corners, grey in ((frame, rng.uniform(5, 60)), (window, rng.uniform(30, 225)), (bar, rng.uniform(30, 245))):
        seen = cv2.perspectiveTransform(corners[None], warp)[0]
        colour = np.clip(grey + rng.normal(0, 5, 3), 0, 255).astype(np.float32)
        draw_flat(scene, seen * scene.shape[0], colour, 0.2)


def moire(rng: Generator, scene: Canvas) -> None:
    """Beat, in place: one or two gratings over the picture, a little different in each colour."""
    x, y = grid(scene.shape[0])
    for _ in range(int(rng.integers(1, 3))):
        often, angle = rng.uniform(8, 170), rng.uniform(0, np.pi)
        along = (x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))) * np.float32(2 * np.pi * often)
        bent = along + np.float32(rng.uniform(0, 6)) * (x * y)
        for colour in range(3):
            beat = np.sin(bent + np.float32(rng.uniform(0, 1.5)))
            scene[..., colour] *= 1 + np.float32(rng.uniform(0.01, 0.09)) * beat


def _around(room: Quad) -> Quad:
    """Return the rectangle that leaves so much room around the unit square; left, above, right, below."""
    left, above, right, below = room
    return np.array([[-left, -above], [1 + right, -above], [1 + right, 1 + below], [-left, 1 + below]], np.float32)
