"""Straight lines in a picture: segments that lie on one line, merged and sorted by total length."""

import cv2
import numpy as np
from numpy.typing import NDArray

from services.upload.domain.pixels import Picture

Lines = NDArray[np.float64]  # shape (n, 3): a, b, c of a*x + b*y + c = 0 with a*a + b*b = 1, pixels
Segments = NDArray[np.float64]  # shape (n, 4): x0, y0, x1, y1 in pixels

MOST_LINES = 28
MOST_SEGMENTS = 250


def find_lines(picture: Picture) -> Lines:
    """Return the up to 28 longest lines of a small colour picture, longest first.

    The segments are those of the LSD detector (von Gioi et al., IPOL 2012) on lightness and saturation.
    """
    least = 0.03 * max(picture.shape[:2])
    segments = np.concatenate([_segments(channel) for channel in _channels(picture)])
    lengths = np.hypot(*(segments[:, 2:] - segments[:, :2]).T)
    longest = np.argsort(-lengths)[: min(MOST_SEGMENTS, int((lengths > least).sum()))]
    return _merge(segments[longest], lengths[longest], 0.006 * max(picture.shape[:2]) + 1.0)


def _channels(picture: Picture) -> list[Picture]:
    lightness = cv2.cvtColor(picture, cv2.COLOR_BGR2LAB)[:, :, 0]
    saturation = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)[:, :, 1]
    return [_smooth(channel.astype(np.uint8)) for channel in (lightness, saturation)]


def _smooth(channel: Picture) -> Picture:
    return cv2.GaussianBlur(cv2.medianBlur(channel, 5), (0, 0), 1.0).astype(np.uint8)


def _segments(channel: Picture) -> Segments:
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE, 0.8).detect(channel)[0]
    return np.zeros((0, 4)) if found is None else found.reshape(-1, 4).astype(np.float64)


def _merge(segments: Segments, lengths: NDArray[np.float64], tolerance: float) -> Lines:
    """Join segments, longest first, with those whose both ends lie within a tolerance of their line."""
    free = np.ones(len(segments), bool)
    lines: list[NDArray[np.float64]] = []
    weights: list[float] = []
    for index, segment in enumerate(segments):
        if not free[index]:
            continue
        a, b, c = _through(segment[None], lengths[index : index + 1])
        away = np.maximum(
            abs(segments[:, 0] * a + segments[:, 1] * b + c), abs(segments[:, 2] * a + segments[:, 3] * b + c)
        )
        joined = free & (away < tolerance)
        lines.append(_through(segments[joined], lengths[joined]))
        weights.append(float(lengths[joined].sum()))
        free &= ~joined
    return np.array([lines[i] for i in np.argsort(-np.array(weights))[:MOST_LINES]]).reshape(-1, 3)


def _through(segments: Segments, lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fit one line to segments by least squares, each end weighted by its segment's length."""
    ends = segments.reshape(-1, 2)
    weights = np.repeat(lengths, 2)
    middle = (ends * weights[:, None]).sum(axis=0) / weights.sum()
    spread = (ends - middle) * np.sqrt(weights)[:, None]
    direction = np.linalg.svd(spread, full_matrices=False)[2][0]
    normal = np.array([-direction[1], direction[0]])
    return np.array([normal[0], normal[1], -normal @ middle])
