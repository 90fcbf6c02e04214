"""What a flatbed scanner makes of a sheet: an even lid, a thin shadow beside the paper, rims, streaks, few greys."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from training.generate.camera import compressed
from training.generate.texture import Canvas, clouds

SIDE = 512  # pixels


def glass(rng: Generator) -> Canvas:
    """Return the lid above the glass: black, grey, or nearly white, with rims of another shade at some borders."""
    low, high = ((2, 40), (80, 200), (222, 253))[int(rng.choice(3, p=[0.35, 0.2, 0.45]))]
    lid = np.full((SIDE, SIDE, 3), rng.uniform(low, high), np.float32) + rng.normal(0, 2, 3).astype(np.float32)
    lid += (clouds(rng, (SIDE, SIDE), 2)[..., None] - np.float32(0.5)) * np.float32(rng.uniform(0, 8))
    for turn in range(4):
        if rng.random() < 0.25:
            rim = np.rot90(lid, turn)
            rim[: int(np.exp(rng.uniform(0, 3.2)))] = rng.choice([rng.uniform(0, 30), rng.uniform(225, 255)])
    return np.clip(lid, 0, 255)


def digitise(rng: Generator, scene: Canvas) -> NDArray[np.uint8]:
    """Return a scene as a scanner stores it: grain, streaks of dust along its way, seldom black and white only."""
    scene = scene * np.float32(rng.uniform(0.88, 1.06)) + rng.normal(0, rng.exponential(2.5), scene.shape)
    for _ in range(int(rng.poisson(0.4))):
        scene[:, int(rng.integers(SIDE))] *= rng.uniform(0.5, 1.1)
    picture = np.clip(scene, 0, 255).astype(np.uint8)
    draw = rng.random()
    if draw < 0.45:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        grey = (grey > rng.uniform(110, 190)).astype(np.uint8) * 255 if draw < 0.06 else grey
        picture = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR).astype(np.uint8)
    return compressed(rng, picture) if rng.random() < 0.5 else picture
