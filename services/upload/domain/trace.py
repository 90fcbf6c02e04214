"""Follows the sides of a page in the picture: the net finds, the edges measure.

Beside each side lies a strip of picture, straightened. The edge of the paper is the path along it that changes most,
bends little, has paper inside and something else outside. A sheet that curls has bowed sides: what is returned is
the line through the two ends of a side, as a page is its four corners.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.upload.domain.geometry import Points
from services.upload.domain.pixels import Picture, lab
from services.upload.domain.quad import Lines, corners_of, lines_through, on_border

SAMPLES = 112  # along a side
REACHES = (0.034, 0.012)  # of the longer picture side: how far from a side its edge is sought, first and again
ROWS = 33  # on each side of the line, and as many beyond the reach to compare with
ENDS = (0.012, 0.988)  # of a side's length: what is looked at
BESIDE = 5  # rows on each side of an edge whose mean colour is compared
INK = 60  # percentile of lightness that is bare paper
STRONG = 20.0  # difference of colour that counts no further
BEND = 1.5  # difference of colour that a step of one row costs
STAY = 4.0  # difference of colour that an edge at the end of the reach must bring more than one on the line
LEAST = 2.5  # mean difference of colour along an edge that is to be trusted
FEWEST = 0.45  # of a side must show an edge
BOWED = 0.03  # of a side's length: a sheet bows no further

Plane = NDArray[np.float32]
Colours = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Strip:
    """The picture beside a side, straightened: colours (rows, columns, 3) from inside the page to outside.

    `along` says where on the side each column lies, 0 to 1; `offsets` how far outside each row, pixels.
    """

    colours: Colours
    along: NDArray[np.float64]
    offsets: NDArray[np.float64]


def traced(sides: Lines, picture: Picture) -> Lines:
    """Return sides, given and returned in shares of the picture, moved to the edges of the paper near them."""
    height, width = picture.shape[:2]
    size = np.array([width, height], np.float64)
    colours = cv2.GaussianBlur(lab(picture), (0, 0), 0.8).astype(np.float32)
    for reach in REACHES:
        corners = corners_of(sides) * size
        if not np.isfinite(corners).all():
            break
        sides = np.array([_moved(colours, sides, corners, place, reach) for place in range(len(sides))])
    return sides


def weakest_edge(sides: Lines, picture: Picture) -> float:
    """Return how clear the edge of the paper is along the side where it is least so, as a difference of colour.

    Sides on a border of the picture have none to show. A side that lies outside the picture shows nothing: 0.
    """
    height, width = picture.shape[:2]
    corners = corners_of(sides) * (width, height)
    if not np.isfinite(corners).all():
        return 0.0
    colours = cv2.GaussianBlur(lab(picture), (0, 0), 0.8).astype(np.float32)
    shown = [place for place, side in enumerate(sides) if not on_border(side)]
    return min((_clearness(colours, corners, place) for place in shown), default=STRONG)


def _clearness(colours: Colours, corners: Points, place: int) -> float:
    """Return the usual difference of colour along the best edge beside a side."""
    normal = lines_through(corners)[place, :2]
    ends = corners[place], corners[(place + 1) % len(corners)]
    strip = _strip(colours, ends, normal, REACHES[-1] * max(colours.shape[:2]))
    if strip is None:
        return 0.0
    strength = _strength(strip)
    return float(np.median(strength[_path(strength), np.arange(strength.shape[1])]))


def _moved(colours: Colours, sides: Lines, corners: Points, place: int, reach: float) -> NDArray[np.float64]:
    """Return one side after the search, in shares of the picture."""
    height, width = colours.shape[:2]
    if on_border(sides[place]):
        return np.asarray(sides[place], np.float64)
    start, end = corners[place], corners[(place + 1) % len(corners)]
    normal = lines_through(corners)[place, :2]
    strip = _strip(colours, (start, end), normal, reach * max(width, height))
    ends = _ends(strip, float(np.linalg.norm(end - start))) if strip else None
    if ends is None:
        return np.asarray(sides[place], np.float64)
    moved = np.array([start + normal * ends[0], end + normal * ends[1]])
    return np.asarray(lines_through(moved / (width, height))[0], np.float64)


def _strip(colours: Colours, side: tuple[Points, Points], normal: NDArray[np.float64], reach: float) -> Strip | None:
    """Return the strip beside a side; None where too little of it lies in the picture."""
    height, width = colours.shape[:2]
    start, end = side
    along = np.linspace(*ENDS, SAMPLES)
    points = start + along[:, None] * (end - start)
    inside = ((points >= 0) & (points <= (width - 1, height - 1))).all(axis=1)
    if inside.sum() < SAMPLES // 4:
        return None
    along, points = along[inside], points[inside]
    offsets = np.arange(-2 * ROWS, ROWS + BESIDE + 1) * (reach / ROWS)
    at = (points[None] + offsets[:, None, None] * normal).astype(np.float32)
    seen = cv2.remap(colours, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return Strip(np.asarray(seen, np.float32), along, np.asarray(offsets, np.float64))


def _ends(strip: Strip, length: float) -> tuple[float, float] | None:
    """Return how far outside the line the side's two ends lie, pixels; None if no edge is to be trusted."""
    strength = _strength(strip)
    offsets = strip.offsets[ROWS : ROWS + len(strength)]
    liked = strength - STAY * (offsets / offsets[-1]).astype(np.float32)[:, None] ** 2
    path = _path(np.asarray(liked, np.float32))
    found = strength[path, np.arange(len(path))]
    clear = found > LEAST
    if found.mean() < LEAST or clear.mean() < FEWEST:
        return None
    return _fit(strip.along[clear], offsets[path[clear]], length)


def _strength(strip: Strip) -> Plane:
    """Return how likely the paper's edge runs before each row of the search, as a difference of colour."""
    colours = strip.colours
    rows = np.arange(ROWS, len(colours) - BESIDE)
    total = np.concatenate([np.zeros((1, *colours.shape[1:]), np.float32), colours.cumsum(axis=0, dtype=np.float32)])
    narrow = _norm((total[rows + 2] - total[rows]) / 2 - (total[rows] - total[rows - 2]) / 2)
    inner, outer = (total[rows] - total[rows - BESIDE]) / BESIDE, (total[rows + BESIDE] - total[rows]) / BESIDE
    paper = _paper(colours[:ROWS])
    unlike = _norm(outer - paper) - _norm(inner - paper)
    step = (np.minimum(narrow, STRONG) + np.minimum(_norm(outer - inner), STRONG)) / 2
    return np.asarray(step * np.clip(0.5 + unlike / 6, 0.25, 1), np.float32)


def _paper(inner: Colours) -> Colours:
    """Return the colour of bare paper beside each column, shape (columns, 3)."""
    light = np.percentile(inner[..., 0], INK, axis=0)
    bare = (inner[..., 0] >= light)[..., None]
    mean = ((inner * bare).sum(axis=0) / bare.sum(axis=0)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(mean[None], (0, 0), 5)[0], np.float32)


def _norm(colours: Colours) -> Plane:
    return np.asarray(np.linalg.norm(colours, axis=-1), np.float32)


def _path(strength: Plane) -> NDArray[np.intp]:
    """Return for each column the row of the path with the most strength and the fewest bends."""
    count, columns = strength.shape
    moves = np.arange(-2, 3)
    came_from = np.arange(count)[:, None] + moves
    cost = np.where((came_from >= 0) & (came_from < count), BEND * abs(moves), np.inf)
    came_from = came_from.clip(0, count - 1)
    total, rows = strength[:, 0], np.arange(count)
    steps = np.zeros((columns, count), np.intp)
    for column in range(1, columns):
        options = total[came_from] - cost
        best = options.argmax(axis=1)
        steps[column] = came_from[rows, best]
        total = options[rows, best] + strength[:, column]
    path = [int(total.argmax())]
    for column in range(columns - 1, 0, -1):
        path.append(int(steps[column, path[-1]]))
    return np.array(path[::-1])


def _fit(along: NDArray[np.float64], away: NDArray[np.float64], length: float) -> tuple[float, float]:
    """Return the ends of the curve through the points, straight where that explains them as well (Huber's weights)."""
    straight, rest = _huber(np.stack([1 - along, along], axis=1), away)
    bowed, less = _huber(np.stack([1 - along, along, 4 * along * (1 - along)], axis=1), away)
    if less < 0.7 * rest and abs(bowed[2]) < BOWED * length:  # the bow must explain a third
        return float(bowed[0]), float(bowed[1])
    return float(straight[0]), float(straight[1])


def _huber(terms: NDArray[np.float64], values: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Return coefficients that fit most of the values, and the mean distance of the nearer half of them."""
    weights = np.ones(len(values))
    for _ in range(5):
        weighted = terms.T * weights
        found = np.linalg.solve(weighted @ terms + 1e-6 * np.eye(terms.shape[1]), weighted @ values)
        away = abs(values - terms @ found)
        scale = 1.5 * float(np.median(away)) + 0.3
        weights = np.minimum(1, scale / np.maximum(away, 1e-9))
    return np.asarray(found, np.float64), float(np.mean(np.minimum(away, 3 * scale)))
