"""The lines of writing on a page, as the feet of their letters: where they stand shows how the paper bends."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.upload.domain.geometry import Points
from services.upload.domain.pixels import Picture

INK = 160  # grey level on an evenly lit page
SPECK, TALLEST = 8, 90  # pixels at 200 dpi: what is lower is dust or a dot, what is higher a frame
LIKE_LETTERS = (0.55, 1.9)  # of the usual height: no commas, no headings
FEWEST_LETTERS = 60  # on the page
REACH = 1.1  # letter heights to either side: over the gap between two words
BAND = 0.5  # letter heights above the foot: too low to touch the line above
FEWEST_IN_LINE, LEAST_LENGTH = 8, 9.0  # letters, letter heights
STRAY = 0.25  # letter heights: how far feet may usually lie from their line's own curve


@dataclass(frozen=True, slots=True)
class Feet:
    """Where letters stand: `at` (n, 2) in pixels, the number of the line each belongs to, the usual letter's height."""

    at: Points
    line: NDArray[np.intp]
    letter: float


def feet_of(page: Picture) -> Feet | None:
    """Return the feet of the letters that stand in lines on an evenly lit grey page; None if there are too few."""
    boxes = _letters(page)
    if len(boxes) < FEWEST_LETTERS:
        return None
    letter = float(np.median(boxes[:, 3]))
    low, high = (share * letter for share in LIKE_LETTERS)
    boxes = boxes[(boxes[:, 3] >= low) & (boxes[:, 3] <= high)]
    at = np.stack([boxes[:, 0] + boxes[:, 2] / 2, boxes[:, 1] + boxes[:, 3]], axis=1)
    line = _numbered(boxes, letter, page.shape)
    kept = np.isin(line, [number for number in np.unique(line) if _is_line(at[line == number], letter)])
    return Feet(at[kept], line[kept], letter) if kept.any() else None


def _letters(page: Picture) -> NDArray[np.float64]:
    """Return the boxes of what may be letters: left, top, width, height."""
    ink = (page < INK).astype(np.uint8)
    stats = cv2.connectedComponentsWithStats(ink, connectivity=8)[2][1:]
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    fits = (height >= SPECK) & (height < TALLEST) & (width < 6 * height) & (width * 4 > height)
    return np.asarray(stats[fits, :4], np.float64)


def _numbered(boxes: NDArray[np.float64], letter: float, shape: tuple[int, ...]) -> NDArray[np.intp]:
    """Return for each letter the number of its line: bars at the letters' feet that touch their neighbours'."""
    bars = np.zeros((shape[0] // 2 + 1, shape[1] // 2 + 1), np.uint8)
    foot = boxes[:, 1] + boxes[:, 3]
    corners = np.stack(
        [boxes[:, 0] - REACH * letter, foot - BAND * letter, boxes[:, 0] + boxes[:, 2] + REACH * letter, foot], axis=1
    )
    for left, top, right, bottom in np.round(corners / 2).astype(int).clip(0).tolist():
        bars[top:bottom, left:right] = 1
    labels = cv2.connectedComponents(bars, connectivity=8)[1]
    middle = np.stack([foot - BAND * letter / 2, boxes[:, 0] + boxes[:, 2] / 2], axis=1)
    rows, columns = np.round(middle / 2).astype(int).clip(0).T
    return np.asarray(labels[rows.clip(max=bars.shape[0] - 1), columns.clip(max=bars.shape[1] - 1)], np.intp)


def _is_line(at: Points, letter: float) -> bool:
    """Tell whether feet stand in one long line, be it bent: two lines run together do not."""
    if len(at) < FEWEST_IN_LINE or np.ptp(at[:, 0]) < LEAST_LENGTH * letter:
        return False
    x = (at[:, 0] - at[:, 0].mean()) / np.ptp(at[:, 0])
    away = at[:, 1] - np.polyval(np.polyfit(x, at[:, 1], 2), x)
    return float(np.median(abs(away))) <= STRAY * letter
