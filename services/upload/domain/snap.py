"""Moves a side of the page to the edge in the picture nearby: the net finds, the lines measure."""

import cv2
import numpy as np
from numpy.typing import NDArray

from services.upload.domain.geometry import Points
from services.upload.domain.pixels import Picture, lab
from services.upload.domain.quad import Lines, corners_of, lines_through, on_border

SAMPLES = 96  # along a side
REACH = 0.012  # of the longer picture side: how far an end of a side may move
REACH_STEPS = 12
STRONG = 20.0  # difference of colour that counts no further
LEAST_STRENGTH = 2.5  # mean difference of colour along an edge that is to be trusted
STAY = 0.35  # strength that moving an end by the full reach must bring at least
ENDS = (0.04, 0.96)  # of a side's length: what is looked at


def snapped(sides: Lines, picture: Picture) -> Lines:
    """Return sides, given and returned in shares of the picture, moved to the strongest edges within reach."""
    height, width = picture.shape[:2]
    size = np.array([width, height], np.float64)
    corners = corners_of(sides) * size
    colours = cv2.GaussianBlur(lab(picture), (0, 0), 1.0).astype(np.float32)
    step = REACH * max(width, height) / REACH_STEPS
    moved = [
        sides[place] if on_border(sides[place]) else _moved(colours, corners, place, step, size)
        for place in range(len(sides))
    ]
    return np.array(moved)


def _moved(
    colours: NDArray[np.float32], corners: Points, place: int, step: float, size: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return one side after the search, in shares of the picture."""
    start, end = corners[place], corners[(place + 1) % len(corners)]
    normal = lines_through(corners)[place, :2]
    shares = np.linspace(*ENDS, SAMPLES)
    points = start + shares[:, None] * (end - start)
    inside = ((points >= 0) & (points <= size - 1)).all(axis=1)
    if inside.sum() > SAMPLES // 4:
        strength = _strength(colours, points[inside], normal, step)
        first, last = _best(strength, shares[inside])
        start, end = start + normal * first * step, end + normal * last * step
    return np.asarray(lines_through(np.array([start, end]) / size)[0], np.float64)


def _strength(
    colours: NDArray[np.float32], points: Points, normal: NDArray[np.float64], step: float
) -> NDArray[np.float64]:
    """Return how much the colour changes across the side at each offset, shape (points, 2 * REACH_STEPS + 1)."""
    offsets = np.arange(-REACH_STEPS - 2, REACH_STEPS + 3) * step
    at = (points[:, None] + offsets[None, :, None] * normal).astype(np.float32)
    seen = cv2.remap(colours, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    narrow = np.linalg.norm(seen[:, 3:-1] - seen[:, 1:-3], axis=2)
    wide = np.linalg.norm(seen[:, 4:] - seen[:, :-4], axis=2)
    return np.asarray(np.minimum((narrow + wide) / 2, STRONG), np.float64)


def _best(strength: NDArray[np.float64], shares: NDArray[np.float64]) -> tuple[float, float]:
    """Return by how many steps each end of the side moves so that it lies on the strongest edge."""
    offsets = np.arange(-REACH_STEPS, REACH_STEPS + 1)
    first, last = np.meshgrid(offsets, offsets, indexing="ij")
    way = first[..., None] * (1 - shares) + last[..., None] * shares
    rows = np.arange(len(shares))
    total = strength[rows, np.rint(way).astype(int) + REACH_STEPS].mean(axis=2)
    liked = total - STAY * (first**2 + last**2) / REACH_STEPS**2 * max(1.0, float(total.max()) / 5)
    at = np.unravel_index(int(liked.argmax()), liked.shape)
    if total[at] < LEAST_STRENGTH or total[at] < 1.5 * float(np.median(strength)):
        return 0.0, 0.0
    return float(first[at]), float(last[at])
