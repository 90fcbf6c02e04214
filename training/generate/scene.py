"""One synthetic photo from its parts, with its truth."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from training.generate.camera import shoot
from training.generate.hands import cover
from training.generate.light import contact_shadow, glare, light
from training.generate.placing import Mode, Quad, draw_mode, place
from training.generate.rim import FINE, beneath, folds, inside, outside
from training.generate.stationery import fold_corner
from training.generate.stock import Stock
from training.generate.texture import Canvas, Plane, any_colour, clouds
from training.generate.truth import Truth, truth_of

SIDE = 512  # pixels of every synthetic photo, squeezed to a square as the net sees it


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture (512, 512, 3) in B, G, R, its truth, the corners of the sheet as it lies in pixels, its placing.

    `kind` names what is hard about it (`hard.Kind`).
    """

    picture: NDArray[np.uint8]
    truth: Truth
    quad: Quad
    mode: Mode
    kind: str = ""


def photograph(rng: Generator, stock: Stock, mode: Mode | None = None) -> Sample:
    """Return one photo, drawn from `rng` and the stock of sheets and surfaces."""
    chosen = mode or draw_mode(rng)
    page = stock.sheet(rng)
    quad = place(rng, page.shape[0] / page.shape[1], chosen)
    scene = desk(rng, stock, alone=chosen == "none")
    several = chosen == "roomy" and rng.random() < 0.2 and _second_page(rng, stock, scene, quad)
    mask = np.zeros((SIDE, SIDE), np.float32)
    if chosen != "none":
        if rng.random() < 0.22:
            beneath(rng, scene, quad)
        scene, mask, quad = lay(rng, scene, page, quad)
        if rng.random() < 0.14:
            cover(rng, scene, quad)
    scene *= light(rng, SIDE)[..., None]
    if rng.random() < 0.12:
        glare(rng, scene)
    picture = shoot(rng, scene)
    return Sample(picture, truth_of(mask, several=several), quad * SIDE, chosen)


def desk(rng: Generator, stock: Stock, *, alone: bool) -> Canvas:
    """Return a surface turned and zoomed, its colours shifted, sometimes with another sheet lying about."""
    base = stock.surface(rng)
    middle = base.shape[0] / 2
    turn = cv2.getRotationMatrix2D((middle, middle), rng.uniform(0, 360), rng.uniform(0.8, 2.2))
    turn[:, 2] += SIDE / 2 - middle + rng.uniform(-60, 60, 2)
    desk = cv2.warpAffine(base, turn, (SIDE, SIDE), borderMode=cv2.BORDER_REFLECT)
    desk = desk * rng.uniform(0.7, 1.15, 3).astype(np.float32) if rng.random() < 0.3 else desk
    if rng.random() < 0.18:
        _strip(rng, desk)
    if rng.random() < (0.4 if alone else 0.1):
        _lay_about(rng, desk)
    return desk


def _strip(rng: Generator, desk: Canvas) -> None:
    """Let the desk end, or something long begin, nearly along a border of the picture."""
    depth = float(np.exp(rng.uniform(np.log(0.006), np.log(0.2))))
    ends = depth + rng.normal(0, 0.02, 2)
    corners = np.array([[-0.1, -0.1], [1.1, -0.1], [1.1, ends[0]], [-0.1, ends[1]]])
    corners = corners[:, :: int(rng.choice([-1, 1]))]
    corners = 1 - corners if rng.random() < 0.5 else corners
    colour = rng.uniform(5, 70) * np.ones(3) if rng.random() < 0.5 else any_colour(rng)
    _fill(desk, corners, colour)


def _fill(desk: Canvas, corners: Quad, colour: Canvas) -> None:
    polygon = np.round(corners * SIDE * FINE).astype(np.int32)
    cv2.fillConvexPoly(desk, polygon, tuple(map(float, colour)), cv2.LINE_AA, 4)


def _lay_about(rng: Generator, desk: Canvas) -> None:
    """Put a folder, a book, a box or a bag in view, whole or in part, under where the sheet will lie."""
    corners = place(rng, float(rng.uniform(0.7, 1.5)), "roomy") + rng.normal(0, 0.3, 2).astype(np.float32)
    colour = any_colour(rng) * 0.8 if rng.random() < 0.75 else np.full(3, rng.uniform(15, 120))
    _fill(desk, corners, colour)
    middle = corners.mean(axis=0)
    if rng.random() < 0.5:  # a label, a title or a screen on it
        _fill(desk, middle + (corners - middle) * rng.uniform(0.3, 0.93), any_colour(rng))


def _second_page(rng: Generator, stock: Stock, scene: Canvas, quad: Quad) -> bool:
    """Lay a smaller page where the main one leaves room; return whether it can be seen well."""
    page = stock.sheet(rng)
    other = place(rng, page.shape[0] / page.shape[1], "roomy")
    other = (other - other.mean(axis=0)) * np.float32(rng.uniform(0.5, 0.8)) + rng.uniform(0.15, 0.85, 2)
    laid, mask, _ = lay(rng, scene, page, other.astype(np.float32))
    scene[:] = laid
    main = _polygon(quad)
    seen = float((mask * (1 - main)).mean())
    return seen > 0.06 and seen > 0.5 * float(mask.mean()) and seen < 0.8 * float(main.mean())


def _polygon(quad: Quad) -> Plane:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillConvexPoly(mask, np.round((quad * SIDE - 0.5) * FINE).astype(np.int32), 255, cv2.LINE_AA, 4)
    return mask.astype(np.float32) / 255


def lay(
    rng: Generator, scene: Canvas, page: Canvas, quad: Quad, *, flat: bool = False, eared: bool = False
) -> tuple[Canvas, Plane, Quad]:
    """Return the scene with a sheet laid on it, the mask of that sheet, and where its corners came to lie.

    A `flat` sheet does not curl; an `eared` one has a corner folded, which its mask lacks.
    """
    height, width = page.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(corners, quad * SIDE)
    seen = cv2.warpPerspective(page, warp, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    mask = _polygon(quad)
    if eared:
        fold_corner(rng, seen, mask, quad)
    if not flat and rng.random() < 0.5:
        seen, mask, quad = _bent(rng, seen, mask, quad)
    if rng.random() < 0.3:
        folds(rng, seen)
    if rng.random() < 0.5:
        seen = inside(rng, seen, mask)
    if rng.random() < 0.8:
        scene = scene * contact_shadow(rng, mask)[..., None]
    if rng.random() < 0.4:
        scene = outside(rng, scene, mask)
    share = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.4, 1.6)) if rng.random() < 0.4 else mask
    return (scene + (seen - scene) * share[..., None]).astype(np.float32), mask, quad


def _bent(rng: Generator, seen: Canvas, mask: Plane, quad: Quad) -> tuple[Canvas, Plane, Quad]:
    """Curl a sheet: its edges bow by up to 2 % of the picture, wide or in waves, and shading follows."""
    amount = np.float32(np.exp(rng.uniform(np.log(1.0), np.log(10.0))))
    x, y = np.meshgrid(np.arange(SIDE, dtype=np.float32), np.arange(SIDE, dtype=np.float32))
    waves = int(rng.choice([1, 2, 3, 4], p=[0.3, 0.35, 0.2, 0.15]))
    bow, sway = (cv2.resize(clouds(rng, (128, 128), waves), (SIDE, SIDE)) - np.float32(0.5) for _ in range(2))
    away = 2 * amount * bow, 2 * amount * sway
    at = x + away[0], y + away[1]
    shade = 1 + np.float32(rng.normal(0, 0.25)) * bow
    seen = cv2.remap(seen, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) * shade[..., None]
    columns, rows = np.clip(quad * SIDE, 0, SIDE - 1).astype(int).T
    moved = quad - np.stack([plane[rows, columns] for plane in away], axis=1) / SIDE
    return seen, cv2.remap(mask, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), moved.astype(np.float32)
