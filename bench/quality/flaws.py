"""What lies on a page and should not: shadows, reflections and fingers, each with the mask of what it touches."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from services.upload.domain.geometry import Points
from services.upload.domain.pixels import Picture

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scene:
    """A photograph and the corners TL TR BR BL of the page in it."""

    picture: Picture
    quad: Points

    def at(self, across: float, down: float) -> Points:
        """Return the pixel of a place on the page, 0 to 1 from its left and top."""
        top = self.quad[0] * (1 - across) + self.quad[1] * across
        bottom = self.quad[3] * (1 - across) + self.quad[2] * across
        return np.asarray(top * (1 - down) + bottom * down)

    @property
    def millimetre(self) -> float:
        """Pixels per millimetre."""
        return float(np.linalg.norm(self.quad[1] - self.quad[0])) / 210


Flaw = Callable[[Scene, Generator], Picture]


def hand_shadow(scene: Scene, rng: Generator) -> Picture:
    """Return the picture with the shadow of a hand or a phone that comes from one side."""
    far = rng.uniform(0.15, 0.6)
    start = rng.uniform(-0.1, 0.7)
    width = rng.uniform(0.25, 0.6)
    corners = [(start, -0.3), (start + width, -0.3), (start + width + rng.normal(0, 0.1), far), (start, far + 0.1)]
    polygon = np.array(
        [scene.at(*_turned(corner, rng_side)) for rng_side in [int(rng.integers(4))] for corner in corners]
    )
    mask = _filled(scene, polygon, soft=rng.uniform(1, 12) * scene.millimetre)
    left = rng.uniform(0.1, 0.6)  # of the light
    return np.clip(scene.picture * (1 - (1 - left) * mask)[..., None], 0, 255).astype(np.uint8)


def reflection(scene: Scene, rng: Generator) -> Picture:
    """Return the picture with a lamp or a window mirrored on the paper: light is added, and the sensor is full."""
    x, y = scene.at(rng.uniform(0.15, 0.85), rng.uniform(0.15, 0.85))
    axes = np.exp(rng.uniform(np.log(8), np.log(35), 2)) * scene.millimetre
    mask = np.zeros(scene.picture.shape[:2], np.uint8)
    if rng.random() < 0.5:  # noqa: PLR2004 - one of two
        cv2.ellipse(mask, ((float(x), float(y)), (2 * axes[0], 2 * axes[1]), rng.uniform(0, 180)), 255, -1)
    else:
        box = cv2.boxPoints(((float(x), float(y)), (2 * axes[0], 2 * axes[1]), rng.uniform(0, 180)))
        cv2.fillConvexPoly(mask, box.astype(np.int32), 255)
    soft = _softened(mask, rng.uniform(1, 12) * scene.millimetre)
    light = rng.uniform(40, 320) * soft
    return np.clip(scene.picture + light[..., None], 0, 255).astype(np.uint8)


def fingers(scene: Scene, rng: Generator) -> Picture:
    """Return the picture with one to three fingers that hold the page at an edge."""
    side, along, deep = int(rng.integers(4)), rng.uniform(0.1, 0.9), rng.uniform(5, 55) * scene.millimetre
    edge, inward = scene.at(*_turned((along, 0.0), side)), scene.at(*_turned((along, 0.5), side))
    inward = (inward - edge) / np.linalg.norm(inward - edge)
    across = np.array([-inward[1], inward[0]])
    picture = scene.picture.astype(np.float32)
    tone = rng.uniform(0.25, 1.0)
    skin = np.array([150, 175, 225]) * tone + np.array([-15, 0, 5]) * (1 - tone)
    wide = rng.uniform(14, 21) * scene.millimetre
    for finger in range(int(rng.integers(1, 4))):
        tip = edge + across * finger * 1.05 * wide + inward * (deep - rng.uniform(0, 8) * scene.millimetre)
        tail = tip - inward * 90 * scene.millimetre + across * rng.normal(0, 6) * scene.millimetre
        _lay_finger(picture, (tip, tail), wide, skin * rng.uniform(0.9, 1.08), scene.millimetre)
    return np.clip(picture, 0, 255).astype(np.uint8)


def overexposed(scene: Scene, rng: Generator) -> Picture:
    """Return the picture with so much light that paper, and in the end ink, is white."""
    linear = (scene.picture / 255.0) ** 2.2 * rng.uniform(1.2, 9) + rng.uniform(0, 0.25)
    return (255 * np.clip(linear, 0, 1) ** (1 / 2.2)).astype(np.uint8)


FLAWS: Mapping[str, Flaw] = {
    "shadow": hand_shadow, "glare": reflection, "fingers": fingers, "overexposed": overexposed,
}  # fmt: skip


def _lay_finger(picture: Plane, ends: tuple[Points, Points], wide: float, skin: Points, millimetre: float) -> None:
    """Draw a finger as a round-ended stick, lighter along its middle, with a soft shadow around it."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    (x1, y1), (x2, y2) = (
        np.round(end - (ends[0] - ends[1]) / np.linalg.norm(ends[0] - ends[1]) * wide / 2) for end in ends
    )
    cv2.line(mask, (int(x1), int(y1)), (int(x2), int(y2)), 255, max(1, round(wide)), cv2.LINE_AA)
    shade = _softened(mask, 3 * millimetre)
    picture *= (1 - 0.35 * shade)[..., None]
    body = cv2.GaussianBlur(mask, (0, 0), 0.3 * millimetre).astype(np.float32)[..., None] / 255
    round_off = 0.72 + 0.28 * _softened(mask, wide / 3)
    picture[:] = picture * (1 - body) + skin * round_off[..., None] * body


def _filled(scene: Scene, polygon: Points, soft: float) -> Plane:
    mask = np.zeros(scene.picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(polygon).astype(np.int32)], 255)
    return _softened(mask, soft)


def _softened(mask: Picture, radius: float) -> Plane:
    """Return a mask from 0 to 1 with soft edges; blurred small, for soft things are smooth."""
    share = 1 / 8
    small = cv2.resize(mask, None, fx=share, fy=share, interpolation=cv2.INTER_AREA).astype(np.float32)
    soft = cv2.GaussianBlur(small, (0, 0), max(0.3, radius * share))
    return cv2.resize(soft, mask.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32) / np.float32(255)


def _turned(place: tuple[float, float], side: int) -> tuple[float, float]:
    """Return a place given from the top edge as the same place given from another edge."""
    across, down = place
    return ((across, down), (1 - down, across), (across, 1 - down), (down, across))[side]
