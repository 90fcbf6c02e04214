"""The cameras that blur: each takes a sharp photograph and gives it back as a worse device would have taken it.

`SEEN` are those on which the limits were chosen, `HELD_OUT` those that only judge them.
"""

import math
from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.random import Generator

from services.upload.domain.pixels import Picture

Device = Callable[[Picture, float, Generator], Picture]  # strength: pixels of blur on a page at 200 dpi


def gaussian(picture: Picture, strength: float, _rng: Generator) -> Picture:
    """Return a picture out of focus, by the formula that everybody uses."""
    return cv2.GaussianBlur(picture, (0, 0), max(0.1, strength / 2)).astype(np.uint8)


def shaken(picture: Picture, strength: float, rng: Generator) -> Picture:
    """Return a picture taken by a hand that moved in a line."""
    return _smeared(picture, 2 * strength, rng.uniform(0, math.pi), 0.0)


def defocused(picture: Picture, strength: float, _rng: Generator) -> Picture:
    """Return a picture out of focus as a round aperture does it: every point becomes a disc."""
    side = 2 * math.ceil(strength) + 1
    x, y = np.meshgrid(*2 * [np.arange(side) - side // 2])
    disc = np.clip(strength + 0.5 - np.hypot(x, y), 0, 1)
    return cv2.filter2D(picture, -1, disc / disc.sum()).astype(np.uint8)


def arced(picture: Picture, strength: float, rng: Generator) -> Picture:
    """Return a picture taken by a hand that moved in an arc."""
    return _smeared(picture, 2.4 * strength, rng.uniform(0, math.pi), rng.uniform(1, 2.5))


def zoomed(picture: Picture, strength: float, _rng: Generator) -> Picture:
    """Return a picture that was enlarged by software: it has more pixels than it knows of."""
    share = 1 / max(1.0, 0.7 * strength)
    small = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, picture.shape[1::-1], interpolation=cv2.INTER_CUBIC).astype(np.uint8)


def smoothed(picture: Picture, strength: float, rng: Generator) -> Picture:
    """Return a picture from which a phone took the noise of dim light, and fine strokes with it."""
    grain = rng.normal(0, 4 + 4 * strength, picture.shape[:2])[..., None]
    noisy = np.clip(picture * 0.6 + grain, 0, 255).astype(np.uint8)
    return cv2.bilateralFilter(noisy, 7, 20 + 12 * strength, 1 + strength / 2).astype(np.uint8)


SEEN: Mapping[str, Device] = {"gaussian": gaussian, "shaken": shaken}
HELD_OUT: Mapping[str, Device] = {"defocused": defocused, "arced": arced, "zoomed": zoomed, "smoothed": smoothed}


def taken(picture: Picture, device: Device, strength: float, rng: Generator) -> Picture:
    """Return what a device makes of a sharp picture: its blur, then noise, sharpening and JPEG as phones do."""
    blurred = device(picture, strength, rng).astype(np.float32)
    blurred += rng.normal(0, rng.uniform(0.5, 3), picture.shape[:2])[..., None].astype(np.float32)
    crisp = np.clip(1.4 * blurred - 0.4 * cv2.GaussianBlur(blurred, (0, 0), 1.5), 0, 255).astype(np.uint8)
    jpeg = cv2.imencode(".jpg", crisp, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 95))])[1]
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)


def _smeared(picture: Picture, length: float, towards: float, bend: float) -> Picture:
    """Return a picture smeared along a path of so many pixels that turns by `bend` (radians)."""
    steps = np.linspace(-0.5, 0.5, max(2, round(4 * length)))
    angles = towards + bend * steps
    path = np.cumsum(np.stack([np.cos(angles), np.sin(angles)]), axis=1) * length / len(steps)
    path -= path.mean(axis=1, keepdims=True)
    side = 2 * math.ceil(abs(path).max() + 0.5) + 1
    kernel = np.zeros((side, side), np.float32)
    for x, y in path.T:
        kernel[round(y) + side // 2, round(x) + side // 2] += 1
    return cv2.filter2D(picture, -1, kernel / kernel.sum()).astype(np.uint8)
