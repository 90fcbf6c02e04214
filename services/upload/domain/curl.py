"""Paper that curls: lines of writing that should be straight are bent, and are bent back.

The lines of a page are one family of curves: how far a line lies below its place is a low polynomial across the page,
whose coefficients change slowly down it. That is what a sheet bent like a cylinder looks like to a camera (Cao, Ding
and Liu, "Rectifying the bound document image captured by the camera", ICDAR 2003, take a line of text for its bend).
Lines show only the way down: a page that curls is not stretched to its sides.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.upload.domain.baselines import Feet

DEGREE, DOWN = 4, 3  # powers across the page from the first, down it from none
ROUNDS = 8
OUTLIER = 0.12  # letter heights: feet further off count ever less, as those of g and p do
STIFF = 1e-5  # keeps what few letters say from running away
BENT = 0.5  # letter heights: what is bent less is read as well as it is
FEWEST_LINES = 6
LEAST_WIDTH, LEAST_HEIGHT = 0.5, 0.15  # of the page, that lines must cover
MOST = 0.9  # of the lines; others may be signatures and stamps
STRAIGHT = 0.3  # letter heights: as near to straight must lines come that the fit has not seen
BETTER = 0.7  # of how far they lie off when they are only turned
STEPS = 41  # places across and down at which a bend is measured

Plane = NDArray[np.float32]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Basis:
    """The powers of which a bend is made, on a page of `size` (width, height).

    `span` is where letters stand: left, top, right, bottom, pixels. Beyond it a bend goes on straight to the sides, and
    as it is up and down.
    """

    span: tuple[float, float, float, float]
    size: tuple[int, int]
    degree: int = DEGREE

    def across(self, x: Values) -> Values:
        """Return the powers of x, shape (n, degree)."""
        half = self.size[0] / 2
        near = x.clip(self.span[0], self.span[2])
        place, further = ((near - half) / half)[:, None], ((x - near) / half)[:, None]
        powers = np.arange(1, self.degree + 1)
        return np.asarray(place**powers + further * powers * place ** (powers - 1), np.float64)

    def down(self, y: Values) -> Values:
        """Return the powers of y, shape (n, DOWN)."""
        near = y.clip(self.span[1], self.span[3]) * 2 / self.size[1] - 1
        return np.asarray(near[:, None] ** np.arange(DOWN), np.float64)


@dataclass(frozen=True, slots=True)
class Curl:
    """How far the lines of a page lie below their places: `terms` (DOWN, degree) are in pixels."""

    terms: Values
    basis: Basis

    def below(self, x: Values, y: Values) -> Plane:
        """Return how far below its place each point of a grid lies, pixels, shape (len(y), len(x)).

        The ends of a line, at the page's sides, are its place: there the page's corners are.
        """
        sides = self.basis.across(np.array([0.0, self.basis.size[0]])).mean(axis=0)
        return np.asarray(self.basis.down(y) @ self.terms @ (self.basis.across(x) - sides).T, np.float32)

    def bend(self) -> float:
        """Return the furthest that a line lies from its straight way between its ends, pixels."""
        left, top, right, bottom = self.basis.span
        field = self.below(np.linspace(left, right, STEPS), np.linspace(top, bottom, STEPS))
        share = np.linspace(0, 1, STEPS)
        return float(abs(field - field[:, :1] * (1 - share) - field[:, -1:] * share).max())

    def crooked(self, feet: Feet, chosen: NDArray[np.bool_]) -> Values:
        """Return for each of some lines how far from straight its usual foot still lies, pixels."""
        at, line = feet.at[chosen], np.unique(feet.line[chosen], return_inverse=True)[1]
        bent = ((self.basis.down(at[:, 1]) @ self.terms) * self.basis.across(at[:, 0])).sum(axis=1)
        lines = [(at[:, 1] - bent)[line == number] for number in range(line.max() + 1)]
        return np.array([np.median(abs(one - np.median(one))) for one in lines])


def curl_of(feet: Feet, size: tuple[int, int]) -> Curl | None:
    """Return the curl that the lines of a page of `size` show; None if they are straight, or it is not sure."""
    if not _covered(feet, size):
        return None
    found = _fitted(feet, size, feet.line >= 0)
    if found is None or found.bend() < BENT * feet.letter:
        return None
    odd = np.unique(feet.line, return_inverse=True)[1] % 2 == 1
    return found if all(_foretold(feet, size, half) for half in (odd, ~odd)) else None


def _covered(feet: Feet, size: tuple[int, int]) -> bool:
    """Tell whether there are lines enough, over enough of the page."""
    width, height = np.ptp(feet.at, axis=0)
    lines = len(np.unique(feet.line))
    return lines >= FEWEST_LINES and bool(width >= LEAST_WIDTH * size[0] and height >= LEAST_HEIGHT * size[1])


def _foretold(feet: Feet, size: tuple[int, int], half: NDArray[np.bool_]) -> bool:
    """Tell whether a fit to some lines bends the others straight, and better than turning alone would."""
    bent, turned = (_fitted(feet, size, half, degree) for degree in (DEGREE, 1))
    if bent is None or turned is None:
        return False
    left, before = bent.crooked(feet, ~half), turned.crooked(feet, ~half)
    return bool(np.quantile(left, MOST) <= STRAIGHT * feet.letter and left.mean() <= BETTER * before.mean())


def _fitted(feet: Feet, size: tuple[int, int], chosen: NDArray[np.bool_], degree: int = DEGREE) -> Curl | None:
    """Fit a curl to the feet of some lines, each line free in its height; None if there are too few lines."""
    at, line = feet.at[chosen], np.unique(feet.line[chosen], return_inverse=True)[1]
    if len(np.unique(line)) < FEWEST_LINES // 2:
        return None
    (left, top), (right, bottom) = at.min(axis=0), at.max(axis=0)
    basis = Basis((left, top, right, bottom), size, degree)
    columns = (basis.down(at[:, 1])[:, :, None] * basis.across(at[:, 0])[:, None, :]).reshape(len(at), -1)
    weights: Values = np.ones(len(at))
    found: Values = np.zeros(columns.shape[1])
    for scale in np.geomspace(1.0, OUTLIER, ROUNDS) * feet.letter:  # at first all feet have their say
        centred, heights = _centred(columns, line, weights), _centred(at[:, 1:], line, weights)[:, 0]
        weighted = centred.T * weights
        stiff = STIFF * len(at) * np.eye(len(found))
        found = np.asarray(np.linalg.solve(weighted @ centred + stiff, weighted @ heights), np.float64)
        weights = np.asarray(1 / (1 + ((heights - centred @ found) / scale) ** 2), np.float64)
    return Curl(found.reshape(DOWN, degree), basis)


def _centred(values: Values, line: NDArray[np.intp], weights: Values) -> Values:
    """Return values less the weighted mean of their line."""
    total = np.bincount(line, weights)
    means = np.stack([np.bincount(line, weights * column) / total for column in values.T], axis=1)
    return np.asarray(values - means[line], np.float64)
