"""Sheets that curl, made with known truth: paper bent like a cylinder about any axis, before a pinhole camera.

Nothing here knows how `domain/curl.py` describes a bend: the sheet is bent in space, in true lengths, seen from where
a hand holds a phone.
"""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from services.upload.domain.geometry import Points
from services.upload.domain.pixels import Picture

WIDTH, HEIGHT = 210.0, 297.0  # millimetres
FINE = 4.0  # millimetres between the points at which the bent sheet is computed
REACH = 200.0  # millimetres from the middle: further than any corner
BORDER = 18.0  # millimetres of desk around the page
ROUNDS = 25
DESK = (62, 84, 108)
Plane = NDArray[np.float32]
Profile = Literal["arch", "book", "edge", "wave"]
PROFILES: tuple[Profile, ...] = ("arch", "book", "edge", "wave")


@dataclass(frozen=True, slots=True)
class Bend:
    """How a sheet lies: its profile, its steepest slope (degrees), the axis (0: along the lines' height), the view.

    Away is how far the camera is (millimetres), tilt (degrees) from how far below it looks.
    """

    profile: Profile
    steepest: float
    axis: float
    away: float
    tilt: float


@dataclass(frozen=True, slots=True, eq=False)
class Curled:
    """A picture in B, G, R of a sheet that curls, and its corners TL, TR, BR, BL."""

    picture: Picture
    quad: Points


def drawn(rng: Generator, steepest: float) -> Bend:
    """Return one way for a sheet to lie, as steep as that somewhere."""
    return Bend(
        PROFILES[int(rng.integers(len(PROFILES)))],
        steepest,
        float(rng.normal(0, 12)),
        float(rng.uniform(350, 500)),
        float(rng.uniform(8, 28)) * float(rng.choice((-1, 1))),
    )


def curled(page: Picture, bend: Bend, dpi: float, rng: Generator) -> Curled:
    """Return a page (B, G, R) as it is seen when bent, at about `dpi`, on a brown desk."""
    seen, shade = _seen(bend)
    scale = dpi / 25.4
    corners = np.array([seen[0, 0], seen[0, -1], seen[-1, -1], seen[-1, 0]])
    low, high = corners.min(axis=0) - BORDER, corners.max(axis=0) + BORDER
    size = np.round((high - low) * scale).astype(int)
    sheet = _inverted(seen, (low, high), size)
    laid = _taken(page, sheet * (page.shape[1] / WIDTH, page.shape[0] / HEIGHT))
    light = _taken(shade, sheet / FINE)
    inside = np.asarray(((sheet >= 0) & (sheet <= (WIDTH, HEIGHT))).all(axis=2), np.float32)
    share = cv2.GaussianBlur(inside, (0, 0), 0.8)[..., None]
    scene = laid * light[..., None] * share + np.array(DESK) * (1 - share)
    noise = rng.normal(0, 2, (*scene.shape[:2], 1))
    picture = cv2.GaussianBlur(np.asarray(scene, np.float32), (0, 0), 0.6) + noise
    return Curled(np.clip(picture, 0, 255).astype(np.uint8), (corners - low) * scale)


def _seen(bend: Bend) -> tuple[Points, Plane]:
    """Return where points of the sheet are seen, millimetres, shape (rows, columns, 2), and their light."""
    across, down = np.arange(0, WIDTH + FINE, FINE).clip(max=WIDTH), np.arange(0, HEIGHT + FINE, FINE).clip(max=HEIGHT)
    x, y = np.meshgrid(across - WIDTH / 2, down - HEIGHT / 2)
    turn = np.radians(bend.axis)
    along, beside = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    reach = np.linspace(-REACH, REACH, 801)
    slope = np.radians(_slopes(bend, reach * 2 / WIDTH))
    step = reach[1] - reach[0]
    way, rise = (np.cumsum(part(slope)) * step for part in (np.cos, np.sin))
    way, rise = way - way[400], rise - rise[400]
    new, height = np.interp(along, reach, way), np.interp(along, reach, rise)
    space = np.stack([new * np.cos(turn) - beside * np.sin(turn), new * np.sin(turn) + beside * np.cos(turn), height])
    light = 0.93 * np.cos(np.interp(along, reach, slope) - np.radians(12)) / np.cos(np.radians(12))
    return _projected(space, bend), light.astype(np.float32)


def _slopes(bend: Bend, at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the slope of the sheet, degrees, from its one side (-1) to the other (1)."""
    match bend.profile:
        case "arch":
            share = -at
        case "book":
            share = np.exp(-2.5 * (at + 1))
        case "edge":
            share = np.clip((at - 0.2) / 0.8, 0, 1.3)
        case "wave":
            share = np.cos(np.pi * (at + 0.3))
    return np.asarray(bend.steepest * share.clip(-1.3, 1.3), np.float64)


def _projected(space: Points, bend: Bend) -> Points:
    """Return where a camera that looks from below at a tilt sees points (3, ...), at their true size in the middle."""
    x, y, z = space
    tilt = np.radians(bend.tilt)
    lower, nearer = y * np.cos(tilt) - z * np.sin(tilt), y * np.sin(tilt) + z * np.cos(tilt)
    return np.asarray(np.stack([x, lower], axis=-1) * (bend.away / (bend.away - nearer))[..., None], np.float64)


def _inverted(seen: Points, frame: tuple[Points, Points], size: NDArray[np.int_]) -> Points:
    """Return for every pixel the point of the sheet, millimetres, that is seen there."""
    low, high = frame
    rows, columns = seen.shape[:2]
    coarse = np.maximum(2, size // 6)
    x, y = np.meshgrid(np.linspace(low[0], high[0], coarse[0]), np.linspace(low[1], high[1], coarse[1]))
    wanted = np.dstack([x, y])
    corners = np.array([seen[0, 0], seen[0, -1], seen[-1, -1], seen[-1, 0]], np.float32)
    own = np.array([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, own)
    laid = cv2.perspectiveTransform(seen.reshape(-1, 1, 2), matrix).reshape(rows, columns, 2)
    wanted = cv2.perspectiveTransform(wanted.reshape(-1, 1, 2), matrix).reshape(*wanted.shape)
    grid = np.dstack(np.meshgrid(np.linspace(0, WIDTH, columns), np.linspace(0, HEIGHT, rows)))
    moved = np.asarray(laid - grid, np.float32)
    found = wanted.copy()
    for _ in range(ROUNDS):
        found = wanted - _taken(moved, found / (WIDTH, HEIGHT) * (columns - 1, rows - 1))
    return np.asarray(cv2.resize(found, tuple(size.tolist()), interpolation=cv2.INTER_LINEAR), np.float64)


def _taken(picture: Plane | Picture, at: Points) -> Plane:
    """Return a picture's values at places (rows, columns, 2), beyond its borders those of the borders."""
    x, y = at[..., 0].astype(np.float32), at[..., 1].astype(np.float32)
    values = np.asarray(picture, np.float32)
    return np.asarray(cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)
