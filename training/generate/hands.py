"""What lies across the edge of a sheet: fingers, pens, clips."""

import cv2
import numpy as np
from numpy.random import Generator

from training.generate.placing import Quad
from training.generate.texture import Canvas, any_colour


def cover(rng: Generator, scene: Canvas, quad: Quad) -> None:
    """Lay one to four fingers or one other thing across an edge of the sheet."""
    side = int(rng.integers(4))
    along = rng.uniform(0, 1)
    start, end = quad[side], quad[(side + 1) % 4]
    at = (start * (1 - along) + end * along) * scene.shape[0]
    if rng.random() < 0.65:
        _fingers(rng, scene, at, quad.mean(axis=0) * scene.shape[0])
    else:
        axes = (float(rng.uniform(8, 50)), float(rng.uniform(30, 190)))
        _blob(scene, at, axes, float(rng.uniform(0, 180)), any_colour(rng))


def _fingers(rng: Generator, scene: Canvas, at: Quad, centre: Quad) -> None:
    """Draw fingers that come from outside and end on the sheet."""
    skin = np.array([rng.uniform(60, 165), rng.uniform(90, 185), rng.uniform(120, 230)], np.float32)
    inward = (centre - at) / (np.linalg.norm(centre - at) + 1e-6)
    across = np.array([-inward[1], inward[0]])
    wide, long = rng.uniform(22, 52), rng.uniform(110, 260)
    angle = float(np.degrees(np.arctan2(inward[1], inward[0])) + 90)
    for finger in range(int(rng.integers(1, 5))):
        tip = at + across * finger * wide * rng.uniform(0.95, 1.2) - inward * (long / 2 - rng.uniform(5, 60))
        _blob(scene, tip, (wide, long), angle + float(rng.normal(0, 8)), skin * np.float32(rng.uniform(0.85, 1.1)))


def _blob(scene: Canvas, at: Quad, axes: tuple[float, float], angle: float, colour: Canvas) -> None:
    centre = (float(at[0]), float(at[1]))
    cv2.ellipse(scene, (centre, axes, angle), tuple(map(float, colour)), -1, cv2.LINE_AA)
