"""What paper lies on: wood, cloth, tiles, plain and white desks, and pictures of anything at all."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator

from training.generate.texture import Canvas, Plane, any_colour, clouds

SIDE = 640  # pixels of an unwarped surface
SEEN = 512  # pixels of a surface as the picture shows it
FOLDERS = (Path("/usr/share/backgrounds"), Path("/usr/share/wallpapers"))  # Debian's free wallpapers


def surface(rng: Generator, pictures: list[Canvas]) -> Canvas:
    """Return one square surface with what lies on it, 640 px."""
    if pictures and rng.random() < 0.15:
        return _from_picture(rng, pictures[int(rng.integers(len(pictures)))])
    light, dark = _pair(rng)
    pattern = _PATTERNS[int(rng.choice(len(_PATTERNS), p=[0.34, 0.16, 0.16, 0.16, 0.1, 0.08]))](rng)
    desk = light + (dark - light) * pattern[..., None]
    if rng.random() < 0.25:
        _edge_of_table(rng, desk)
    _clutter(rng, desk)
    return np.clip(desk, 0, 255).astype(np.float32)


def white_desk(rng: Generator) -> Canvas:
    """Return a surface as white as paper, or a little less, seen at 512 px: its sheen changes slowly, if at all."""
    tint = np.clip(rng.uniform(205, 253) + rng.normal(0, 4, 3), 0, 255).astype(np.float32)
    grain = clouds(rng, (SEEN, SEEN), int(rng.integers(1, 7)))[..., None] - np.float32(0.5)
    return np.clip(tint + grain * np.float32(rng.exponential(8)), 0, 255).astype(np.float32)


def dark_ground(rng: Generator) -> Canvas:
    """Return a nearly black surface, seen at 512 px: a car seat, a dark cloth, a glass table that mirrors a lamp."""
    tint = rng.uniform(2, 45) * np.exp(rng.normal(0, 0.15, 3))
    pattern = clouds(rng, (SEEN, SEEN), int(rng.integers(2, 8)))[..., None]
    ground = tint * (1 + np.float32(rng.uniform(0, 1)) * (pattern - np.float32(0.5)))
    if rng.random() < 0.3:
        ground += np.float32(rng.uniform(10, 90)) * clouds(rng, (SEEN, SEEN), 1)[..., None] ** 4
    return np.clip(ground, 0, 255).astype(np.float32)


def load_pictures(rng: Generator, most: int) -> list[Canvas]:
    """Return up to `most` installed wallpapers, shrunk; an empty list where none are installed."""
    found = [file for folder in FOLDERS for file in sorted(folder.rglob("*")) if _is_picture(file)]
    rng.shuffle(found)
    loaded = (cv2.imread(str(file), cv2.IMREAD_REDUCED_COLOR_4) for file in found[:most])
    return [cv2.resize(one, (900, 675)).astype(np.float32) for one in loaded if one is not None]


def _is_picture(file: Path) -> bool:
    return file.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"} and file.is_file()


def _from_picture(rng: Generator, picture: Canvas) -> Canvas:
    side = int(rng.integers(150, 600))
    top = int(rng.integers(picture.shape[0] - side + 1))
    left = int(rng.integers(picture.shape[1] - side + 1))
    return cv2.resize(picture[top : top + side, left : left + side], (SIDE, SIDE)).astype(np.float32)


def _pair(rng: Generator) -> tuple[Canvas, Canvas]:
    """Return two colours of one surface; every fifth surface is nearly as white as paper."""
    if rng.random() < 0.2:
        white = np.float32(rng.uniform(185, 252)) + rng.normal(0, 5, 3).astype(np.float32)
        return white, white - np.float32(rng.uniform(2, 30))
    first = any_colour(rng)
    if rng.random() < 0.3:
        return first, any_colour(rng)
    return first, (first * rng.uniform(0.6, 1.35) + rng.uniform(-12, 12, 3)).astype(np.float32)


def _wood(rng: Generator) -> Plane:
    grain = clouds(rng, (SIDE, SIDE), 4, (rng.uniform(0.5, 1.2), rng.uniform(6, 30)))
    return _turned(rng, grain)


def _turned(rng: Generator, plane: Plane) -> Plane:
    turn = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), rng.uniform(0, 360), 1)
    return cv2.warpAffine(plane, turn, (SIDE, SIDE), borderMode=cv2.BORDER_REFLECT).astype(np.float32)


def _stone(rng: Generator) -> Plane:
    return clouds(rng, (SIDE, SIDE), 6, (2, 2))


def _cloth(rng: Generator) -> Plane:
    weave = 0.12 * rng.standard_normal((SIDE, SIDE), dtype=np.float32)
    return np.clip(clouds(rng, (SIDE, SIDE), 3) * 0.4 + weave, 0, 1).astype(np.float32)


def _plain(rng: Generator) -> Plane:
    return clouds(rng, (SIDE, SIDE), 2) * np.float32(0.4)


def _tiles(rng: Generator) -> Plane:
    """Return tiles, boards or a checked cloth: joints at regular steps, each field a little different."""
    columns, rows = rng.integers(2, 9, 2)
    fields = rng.uniform(0, 0.35, (int(rows), int(columns))).astype(np.float32)
    plane = cv2.resize(fields, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
    joint = int(rng.integers(1, 7))
    for count, axis in ((columns, 1), (rows, 0)):
        for at in np.linspace(0, SIDE - 1, int(count) + 1).astype(int):
            plane[(slice(None), slice(at, at + joint))[:: 1 if axis else -1]] = 1
    return _turned(rng, plane)


def _keys(rng: Generator) -> Plane:
    """Return a keyboard or radiator: many small light fields in a dark frame."""
    step = int(rng.integers(26, 70))
    plane = np.ones((SIDE, SIDE), np.float32)
    for top in range(0, SIDE, step):
        for left in range(0, SIDE, step):
            plane[top + 3 : top + step - 3, left + 3 : left + step - 3] = rng.uniform(0, 0.25)
    return _turned(rng, plane)


_PATTERNS: tuple[Callable[[Generator], Plane], ...] = (_wood, _stone, _cloth, _plain, _tiles, _keys)


def _edge_of_table(rng: Generator, desk: Canvas) -> None:
    corners = rng.uniform(-0.2, 1.2, (3, 2)) * SIDE
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillConvexPoly(mask, corners.astype(np.int32), 255)
    other = any_colour(rng) + rng.normal(0, 6, 3)
    desk[mask > 0] = other


def _clutter(rng: Generator, desk: Canvas) -> None:
    """Scatter pens, cables, cups and cards."""
    for _ in range(int(rng.poisson(0.9))):
        colour = tuple(map(float, any_colour(rng)))
        first, second = rng.integers(0, SIDE, (2, 2)).tolist()
        if rng.random() < 0.5:
            cv2.line(desk, tuple(first), tuple(second), colour, int(rng.integers(2, 22)), cv2.LINE_AA)
        else:
            axes = tuple(rng.uniform(20, 190, 2).tolist())
            cv2.ellipse(desk, (tuple(map(float, first)), axes, float(rng.uniform(0, 180))), colour, -1, cv2.LINE_AA)
