"""Where a sheet comes to lie in the picture: turned, tilted, roomy, tight at a border, or beyond it."""

from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Quad = NDArray[Any]  # float32, corners of the sheet TL, TR, BR, BL; x and y in shares of the picture
Mode = Literal["roomy", "far", "tight", "cut", "inside", "none"]
MODES: tuple[Mode, ...] = ("roomy", "far", "tight", "cut", "inside", "none")
SHARES = (0.19, 0.07, 0.3, 0.36, 0.03, 0.05)

LEAST_MARGIN, MOST_TIGHT = 0.003, 0.03  # of the picture
LEAST_CUT, MOST_CUT = 0.008, 0.3  # of the sheet's extent
MOST_HAIR = 0.012  # of the picture, beside a sheet that fills it
LEAST_LEFT, MOST_LEFT = 0.004, 0.05  # of the picture, by which a corner leaves it
FRAME = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
SQUEEZE = 1.6  # most that one axis of a photo may be squeezed against the other


def draw_mode(rng: Generator) -> Mode:
    """Return how the next sheet lies; hard cases are more frequent than life has them."""
    return MODES[int(rng.choice(len(MODES), p=SHARES))]


def place(rng: Generator, ratio: float, mode: Mode, *, upright: bool = False) -> Quad:
    """Return the corners of a sheet whose height is `ratio` times its width; `upright`, it lies as on a scanner."""
    for _ in range(20):
        shape = _scanned(rng, ratio) if upright else _seen(rng, ratio)
        low, high = _box(rng, mode)
        scale = (high - low) / np.ptp(shape, axis=0)
        if max(scale) / min(scale) < SQUEEZE:
            break
    return ((shape - shape.min(axis=0)) * scale + low).astype(np.float32)


def fill(rng: Generator) -> Quad:
    """Return the corners of a sheet that fills the picture but for a hair at each corner."""
    margins = np.exp(rng.uniform(np.log(LEAST_MARGIN), np.log(MOST_HAIR), (4, 2)))
    return np.where(FRAME == 0, margins, 1 - margins).astype(np.float32)


def leave(rng: Generator, quad: Quad) -> Quad:
    """Return the corners with one of them a little outside the picture, at one border or two."""
    at = int(rng.integers(4))
    beyond = np.exp(rng.uniform(np.log(LEAST_LEFT), np.log(MOST_LEFT), 2))
    outside = np.where(quad[at] < quad.mean(axis=0), -beyond, 1 + beyond)
    chosen = np.array([[True, False], [False, True], [True, True]])[int(rng.integers(3))]
    moved = quad.copy()
    moved[at] = np.where(chosen, outside, quad[at])
    return moved


def _seen(rng: Generator, ratio: float) -> Quad:
    """Return a sheet turned, tilted, and squeezed as the picture's own shape will be, any size."""
    corners = np.array([[-1, -ratio], [1, -ratio], [1, ratio], [-1, ratio]]) / (2 * max(1.0, ratio))
    quarter = rng.choice([0, 90, 180, 270], p=[0.62, 0.14, 0.1, 0.14])
    slant = rng.normal(0, 3) if rng.random() < 0.55 else rng.normal(0, 14)
    angle = np.radians(quarter + slant) if rng.random() < 0.93 else rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = corners @ turn.T
    tilt = rng.normal(0, 0.15, 2)
    corners = corners / (1 + corners @ tilt)[:, None]
    corners[:, 0] /= rng.choice([1.0, 0.75, 0.75, 1.333, 0.5625])
    return corners.astype(np.float32)


def _scanned(rng: Generator, ratio: float) -> Quad:
    """Return a sheet seen straight from above, a little askew."""
    corners = np.array([[-1, -ratio], [1, -ratio], [1, ratio], [-1, ratio]])
    skew = np.radians(rng.normal(0, 1.5))
    turn = np.array([[np.cos(skew), -np.sin(skew)], [np.sin(skew), np.cos(skew)]])
    return (corners @ turn.T).astype(np.float32)


def _box(rng: Generator, mode: Mode) -> tuple[Quad, Quad]:
    """Return the lowest and highest corner of the rectangle around the sheet."""
    if mode == "inside":
        depth = rng.uniform(0.1, 1.0, (2, 2))
        return (-depth[0]).astype(np.float32), (1 + depth[1]).astype(np.float32)
    if mode == "far":
        extent = rng.uniform(0.17, 0.55, 2)
        low = rng.uniform(0.02, 0.98 - extent)
        return low.astype(np.float32), (low + extent).astype(np.float32)
    kinds = _sides(rng, mode)
    offsets = np.array([[_offset(rng, kind) for kind in pair] for pair in kinds])
    cut = np.array(kinds) == "cut"
    inner = 1 - np.where(cut, 0, offsets).sum(axis=1)
    extent = inner / (1 - np.where(cut, offsets, 0).sum(axis=1))  # depths are shares of the sheet itself
    low = np.where(cut[:, 0], -offsets[:, 0] * extent, offsets[:, 0])
    return low.astype(np.float32), (low + extent).astype(np.float32)


def _sides(rng: Generator, mode: Mode) -> list[list[str]]:
    """Return for x and y how the low and the high side lie: free, near, tight or cut."""
    shares = {
        "roomy": (0.6, 0.4, 0.0, 0.0),
        "tight": (0.2, 0.2, 0.6, 0.0),
        "cut": (0.25, 0.2, 0.22, 0.33),
    }.get(mode, (0.6, 0.4, 0.0, 0.0))
    kinds = rng.choice(["free", "near", "tight", "cut"], (2, 2), p=shares)
    if mode in ("tight", "cut"):
        kinds[tuple(rng.integers(0, 2, 2))] = mode
    return [list(map(str, pair)) for pair in kinds]


def _offset(rng: Generator, kind: str) -> float:
    if kind == "free":
        return float(rng.uniform(0.05, 0.33))
    low, high = {
        "near": (0.015, 0.1),
        "tight": (LEAST_MARGIN, MOST_TIGHT),
        "cut": (LEAST_CUT, MOST_CUT),
    }[kind]
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
