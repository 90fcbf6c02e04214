"""What paper has beside its print: ruled and checked lines, a spiral or punched holes, corners that are folded over."""

import cv2
import numpy as np
from numpy.random import Generator

from training.generate.placing import Quad
from training.generate.rim import FINE
from training.generate.texture import Canvas, Plane

UNIT = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)


def ruled(rng: Generator, page: Canvas) -> Canvas:
    """Return a page with lines, or squares, from edge to edge."""
    page = page.copy()
    step, colour = rng.uniform(9, 22), tuple(map(float, rng.uniform(120, 225, 3)))
    for top in np.arange(step, page.shape[0], step).astype(int).tolist():
        cv2.line(page, (0, top), (page.shape[1], top), colour, 1)
    for left in np.arange(step, page.shape[1], step).astype(int).tolist() if rng.random() < 0.5 else ():
        cv2.line(page, (left, 0), (left, page.shape[0]), colour, 1)
    return page


def bind(rng: Generator, scene: Canvas, quad: Quad) -> None:
    """Punch holes along one side of the sheet at `quad`, in place; in most of them hang rings that reach beyond it."""
    warp = cv2.getPerspectiveTransform(UNIT, np.roll(quad, int(rng.integers(4)), axis=0) * scene.shape[0])
    count = int(rng.choice([2, 4, *range(12, 45)]))
    inset, reach = rng.uniform(0.012, 0.05), rng.uniform(0.01, 0.06)
    along = (np.arange(count) + 0.5) / count
    ends = [np.stack([along, np.full(count, depth)], axis=1) for depth in (inset, -reach)]
    holes, beyond = (cv2.perspectiveTransform(one[None].astype(np.float32), warp)[0] for one in ends)
    dark, wire = (float(rng.uniform(*reach)) for reach in ((5, 110), (40, 235)))
    wired = count > 4 and rng.random() < 0.75
    size = int(rng.integers(2, 5))
    for hole, end in zip(np.round(holes).astype(int).tolist(), np.round(beyond).astype(int).tolist(), strict=True):
        cv2.circle(scene, hole, size, (dark, dark, dark), -1, cv2.LINE_AA)
        if wired:
            cv2.line(scene, hole, end, (wire, wire, wire), max(1, size - 1), cv2.LINE_AA)


def fold_corner(rng: Generator, seen: Canvas, mask: Plane, quad: Quad) -> None:
    """Fold one corner of the sheet at `quad` back or over, in place; over, its white back lies on the sheet."""
    side = mask.shape[0]
    at = int(rng.integers(4))
    corner, ahead, behind = quad[at], quad[(at + 1) % 4], quad[at - 1]
    first, second = (corner + (end - corner) * np.float32(rng.uniform(0.03, 0.2)) for end in (ahead, behind))
    line = second - first
    foot = first + line * np.dot(corner - first, line) / (np.dot(line, line) + 1e-9)
    gone = np.stack([first, 3 * corner - first - second, second])  # wider than the sheet, so that no sliver stays
    cv2.fillConvexPoly(mask, _fine(gone * side), 0.0, cv2.LINE_8, 4)
    if rng.random() < 0.7:
        back = float(rng.uniform(150, 250))
        over = _fine(np.stack([first, second, 2 * foot - corner]) * side)
        cv2.fillConvexPoly(seen, over, (back, back, back), cv2.LINE_AA, 4)
        cv2.polylines(seen, [over], isClosed=True, color=(0.6 * back,) * 3, lineType=cv2.LINE_AA, shift=4)


def _fine(points: Quad) -> Quad:
    return np.round(points * FINE).astype(np.int32)
