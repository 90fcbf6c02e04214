"""How right a finder is: overlap with the true page, cuts found, false alarms, sides named exactly."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from services.upload.domain.geometry import Points
from services.upload.domain.pixels import Picture
from services.upload.domain.sides import Side
from training.photos import Case

GOOD = 0.95  # Jaccard index from which an outline is good


class Found(Protocol):
    """An outline: corners in pixels, borders crossed."""

    @property
    def quad(self) -> Points: ...  # noqa: D102
    @property
    def cut(self) -> tuple[Side, ...]: ...  # noqa: D102


class Finder(Protocol):
    """Anything that finds a page in a picture."""

    def __call__(self, picture: Picture, /) -> Found | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Mark:
    """How one picture went: Jaccard index of the visible page, cut found at all, sides exactly as they are."""

    case: str
    group: str
    truth: tuple[Side, ...]
    said: tuple[Side, ...]
    jaccard: float

    @property
    def alarm(self) -> bool:
        """Tell whether a cut was reported."""
        return bool(self.said)

    @property
    def exact(self) -> bool:
        """Tell whether exactly the true borders were named."""
        return self.said == self.truth


@dataclass(frozen=True, slots=True)
class Row:
    """A group of pictures in figures, shares from 0 to 1."""

    group: str
    count: int
    alarms: float
    exact: float
    jaccard: float
    good: float


def mark(case: Case, finder: Finder) -> Mark:
    """Run a finder on one case; a page that is not found overlaps by 0 and raises no alarm."""
    found = finder(case.picture)
    said = found.cut if found else ()
    overlap = jaccard(found.quad, case.polygon, case.picture) if found else 0.0
    return Mark(case.name, case.group, case.cut, said, overlap)


def rows(marks: Iterable[Mark]) -> list[Row]:
    """Sum up marks by group, in the order of appearance."""
    groups: dict[str, list[Mark]] = {}
    for one in marks:
        groups.setdefault(one.group, []).append(one)
    return [_row(group, members) for group, members in groups.items()]


def jaccard(first: Points, second: Points, picture: Picture) -> float:
    """Return intersection over union of two convex polygons, both clipped to the picture."""
    height, width = picture.shape[:2]
    frame = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
    one, other = (clipped(_clockwise(polygon), frame) for polygon in (first, second))
    both = _area(clipped(one, _clockwise(other))) if len(one) and len(other) else 0.0
    return both / (_area(one) + _area(other) - both + 1e-9)


def clipped(polygon: Points, window: Points) -> Points:
    """Return what of a convex polygon lies in a convex window that runs clockwise on screen.

    Sutherland and Hodgman (1974); OpenCV's intersection loses area where sides lie on each other.
    """
    for start, end in zip(window, np.roll(window, -1, axis=0), strict=True):
        if not len(polygon):
            break
        polygon = _half(polygon, start, end - start)
    return polygon


def _half(polygon: Points, at: Points, along: Points) -> Points:
    """Cut away what lies left of a line (on screen, y down)."""
    depth = along[0] * (polygon[:, 1] - at[1]) - along[1] * (polygon[:, 0] - at[0])
    kept: list[Points] = []
    for place, corner in enumerate(polygon):
        before = place - 1
        if (depth[place] < 0) != (depth[before] < 0):
            share = depth[before] / (depth[before] - depth[place])
            kept.append(polygon[before] + share * (corner - polygon[before]))
        if depth[place] >= 0:
            kept.append(corner)
    return np.array(kept).reshape(-1, 2)


def _clockwise(polygon: Points) -> Points:
    hull = cv2.convexHull(polygon.astype(np.float32), clockwise=False)[:, 0].astype(np.float64)
    return hull if _signed(hull) >= 0 else hull[::-1]


def _area(polygon: Points) -> float:
    return abs(_signed(polygon))


def _signed(polygon: Points) -> float:
    x, y = polygon.T
    return float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum()) / 2


def _row(group: str, members: list[Mark]) -> Row:
    overlaps = np.array([one.jaccard for one in members])
    return Row(
        group=group,
        count=len(members),
        alarms=float(np.mean([one.alarm for one in members])),
        exact=float(np.mean([one.exact for one in members])),
        jaccard=float(overlaps.mean()),
        good=float((overlaps >= GOOD).mean()),
    )
