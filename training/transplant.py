"""Other sheets laid into real photos, in the light that falls there, and cut out of the picture by known amounts."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator

from services.upload.domain.geometry import Points
from services.upload.domain.pixels import Picture, shrink
from services.upload.domain.sides import SIDES, Side
from training.generate.paper import sheet
from training.generate.texture import Canvas
from training.letters import load_letters
from training.photos import Case, photo_cases

SEED = 8_000_000_000  # of the sheets; no training uses it
LONGEST = 1600  # pixels of the photo that receives a sheet
DEPTHS = (0.03, 0.06, 0.12)  # of the page, cut away
MARGIN = 0.01  # of the page's extent, left around a tight one


def transplant_cases(folder: Path) -> Iterator[Case]:
    """Yield every complete photo with another sheet in its page's place: whole, tight, and cut at one side."""
    rng = np.random.default_rng(SEED)
    letters = load_letters()
    for number, case in enumerate(photo_cases(folder)):
        if case.group != "photos, complete":
            continue
        small, scale = shrink(case.picture, LONGEST)
        quad = case.polygon * scale
        page = letters[number % len(letters)] if letters else sheet(rng)
        picture = transplant(small, quad, page)
        yield Case(f"{case.name} +", "transplants, complete", picture, quad, ())
        yield from _crops(rng, picture, quad, case.name)


def transplant(picture: Picture, quad: Points, page: Canvas) -> Picture:
    """Return a photo in which the page shows another sheet, its paper as bright as the old paper was there."""
    height, width = picture.shape[:2]
    corners = np.array([[0, 0], [page.shape[1], 0], [page.shape[1], page.shape[0]], [0, page.shape[0]]], np.float32)
    if np.linalg.norm(quad[1] - quad[0]) > np.linalg.norm(quad[3] - quad[0]):
        corners = np.roll(corners, 1, axis=0)
    warp = cv2.getPerspectiveTransform(corners, quad.astype(np.float32))
    laid = cv2.warpPerspective(page, warp, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    mask = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(mask, np.round(quad * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    share = cv2.erode(mask, np.ones((5, 5), np.uint8)).astype(np.float32)[..., None] / 255
    light = _paper_light(picture, mask)
    return np.clip(picture * (1 - share) + laid / 255 * light * share, 0, 255).astype(np.uint8)


def _paper_light(picture: Picture, mask: Picture) -> Canvas:
    """Return the brightness of the bare paper: what is left when dark strokes are closed over."""
    inside = np.where(mask[..., None] > 250, picture, 0).astype(np.uint8)  # noqa: PLR2004 - fully on the page
    size = max(9, max(picture.shape[:2]) // 50) | 1
    closed = cv2.morphologyEx(inside, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8)).astype(np.float32)
    weight = (mask > 250).astype(np.float32)  # noqa: PLR2004
    soft = cv2.GaussianBlur(closed * weight[..., None], (0, 0), size / 2)
    return soft / (cv2.GaussianBlur(weight, (0, 0), size / 2)[..., None] + 1e-3)


def _crops(rng: Generator, picture: Picture, quad: Points, name: str) -> Iterator[Case]:
    """Yield the picture cropped tightly, and cropped through the page at one side."""
    height, width = picture.shape[:2]
    low, high = quad.min(axis=0), quad.max(axis=0)
    extent = high - low
    roomy = np.concatenate([low - 0.08 * extent, high + 0.08 * extent])
    tight = np.concatenate([low - MARGIN * extent, high + MARGIN * extent])
    yield _cropped(picture, quad, np.clip(tight, 0, [width, height] * 2), (f"{name} + tight", "transplants, tight", ()))
    for place, side in enumerate(SIDES):
        depth = DEPTHS[int(rng.integers(len(DEPTHS)))]
        box = roomy.copy()
        box[place] = _through(quad, side, depth)
        group = (f"{name} + {side} {depth:.2f}", "transplants, cut >= 3 %", (side,))
        yield _cropped(picture, quad, np.clip(box, 0, [width, height] * 2), group)


def _through(quad: Points, side: Side, depth: float) -> float:
    """Return where to cut so that at least `depth` of the page is lost along the whole of one side."""
    axis = SIDES.index(side) % 2
    values = np.sort(quad[:, axis])
    extent = values[-1] - values[0]
    return float(values[1] + depth * extent if side in ("L", "T") else values[2] - depth * extent)


def _cropped(picture: Picture, quad: Points, box: Points, what: tuple[str, str, tuple[Side, ...]]) -> Case:
    left, top, right, bottom = np.round(box).astype(int)
    name, group, cut = what
    return Case(name, group, np.ascontiguousarray(picture[top:bottom, left:right]), quad - (left, top), cut)
