"""A sheet of small pictures for people to look at: what was true in green, what was said in red."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from services.upload.domain.geometry import Points
from services.upload.domain.pixels import Picture
from services.upload.domain.sides import SIDES, Side
from training.photos import Case
from training.score import Found

TILE = 200  # pixels
ACROSS = 6
GREEN, RED = (60, 180, 60), (40, 40, 230)


@dataclass(frozen=True, slots=True)
class Shown:
    """A case and what was found in it."""

    case: Case
    found: Found | None


def filled(row: list[Shown]) -> list[Shown | None]:
    """Return a row of cases with nothing after its last."""
    return [*row, *[None] * (ACROSS - len(row))]


def write_sheet(shown: list[Shown | None], out: Path) -> None:
    """Write rows of cases to a JPEG, white where there is none."""
    blank = np.full((TILE, TILE, 3), 255, np.uint8)
    tiles = [_tile(one) if one else blank for one in shown]
    lines = [np.hstack(tiles[at : at + ACROSS]) for at in range(0, len(tiles), ACROSS)]
    cv2.imwrite(str(out), np.vstack(lines), [cv2.IMWRITE_JPEG_QUALITY, 80])


def _tile(one: Shown) -> Picture:
    height, width = one.case.picture.shape[:2]
    scale = np.array([TILE / width, TILE / height])
    tile = np.asarray(cv2.resize(one.case.picture, (TILE, TILE), interpolation=cv2.INTER_AREA), np.uint8)
    _draw(tile, one.case.polygon * scale, one.case.cut, GREEN, 10)
    if one.found:
        _draw(tile, one.found.quad * scale, one.found.cut, RED, 4)
    return tile


def _draw(tile: Picture, polygon: Points, cut: tuple[Side, ...], colour: tuple[int, int, int], inset: int) -> None:
    """Draw an outline, and a dot at the middle of each border that is crossed."""
    cv2.polylines(tile, [np.round(polygon).astype(np.int32)], isClosed=True, color=colour, thickness=1)
    middle, end = TILE // 2, TILE - inset
    for side in cut:
        at = ((inset, middle), (middle, inset), (end, middle), (middle, end))[SIDES.index(side)]
        cv2.circle(tile, at, 5, colour, -1)
