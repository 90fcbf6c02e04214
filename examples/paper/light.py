"""The light in a photograph: its gradient, the shadow under the paper, the photographer's own, and glare.

Fields are computed on a quarter-size grid and enlarged, because light is smooth.
"""

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.paper.geometry import Place
from examples.paper.scene import Scene

Field = NDArray[np.float32]
REDUCTION: Final = 4


def grid(scene: Scene) -> tuple[Field, Field]:
    """Coordinates x and y from -1 to 1 over the picture."""
    columns, rows = scene.width // REDUCTION, scene.height // REDUCTION
    across, down = np.linspace(-1, 1, columns, dtype=np.float32), np.linspace(-1, 1, rows, dtype=np.float32)
    x, y = np.meshgrid(across, down)
    return x, y


def mask(polygon: NDArray[np.float64], scene: Scene) -> Field:
    """1 inside a polygon of the picture, 0 outside, at quarter size."""
    field = np.zeros((scene.height // REDUCTION, scene.width // REDUCTION), np.uint8)
    points = np.round(np.clip(polygon / REDUCTION, -8000, 8000) * 16).astype(np.int32)
    cv2.fillPoly(field, [points], 255, cv2.LINE_AA, 4)
    return np.asarray(field, dtype=np.float32) / np.float32(255)


def shadow(place: Place, scene: Scene) -> Field:
    """How much light reaches the desk beside and under the paper: a thin dark line and a soft wide edge."""
    millimetre = float(np.linalg.norm(place.corners[1] - place.corners[0])) / 210 / REDUCTION
    cast = mask(place.shadow, scene)
    wide = cv2.GaussianBlur(cast, (0, 0), max(0.5, 4.5 * millimetre))
    soft = cv2.GaussianBlur(cast, (0, 0), max(0.4, 1.5 * millimetre))
    close = cv2.GaussianBlur(mask(place.outline, scene), (0, 0), max(0.3, 0.5 * millimetre))
    return np.asarray((1 - 0.28 * wide) * (1 - 0.34 * soft) * (1 - 0.35 * close), dtype=np.float32)


def daylight(scene: Scene, rng: np.random.Generator) -> Field:
    """Light per channel at quarter size (rows x columns x 3): brighter and cooler on the lamp's side."""
    x, y = grid(scene)
    towards = math.radians(scene.light_from)
    lean = x * math.cos(towards) - y * math.sin(towards)
    level = 1 + scene.gradient * (lean - 0.35) / 1.35 - 0.10 * (x * x + y * y) / 2
    level *= 1 - scene.shade * photographer(x, y, rng)
    warm = scene.warmth * (0.75 - 0.35 * lean)
    tints = (1 + 0.05 * warm, 1 + 0.0 * warm, 1 - 0.16 * warm)
    return np.asarray(np.stack([level * tint * scene.exposure for tint in tints], axis=2), dtype=np.float32)


def photographer(x: Field, y: Field, rng: np.random.Generator) -> Field:
    """The soft shadow of a head and a raised phone, coming in from below."""
    middle, reach = rng.uniform(-0.5, 0.5), rng.uniform(0.1, 0.5)
    edge = reach + 0.55 * (x - middle) ** 2 + 0.05 * np.sin(3.1 * x + rng.uniform(0, 6))
    return np.asarray(1 / (1 + np.exp(-(y - edge) / 0.11)), dtype=np.float32)


def glare(scene: Scene, place: Place, rng: np.random.Generator) -> Field:
    """A lamp mirrored on the paper, as light to add (0 to 255): it washes the print out."""
    x, y = grid(scene)
    share = rng.uniform(0.3, 0.7, 2)
    spot = place.corners[0] * (1 - share[0]) + place.corners[2] * share[0]
    spot = 2 * spot / np.array([scene.width, scene.height]) - 1
    size = rng.uniform(0.1, 0.2)
    far = (x - spot[0]) ** 2 + ((y - spot[1]) * scene.height / scene.width) ** 2
    return np.asarray(210 * scene.glare * np.exp(-far / (2 * size * size)), dtype=np.float32)


def enlarged(field: Field, scene: Scene) -> Field:
    """A quarter-size field at the picture's size."""
    return np.asarray(cv2.resize(field, (scene.width, scene.height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)
