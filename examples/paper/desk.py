"""Desks to lay a letter on, drawn by formula: oak, walnut, linen, a checked tablecloth, laminate.

Every texture is RGB, height x width x 3. Its patterns are sized in millimetres, so a small picture shows
a coarser desk of the same kind, in a fraction of the time.
"""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.paper.scene import Desk

Picture = NDArray[np.uint8]
Field = NDArray[np.float32]
Colour = tuple[int, int, int]
FINEST: Final = 8.0
THREAD: Final = 0.65

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


@dataclass(frozen=True, slots=True)
class Plate:
    """Something to draw on: its size in pixels, pixels per millimetre, and a source of chance."""

    rows: int
    columns: int
    unit: float
    rng: np.random.Generator

    def grain(self, down: float, across: float) -> Field:
        """Smooth noise around 0 with spots of so many millimetres, or of a pixel where that is larger."""
        spots = [
            max(2, round(count / max(1.0, spot * self.unit)) + 1)
            for count, spot in ((self.rows, down), (self.columns, across))
        ]
        noise = self.rng.standard_normal(spots, dtype=np.float32)
        large = cv2.resize(noise, (self.columns, self.rows), interpolation=cv2.INTER_CUBIC)
        return np.asarray(large, dtype=np.float32)


def texture(desk: Desk, size: tuple[float, float], unit: float, rng: np.random.Generator) -> Picture:
    """A desk of so many millimetres (width, height) at ``unit`` pixels per millimetre; repeatable by ``rng``."""
    plate = Plate(max(8, round(size[1] * unit)), max(8, round(size[0] * unit)), unit, rng)
    match desk:
        case "oak":
            return wood(plate, OAK)
        case "walnut":
            return wood(plate, WALNUT)
        case "linen":
            return cloth(plate, LINEN)
        case "checked":
            return cloth(plate, CHECK)
        case "laminate":
            return laminate(plate)


def toned(tone: Field, palette: tuple[Colour, ...]) -> Picture:
    """Colour a field from 0 (the palette's first colour) to 1 (its last)."""
    stops = np.linspace(0, 255, len(palette))
    table = np.stack([np.interp(np.arange(256), stops, channel) for channel in zip(*palette, strict=True)], axis=1)
    index = cv2.convertScaleAbs(np.clip(tone, 0, 1), alpha=255)
    return np.asarray(cv2.LUT(cv2.merge([index] * 3), table.astype(np.uint8).reshape(256, 1, 3)), dtype=np.uint8)


def wood(plate: Plate, palette: tuple[Colour, ...]) -> Picture:
    """A table whose boards run up the picture or across it."""
    if plate.rng.random() < 0.5:  # noqa: PLR2004 - one of two
        return boards(plate, palette)
    turned = boards(replace(plate, rows=plate.columns, columns=plate.rows), palette)
    return np.ascontiguousarray(turned.transpose(1, 0, 2))


def boards(plate: Plate, palette: tuple[Colour, ...]) -> Picture:
    """Boards side by side, each cut from another place of the trunk, with pores along the grain."""
    board = max(2, round(plate.rng.uniform(95, 130) * plate.unit))
    planks = [plank(replace(plate, columns=board)) for _ in range(plate.columns // board + 1)]
    tone = np.concatenate(planks, axis=1)[:, : plate.columns]
    pores = plate.grain(5.5, 0.275) * plate.grain(50, 3.25)
    tone -= 0.13 * np.clip(pores - 0.35, 0, 2.2)
    tone += 0.022 * plate.grain(3.75, 0.2)
    gap = max(1, round(plate.unit / 2))
    for seam in range(board, plate.columns, board):
        tone[:, seam : seam + gap] -= 0.5
        tone[:, seam + gap : seam + 2 * gap] += 0.07
    return toned(tone.astype(np.float32), palette)


def plank(plate: Plate) -> Field:
    """Year rings met by the saw: waves whose phase is bent by slow noise along the board."""
    rng = plate.rng
    across = np.linspace(-1, 1, plate.columns, dtype=np.float32)[None, :]
    heart = rng.uniform(-1.4, 1.4)
    bend = plate.grain(187, 52) * 0.32 + plate.grain(65, 11) * 0.035
    distance = cv2.sqrt(np.asarray((across - heart + 0.55 * bend) ** 2 + 0.05, dtype=np.float32))
    phase = distance * rng.uniform(9, 15) + bend
    ring = phase - np.floor(phase)
    fine = plate.grain(88, 0.9) * 0.045 + plate.grain(32, 0.4) * 0.03
    tone = 0.52 + rng.uniform(-0.07, 0.07) + 0.17 * (ring**2 - 0.33) + fine + 0.05 * bend
    return np.asarray(cv2.GaussianBlur(tone.astype(np.float32), (0, 0), 0.15 * plate.unit), dtype=np.float32)


def cloth(plate: Plate, palette: tuple[Colour, ...]) -> Picture:
    """Threads over and under each other, uneven in thickness, in soft waves."""
    thread = THREAD * plate.unit
    depth = 0.24 * min(1.0, max(0.0, (thread - 1.5) / 2))  # threads thinner than pixels would only flicker
    down, across = (np.arange(count, dtype=np.float32) / thread for count in (plate.rows, plate.columns))
    wobble = plate.grain(11, 11) * 0.25
    warp = np.sin(np.pi * (across[None, :] + wobble)) ** 2
    weft = np.sin(np.pi * (down[:, None] + wobble)) ** 2
    weave = np.where((np.floor(across)[None, :] + np.floor(down)[:, None]) % 2 > 0, warp, weft)
    uneven = plate.grain(0.75, 7.5) + plate.grain(7.5, 0.75)
    base = stripes(plate) if palette is CHECK else 0.66
    tone = base - depth * (1 - weave) + 0.055 * uneven + 0.06 * plate.grain(112, 162)
    return toned(tone.astype(np.float32), palette)


def stripes(plate: Plate) -> Field:
    """A gingham check of 14 mm: light, half and full colour where stripes meet."""
    period = 28 * plate.unit
    bands = [np.arange(count) % period < period / 2 for count in (plate.rows, plate.columns)]
    return np.asarray(0.98 - 0.36 * bands[0][:, None] - 0.36 * bands[1][None, :], dtype=np.float32)


def laminate(plate: Plate) -> Picture:
    """An office desk: light grey with fine specks."""
    specks = plate.grain(0.62, 0.62) * 0.09 + plate.grain(1.75, 1.75) * 0.06
    return toned((0.6 + specks + plate.grain(88, 88) * 0.03).astype(np.float32), GREY)
