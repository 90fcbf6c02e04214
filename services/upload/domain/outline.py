"""Where the page lies: the best four sides among the lines of a picture and its own borders.

A border stands in where the page leaves the picture. This is the classical finder: precise on contrast,
blind on white desks. Whatever replaces it keeps `find_outline`.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.upload.domain.cut import sides_reached
from services.upload.domain.edges import Profiles, along_line, profile
from services.upload.domain.geometry import Points, Side, clockwise_from_top_left
from services.upload.domain.lines import Lines, find_lines
from services.upload.domain.pixels import Picture, lab, shrink

LONGEST = 640  # pixels of the copy that is searched
BORDER_EVIDENCE = 0.30  # what a picture border counts for as a side; a real edge reaches 1
LEAST_EVIDENCE = 0.62  # of the best outline; below, there is no page that this finder can see
GOES_ON = 0.5  # how much an edge that goes on beyond a corner speaks against that corner
LEAST_APART = 0.18  # of the shorter picture side, between opposite sides of a page
LEAST_AREA = 0.06  # of the picture
SLANTS = ((0, 14), (30, 10), (60, 10))  # degrees, and how many lines of each direction are tried


@dataclass(frozen=True, slots=True)
class Outline:
    """A page in a picture: its corners TL, TR, BR, BL in pixels, the borders it crosses, the evidence."""

    quad: Points
    cut: tuple[Side, ...]
    evidence: float


@dataclass(frozen=True, slots=True)
class _Sides:
    """Candidates for one pair of opposite sides; the picture's borders, if any, come last."""

    lines: Lines
    profiles: Profiles
    borders: int
    pairs: NDArray[np.intp]

    def is_border(self) -> NDArray[np.bool_]:
        return np.arange(len(self.lines)) >= len(self.lines) - self.borders


def find_outline(picture: Picture) -> Outline | None:
    """Return the outline of the page in a colour picture, or None when no page is seen."""
    small, scale = shrink(picture, LONGEST)
    small = cv2.bilateralFilter(small, 5, 25, 5).astype(np.uint8)
    colours = cv2.GaussianBlur(lab(small), (0, 0), 1.0).astype(np.float32)
    lines = find_lines(small)
    best: tuple[float, Points] | None = None
    for slant, most in SLANTS:
        found = _best_quad(colours, lines, slant, most)
        if found and (best is None or found[0] > best[0] + 0.05):
            best = found
    if best is None or best[0] < LEAST_EVIDENCE:
        return None
    quad = clockwise_from_top_left(best[1] / scale)
    height, width = picture.shape[:2]
    return Outline(quad, sides_reached(quad, width, height), best[0])


def _best_quad(colours: NDArray[np.float32], lines: Lines, slant: int, most: int) -> tuple[float, Points] | None:
    """Score all quads of two roughly opposite pairs whose normals point along `slant` and across it."""
    upright = _sides(colours, lines, slant, most)
    lying = _sides(colours, lines, slant + 90, most)
    if upright is None or lying is None:
        return None
    crossings = _crossings(upright.lines, lying.lines)
    evidence, length, beyond = _evidence(upright, lying, crossings)
    left, right = upright.pairs.T
    top, bottom = lying.pairs.T
    corners = [
        crossings[left][:, top],
        crossings[right][:, top],
        crossings[right][:, bottom],
        crossings[left][:, bottom],
    ]
    quads = np.stack(corners, axis=2)
    borders = upright.is_border()[upright.pairs].sum(axis=1)[:, None] + lying.is_border()[lying.pairs].sum(axis=1)
    score = _score(evidence, length, quads, colours.shape[:2]) - 0.02 * borders
    score -= GOES_ON * np.clip(beyond, 0, None).sum(axis=0) / np.maximum(length.sum(axis=0), 1)
    at = np.unravel_index(int(score.argmax()), score.shape)
    return float(score[at]), quads[at]


def _sides(colours: NDArray[np.float32], lines: Lines, direction: int, most: int) -> _Sides | None:
    """Gather lines whose normal lies within 38 degrees of a direction, turned to point along it."""
    height, width = colours.shape[:2]
    towards = np.array([np.cos(np.radians(direction)), np.sin(np.radians(direction))])
    facing = lines[:, :2] @ towards
    near = abs(facing) >= np.cos(np.radians(38))
    chosen = (lines * np.sign(facing)[:, None])[near][:most]
    borders = _borders(direction, width, height)
    candidates = np.concatenate([chosen, borders])
    depth = -(candidates[:, :2] @ np.array([width / 2, height / 2]) + candidates[:, 2])
    apart = depth[None, :] - depth[:, None] > LEAST_APART * min(width, height)
    pairs = np.argwhere(apart)
    return _Sides(candidates, profile(colours, candidates), len(borders), pairs) if len(pairs) else None


def _borders(direction: int, width: int, height: int) -> Lines:
    """Return the picture's own two borders across a direction; a slanted search has none."""
    if direction == 0:
        return np.array([(1.0, 0.0, 0.0), (1.0, 0.0, 1.0 - width)])
    if direction == 90:  # noqa: PLR2004 - degrees
        return np.array([(0.0, 1.0, 0.0), (0.0, 1.0, 1.0 - height)])
    return np.zeros((0, 3))


def _crossings(upright: Lines, lying: Lines) -> Points:
    """Return where each upright line meets each lying one, shape (upright, lying, 2)."""
    meet = np.cross(upright[:, None, :], lying[None, :, :])
    divisor = np.where(abs(meet[..., 2:]) < 1e-6, 1e-6, meet[..., 2:])  # noqa: PLR2004 - parallel
    return meet[..., :2] / divisor


def _evidence(
    upright: _Sides, lying: _Sides, crossings: Points
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return evidence, length and evidence beyond of left, right, top, bottom, each (4, pairs, pairs)."""
    longest = float(max(abs(crossings).max(initial=0), 1))
    left, right = (_table(upright, crossings, lying.pairs, longest, ahead=ahead) for ahead in (True, False))
    top, bottom = (
        _table(lying, crossings.transpose(1, 0, 2), upright.pairs, longest, ahead=ahead) for ahead in (True, False)
    )
    (i, j), (k, m) = upright.pairs.T, lying.pairs.T
    sides = [left[:, i], right[:, j], top[:, k].transpose(0, 2, 1), bottom[:, m].transpose(0, 2, 1)]
    evidence, length, beyond = np.stack(sides, axis=1)
    return evidence, length, beyond


def _table(
    sides: _Sides, crossings: Points, pairs: NDArray[np.intp], longest: float, *, ahead: bool
) -> NDArray[np.float64]:
    """Return evidence and length of every line between every pair of crossing ones, (3, lines, pairs)."""
    table = np.zeros((3, len(sides.lines), len(pairs)))
    border = sides.is_border()
    for index in range(len(sides.lines)):
        ends = crossings[index, pairs[:, 0]], crossings[index, pairs[:, 1]]
        if border[index]:
            length = np.minimum(np.linalg.norm(ends[0] - ends[1], axis=1), longest)
            table[:2, index] = BORDER_EVIDENCE * length, length
        else:
            table[:, index] = along_line(sides.profiles, index, sides.lines, ends, ahead=ahead)
    return table


def _score(
    evidence: NDArray[np.float64], length: NDArray[np.float64], quads: Points, shape: tuple[int, ...]
) -> NDArray[np.float64]:
    """Weigh the whole outline, its weakest side, its size, and how far its corners lie outside."""
    size = np.array([shape[1], shape[0]])
    weakest = (evidence / np.maximum(length, 8.0)).min(axis=0)
    whole = evidence.sum(axis=0) / np.maximum(length.sum(axis=0), 1)
    diagonals = quads[:, :, 0] - quads[:, :, 2], quads[:, :, 1] - quads[:, :, 3]
    area = 0.5 * abs(diagonals[0][..., 0] * diagonals[1][..., 1] - diagonals[0][..., 1] * diagonals[1][..., 0])
    share = np.clip(area / size.prod(), 0, 1)
    outside = (np.maximum(-quads, quads - size) / size).max(axis=(2, 3))
    score = 0.55 * whole + 0.45 * weakest + 0.25 * np.sqrt(share) - 0.6 * np.clip(outside - 0.02, 0, None)
    return np.asarray(score - 9.0 * (share < LEAST_AREA))
