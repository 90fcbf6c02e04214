"""From the page's mask to its four sides: the hull, its least sides cut away, the rest fitted to the edge."""

import cv2
import numpy as np
from numpy.typing import NDArray

from services.upload.domain.geometry import Points, after, before
from services.upload.domain.pagemap import Share
from services.upload.domain.sides import SIDES, Side
from services.upload.domain.thresholds import thresholds

Lines = NDArray[np.float64]  # shape (n, 3): a, b, c of a*x + b*y + c = 0, a*a + b*b = 1


def sides_of(mask: Share, cut: tuple[Side, ...], level: float | None = None) -> Lines | None:
    """Return the four sides of the page in shares of the picture, in order around it; None if there is no page.

    The normals point out of the page. A side along a border the page crosses is that border itself.
    The page is what the mask shows from a level on, usually that from which on there is a page.
    """
    edge = _edge(mask, thresholds().there if level is None else level)
    if edge is None:
        return None
    hull = cv2.convexHull(edge.astype(np.float32))[:, 0].astype(np.float64)
    corners = _four(hull)
    if corners is None:
        return None
    sides = lines_through(corners)
    return np.array([_fitted(side, place, corners, edge, cut) for place, side in enumerate(sides)])


def likeness(mask: Share, level: float, sides: Lines) -> float:
    """Return how alike the mask from a level on and a four-sided page are: their Jaccard index within the picture."""
    corners = corners_of(sides)
    if not np.isfinite(corners).all() or abs(corners).max() > thresholds().far:
        return 0.0
    page = np.zeros(mask.shape, np.uint8)
    cv2.fillConvexPoly(page, np.round((corners * mask.shape[0] - 0.5) * 16).astype(np.int32), 1, cv2.LINE_8, 4)
    inside, shown = page > 0, mask >= level
    return float((inside & shown).sum() / max(1, (inside | shown).sum()))


def corners_of(sides: Lines) -> Points:
    """Return where neighbouring sides meet: the corner before each side first, shape (n, 2)."""
    (a, b, c), (d, e, f) = before(sides).T, sides.T
    apart = a * e - b * d
    meet = np.stack([b * f - c * e, c * d - a * f], axis=1)
    return np.asarray(meet / np.where(abs(apart) < 1e-9, 1e-9, apart)[:, None], np.float64)  # noqa: PLR2004 - parallel


def lines_through(corners: Points) -> Lines:
    """Return the lines from each corner to the next, normals out of a polygon that runs clockwise on screen."""
    return lines_between(corners, after(corners))


def lines_between(starts: Points, ends: Points) -> Lines:
    """Return the lines from each start to its end, normals to the left of the way there."""
    x, y = (ends - starts).T
    length = np.sqrt(x * x + y * y) + 1e-12
    a, b = y / length, -x / length
    return np.stack([a, b, -(a * starts[:, 0] + b * starts[:, 1])], axis=1)


def border_line(side: Side) -> NDArray[np.float64]:
    """Return a border of the picture, in shares of it, its normal pointing out."""
    return np.array(((-1.0, 0, 0), (0, -1.0, 0), (1.0, 0, -1.0), (0, 1.0, -1.0))[SIDES.index(side)])


def on_border(side: NDArray[np.float64]) -> bool:
    """Tell whether a side is one of the picture's borders."""
    return any((side == border_line(name)).all() for name in SIDES)


def _edge(mask: Share, level: float) -> Points | None:
    """Return the edge of the largest patch, points in shares of the picture, corners of it included."""
    count = mask.shape[0] * thresholds().finer
    fine = cv2.resize(mask, (count, count), interpolation=cv2.INTER_LINEAR)
    found, _ = cv2.findContours((fine >= level).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(found, key=cv2.contourArea, default=None)
    if largest is None or cv2.contourArea(largest) < thresholds().least_area * count * count:
        return None
    points = largest[:, 0].astype(np.float64)
    outermost = 0.5 * np.sign(points - count / 2) * _last(points, count)
    return np.asarray((points + 0.5 + outermost) / count, np.float64)


def _last(points: Points, count: int) -> Points:
    """Return 1 where a coordinate is in the last row or column: there the patch reaches the border itself."""
    return np.where((points == 0) | (points == count - 1), 1.0, 0.0)


def _four(hull: Points) -> Points | None:
    """Drop sides of a convex polygon, the one whose loss adds the least area first, until four are left."""
    corners = _clockwise(hull)
    while len(corners) > 4:  # noqa: PLR2004 - sides of a page
        added, tips = _added(corners)
        least = int(added.argmin())
        if not np.isfinite(added[least]):
            return None
        corners[least] = tips[least]
        corners = np.delete(corners, (least + 1) % len(corners), axis=0)
    return corners if len(corners) == 4 else None  # noqa: PLR2004


def _clockwise(hull: Points) -> Points:
    """Return a hull so that it runs clockwise on screen, neighbours apart."""
    apart = np.linalg.norm(hull - before(hull), axis=1) > 1e-9  # noqa: PLR2004
    hull = hull[apart]
    x, y = hull.T
    area = float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())
    return hull if area > 0 else hull[::-1].copy()


def _added(corners: Points) -> tuple[NDArray[np.float64], Points]:
    """Return for each side the area that the polygon gains without it, and where its neighbours then meet."""
    start, end = corners, after(corners)
    first, last = start - before(start), end - after(end)
    across = first[:, 0] * last[:, 1] - first[:, 1] * last[:, 0]
    gap = end - start
    with np.errstate(divide="ignore", invalid="ignore"):
        step = (gap[:, 0] * last[:, 1] - gap[:, 1] * last[:, 0]) / across
        tips = start + first * step[:, None]
        area = abs(gap[:, 0] * (tips - start)[:, 1] - gap[:, 1] * (tips - start)[:, 0]) / 2
    return np.where((step > 0) & np.isfinite(area), area, np.inf), tips


def _fitted(
    side: NDArray[np.float64], place: int, corners: Points, edge: Points, cut: tuple[Side, ...]
) -> NDArray[np.float64]:
    """Fit a side to the points of the edge beside its middle, or lay it on the border that it follows."""
    start, end, wanted = corners[place], corners[(place + 1) % len(corners)], thresholds()
    for name in cut:
        border = border_line(name)
        if all(abs(border[:2] @ corner + border[2]) < wanted.at_border for corner in (start, end)):
            return border
    along = (end - start) / (np.linalg.norm(end - start) + 1e-12)
    share = (edge - start) @ along / (np.linalg.norm(end - start) + 1e-12)
    away = abs(edge @ side[:2] + side[2])
    middle = (share > wanted.middle[0]) & (share < wanted.middle[1])
    beside = middle & (away < wanted.beside) & ~_in_frame_border(edge)
    if beside.sum() < wanted.fewest:
        return side
    return _line_fit(edge[beside], side)


def _in_frame_border(points: Points) -> NDArray[np.bool_]:
    return np.asarray(((points < 1e-6) | (points > 1 - 1e-6)).any(axis=1), np.bool_)  # noqa: PLR2004


def _line_fit(points: Points, like: NDArray[np.float64]) -> NDArray[np.float64]:
    fit = cv2.fitLine(points.astype(np.float32), cv2.DIST_HUBER, 0, 0.001, 0.001).ravel()
    normal = np.array([fit[1], -fit[0]], np.float64)
    normal *= np.sign(normal @ like[:2]) or 1.0
    return np.array([*normal, -normal @ fit[2:].astype(np.float64)])
