"""Desks to lay a letter on, drawn by formula: oak, walnut, linen, a checked tablecloth, laminate.

Every texture is RGB, 8 pixels to the millimetre of the desk, height x width x 3.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.paper.scene import Desk

Picture = NDArray[np.uint8]
Field = NDArray[np.float32]
Colour = tuple[int, int, int]
PIXELS_PER_MM: Final = 8.0

OAK: Final[tuple[Colour, ...]] = (
    (112, 70, 36),
    (158, 106, 58),
    (188, 136, 82),
    (206, 160, 106),
    (220, 180, 130),
)
WALNUT: Final[tuple[Colour, ...]] = ((26, 17, 12), (44, 29, 20), (62, 42, 29), (80, 56, 40), (96, 70, 52))
LINEN: Final[tuple[Colour, ...]] = ((96, 90, 80), (140, 132, 119), (166, 158, 144), (186, 179, 166))
CHECK: Final[tuple[Colour, ...]] = ((34, 52, 92), (96, 116, 156), (196, 202, 212), (226, 229, 232))
GREY: Final[tuple[Colour, ...]] = ((112, 113, 112), (138, 139, 138), (150, 151, 149), (172, 172, 168))


def texture(desk: Desk, size: tuple[float, float], rng: np.random.Generator) -> Picture:
    """A desk of so many millimetres (width, height); the same ``rng`` state gives the same desk."""
    columns, rows = max(8, round(size[0] * PIXELS_PER_MM)), max(8, round(size[1] * PIXELS_PER_MM))
    match desk:
        case "oak":
            return wood(rows, columns, rng, OAK)
        case "walnut":
            return wood(rows, columns, rng, WALNUT)
        case "linen":
            return cloth(rows, columns, rng, LINEN)
        case "checked":
            return cloth(rows, columns, rng, CHECK)
        case "laminate":
            return laminate(rows, columns, rng)


def grain(rows: int, columns: int, rng: np.random.Generator, cells: tuple[float, float]) -> Field:
    """Smooth noise around 0 with spots of ``cells`` (down, across) pixels."""
    small = (max(2, round(rows / cells[0]) + 1), max(2, round(columns / cells[1]) + 1))
    noise = rng.standard_normal(small, dtype=np.float32)
    return np.asarray(cv2.resize(noise, (columns, rows), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def toned(tone: Field, palette: tuple[Colour, ...]) -> Picture:
    """Colour a field from 0 (the palette's first colour) to 1 (its last)."""
    stops = np.linspace(0, 255, len(palette))
    table = np.stack([np.interp(np.arange(256), stops, channel) for channel in zip(*palette, strict=True)], axis=1)
    index = cv2.convertScaleAbs(np.clip(tone, 0, 1), alpha=255)
    return np.asarray(cv2.LUT(cv2.merge([index] * 3), table.astype(np.uint8).reshape(256, 1, 3)), dtype=np.uint8)


def wood(rows: int, columns: int, rng: np.random.Generator, palette: tuple[Colour, ...]) -> Picture:
    """A table whose boards run up the picture or across it."""
    if rng.random() < 0.5:  # noqa: PLR2004 - one of two
        return boards(rows, columns, rng, palette)
    return np.ascontiguousarray(boards(columns, rows, rng, palette).transpose(1, 0, 2))


def boards(rows: int, columns: int, rng: np.random.Generator, palette: tuple[Colour, ...]) -> Picture:
    """Boards side by side, each cut from another place of the trunk, with pores along the grain."""
    board = round(rng.uniform(95, 130) * PIXELS_PER_MM)
    tone = np.concatenate([plank(rows, board, rng) for _ in range(columns // board + 1)], axis=1)[:, :columns]
    pores = grain(rows, columns, rng, (44, 2.2)) * grain(rows, columns, rng, (400, 26))
    tone -= 0.13 * np.clip(pores - 0.35, 0, 2.2)
    tone += 0.022 * grain(rows, columns, rng, (30, 1.6))
    seams = np.arange(board, columns, board)
    for seam in seams:
        tone[:, seam : seam + 4] -= 0.5
        tone[:, seam + 4 : seam + 8] += 0.07
    return toned(tone.astype(np.float32), palette)


def plank(rows: int, columns: int, rng: np.random.Generator) -> Field:
    """Year rings met by the saw: waves whose phase is bent by slow noise along the board."""
    across = np.linspace(-1, 1, columns, dtype=np.float32)[None, :]
    heart = rng.uniform(-1.4, 1.4)
    bend = grain(rows, columns, rng, (1500, 420)) * 0.32 + grain(rows, columns, rng, (520, 90)) * 0.035
    distance = cv2.sqrt(np.asarray((across - heart + 0.55 * bend) ** 2 + 0.05, dtype=np.float32))
    phase = distance * rng.uniform(9, 15) + bend
    ring = phase - np.floor(phase)
    fine = grain(rows, columns, rng, (700, 7)) * 0.045 + grain(rows, columns, rng, (260, 3)) * 0.03
    tone = 0.52 + rng.uniform(-0.07, 0.07) + 0.17 * (ring**2 - 0.33) + fine + 0.05 * bend
    return np.asarray(cv2.GaussianBlur(tone.astype(np.float32), (0, 0), 1.2), dtype=np.float32)


def cloth(rows: int, columns: int, rng: np.random.Generator, palette: tuple[Colour, ...]) -> Picture:
    """Threads over and under each other, uneven in thickness, in soft waves."""
    thread = 5.2
    down, across = (np.arange(count, dtype=np.float32) / thread for count in (rows, columns))
    wobble = grain(rows, columns, rng, (90, 90)) * 0.25
    warp = np.sin(np.pi * (across[None, :] + wobble)) ** 2
    weft = np.sin(np.pi * (down[:, None] + wobble)) ** 2
    weave = np.where((np.floor(across)[None, :] + np.floor(down)[:, None]) % 2 > 0, warp, weft)
    uneven = grain(rows, columns, rng, (6, 60)) + grain(rows, columns, rng, (60, 6))
    waves = grain(rows, columns, rng, (900, 1300)) * 0.06
    base = stripes(rows, columns) if palette is CHECK else 0.66
    return toned((base - 0.24 * (1 - weave) + 0.055 * uneven + waves).astype(np.float32), palette)


def stripes(rows: int, columns: int) -> Field:
    """A gingham check of 14 mm: light, half and full colour where stripes meet."""
    period = 28 * PIXELS_PER_MM
    bands = [(np.arange(count) % period < period / 2).astype(np.float32) for count in (rows, columns)]
    return np.asarray(0.98 - 0.36 * bands[0][:, None] - 0.36 * bands[1][None, :], dtype=np.float32)


def laminate(rows: int, columns: int, rng: np.random.Generator) -> Picture:
    """An office desk: light grey with fine specks."""
    specks = grain(rows, columns, rng, (5, 5)) * 0.09 + grain(rows, columns, rng, (14, 14)) * 0.06
    cloud = grain(rows, columns, rng, (700, 700)) * 0.03
    return toned((0.6 + specks + cloud).astype(np.float32), GREY)
