"""Printed sheets as seen from above: letters, forms, receipts, booklets, lined and blank paper."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from training.generate.texture import Canvas, any_colour, clouds, paper_colour

WIDTH = 440  # pixels of an unwarped sheet


@dataclass(frozen=True, slots=True)
class _Type:
    """How one sheet is set: pixels between lines, ink (0 to 255), opacity, share of lines that are printed."""

    leading: float
    ink: Canvas
    opacity: float
    density: float


def sheet(rng: Generator) -> Canvas:
    """Return one printed sheet, 440 px wide; A4 most often, letter, square and receipt shapes too."""
    shape = int(rng.choice(4, p=[0.68, 0.1, 0.08, 0.14]))
    ratio = (1.4142, 1.29, rng.uniform(0.65, 1.1), rng.uniform(1.5, 3.0))[shape]
    page = np.empty((int(WIDTH * ratio), WIDTH, 3), np.float32)
    page[:] = paper_colour(rng)
    _print(rng, page)
    _boxes(rng, page)
    if rng.random() < 0.15:
        _rules(rng, page)
    if rng.random() < 0.12:
        _band(rng, page)
    if rng.random() < 0.15:
        _bars(rng, page)
    if rng.random() < 0.35:
        _creases(rng, page)
    if rng.random() < 0.3:
        page *= 1 - rng.uniform(0.02, 0.12) * clouds(rng, page.shape[:2], 4)[..., None]
    return page


def receipt(rng: Generator) -> Canvas:
    """Return a long till receipt, 440 px wide, two to five times as high: one narrow column, often pale."""
    page = np.empty((int(WIDTH * rng.uniform(2, 5)), WIDTH, 3), np.float32)
    page[:] = np.clip(rng.uniform(215, 255) + rng.normal(0, 4, 3), 0, 255)
    ink = np.full(3, rng.uniform(20, 140), np.float32)
    kind = _Type(rng.uniform(14, 26), ink, rng.uniform(0.3, 0.9), 0.9)
    top = kind.leading
    while top < page.shape[0] - kind.leading:
        left, right = np.sort(rng.uniform(0.05, 0.95, 2)) * WIDTH
        reach = (0.05 * WIDTH, 0.95 * WIDTH) if rng.random() < 0.6 else (left, right)
        _line(rng, page, top, reach, kind)
        top += kind.leading * (2 if rng.random() < 0.15 else 1)
    shade = clouds(rng, page.shape[:2], 5, (1, 3))[..., None] - np.float32(0.5)
    return page * (1 + shade * np.float32(rng.uniform(0, 0.3)))


def _print(rng: Generator, page: Canvas) -> None:
    """Set lines of words between the margins, with paragraph gaps and short last lines."""
    height, width = page.shape[:2]
    density = float(rng.choice([0, 0.15, 0.6, 1.0], p=[0.08, 0.28, 0.3, 0.34]))
    ink = np.full(3, rng.uniform(0, 110), np.float32) if rng.random() < 0.8 else any_colour(rng) * 0.6
    kind = _Type(rng.uniform(6, 19), ink, rng.uniform(0.35, 0.9), density)
    margin = rng.uniform(0.03, 0.14)
    top = height * margin
    while top < height * (1 - margin) and density:
        if rng.random() < density * 0.88:
            short = rng.uniform(0.3, 1) if rng.random() < 0.25 else 1.0
            _line(rng, page, top, (width * margin, width * (1 - margin) * short), kind)
        top += kind.leading * (2 if rng.random() < 0.1 else 1)


def _line(rng: Generator, page: Canvas, top: float, reach: tuple[float, float], kind: _Type) -> None:
    thick = max(1, int(kind.leading * 0.38))
    left, end = reach
    rows = slice(int(top), int(top) + thick)
    while left < end:
        right = min(left + rng.uniform(3, 22) * kind.leading / 7, end)
        word = page[rows, int(left) : int(right)]
        word += (kind.ink - word) * kind.opacity
        left = right + kind.leading * 0.45


def _boxes(rng: Generator, page: Canvas) -> None:
    """Draw tables, logos and pictures; a frame may run close to the sheet's edge."""
    height, width = page.shape[:2]
    for _ in range(int(rng.poisson(0.8))):
        low = rng.uniform(0.02, 0.7, 2) * (width, height)
        high = low + rng.uniform(0.04, 0.4, 2) * (width, height)
        thick = -1 if rng.random() < 0.5 else int(rng.integers(1, 4))
        _rectangle(page, low, high, any_colour(rng), thick)
    if rng.random() < 0.16:
        inset = rng.uniform(0.01, 0.09) * width
        _rectangle(page, np.full(2, inset), np.array([width, height]) - inset, any_colour(rng), 2)


def _rectangle(page: Canvas, low: Canvas, high: Canvas, colour: Canvas, thick: int) -> None:
    start, end = (tuple(int(value) for value in corner) for corner in (low, high))
    cv2.rectangle(page, start, end, tuple(map(float, colour)), thick)


def _rules(rng: Generator, page: Canvas) -> None:
    """Rule a sheet for handwriting, from edge to edge."""
    for top in np.arange(rng.uniform(15, 60), page.shape[0], rng.uniform(12, 24)):
        cv2.line(page, (0, int(top)), (page.shape[1], int(top)), (215, 190, 180), 1)


def _band(rng: Generator, page: Canvas) -> None:
    """Print a band of colour that bleeds off one edge of the sheet."""
    depth = rng.uniform(0.04, 0.35)
    rows = int(page.shape[0] * depth)
    band = page[:rows] if rng.random() < 0.5 else page[-rows:]
    band[:] = any_colour(rng) * 0.9 + band * 0.1


def _bars(rng: Generator, page: Canvas) -> None:
    """Print lines and bars from side to side or top to bottom, like another edge where the picture ends beside them."""
    for _ in range(int(rng.integers(1, 5))):
        rows = page if rng.random() < 0.6 else page.swapaxes(0, 1)
        at, thick = rng.uniform(0.02, 0.95), rng.uniform(0.003, 0.03)
        reach = rng.uniform(0, 0.12, 2)
        long, wide = rows.shape[0], rows.shape[1]
        bar = rows[int(at * long) : int((at + thick) * long) + 1, int(reach[0] * wide) : int((1 - reach[1]) * wide)]
        bar += (any_colour(rng) - bar) * np.float32(rng.uniform(0.3, 1))


def _creases(rng: Generator, page: Canvas) -> None:
    """Fold the sheet in two or three, as letters come: a bright and a dark side at each fold."""
    height, width = page.shape[:2]
    for at in rng.choice(np.array([0.333, 0.5, 0.667]), int(rng.integers(1, 3)), replace=False):
        across = rng.random() < 0.75
        where = (np.arange(height if across else width) / (height if across else width)) - at
        shade = rng.normal(0, 0.09) * np.sign(where) * np.exp(-abs(where) / rng.uniform(0.008, 0.15))
        page *= (1 + shade[:, None, None] if across else 1 + shade[None, :, None]).astype(np.float32)
    np.clip(page, 0, 255, out=page)
