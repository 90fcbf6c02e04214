"""Fits sides to points beside them: lines, or bowed curves where the sheet curls, with Huber's weights.

Several sides at once, all at the same places along them; `used` (sides, places) tells which points count.
"""

import numpy as np
from numpy.typing import NDArray

BOWED = 0.03  # of a side's length: a sheet bows no further
BOW_LEAVES = 0.7  # of the distance from the points: a bow must explain the rest

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]


def ends_of(along: Numbers, away: Numbers, used: Mask, lengths: Numbers) -> Numbers:
    """Return how far away the two ends of each side are, shape (sides, 2).

    Args:
        along: where on a side the points are, 0 to 1.
        away: how far from it each of them is, shape (sides, places).
        used: which of them count, at least one of each side.
        lengths: of the sides.
    """
    ends = np.stack([1 - along, along], axis=1)
    straight, rest = _huber(ends, away, used)
    bowed, less = _huber(np.column_stack([ends, 4 * along * (1 - along)]), away, used)
    bows = (less < BOW_LEAVES * rest) & (abs(bowed[:, 2]) < BOWED * lengths)
    return np.where(bows[:, None], bowed[:, :2], straight)


def medians(values: Numbers, used: Mask) -> Numbers:
    """Return the median of the used values of each row."""
    ordered, count, row = np.sort(np.where(used, values, np.inf), axis=1), used.sum(axis=1), np.arange(len(values))
    return np.asarray((ordered[row, (count - 1) // 2] + ordered[row, count // 2]) / 2, np.float64)


def _huber(terms: Numbers, values: Numbers, used: Mask) -> tuple[Numbers, Numbers]:
    """Return coefficients that fit most of the values, and the mean distance of the nearer half of them."""
    weights: Numbers = used.astype(np.float64)
    for _ in range(5):
        weighted = terms.T * weights[:, None]
        found = np.linalg.solve(weighted @ terms + 1e-6 * np.eye(terms.shape[1]), weighted @ values[..., None])[..., 0]
        distances = abs(values - found @ terms.T)
        scale = (1.5 * medians(distances, used) + 0.3)[:, None]
        weights = np.asarray(used * np.minimum(1, scale / np.maximum(distances, 1e-9)), np.float64)
    rest = (used * np.minimum(distances, 3 * scale)).sum(axis=1) / used.sum(axis=1)
    return np.asarray(found, np.float64), np.asarray(rest, np.float64)
