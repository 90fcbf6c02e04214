"""Photos of the kinds that phones and scanners take and `scene` draws too seldom: one function a part, by kind."""

from typing import Literal, get_args

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from training.generate.camera import shoot
from training.generate.desk import dark_ground, white_desk
from training.generate.hands import cover
from training.generate.light import glare, light
from training.generate.paper import receipt
from training.generate.placing import Mode, Quad, fill, leave, place
from training.generate.scan import digitise, glass
from training.generate.scene import SIDE, Sample, desk, lay, photograph
from training.generate.screen import moire, screen
from training.generate.stationery import bind, ruled
from training.generate.stock import Stock
from training.generate.texture import Canvas
from training.generate.truth import truth_of

Kind = Literal[
    "full frame", "white desk", "scan", "screen", "dog-ear", "pile", "notebook", "receipt", "held", "dark", "corner"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
SHARES = (0.2, 0.16, 0.16, 0.06, 0.06, 0.08, 0.06, 0.05, 0.05, 0.04, 0.08)
HARD = 0.45  # of the pictures that are trained on


def any_photograph(rng: Generator, stock: Stock) -> Sample:
    """Return a photo to train on: one of `scene`, or of a hard kind."""
    return hard_photograph(rng, stock) if rng.random() < HARD else photograph(rng, stock)


def hard_photograph(rng: Generator, stock: Stock, kind: Kind | None = None) -> Sample:
    """Return one photo of a hard kind; there is always a page in it."""
    chosen = kind or KINDS[int(rng.choice(len(KINDS), p=SHARES))]
    page = _page(rng, stock, chosen)
    quad = _placed(rng, page.shape[0] / page.shape[1], chosen)
    ground = _ground(rng, stock, quad, chosen)
    scene, mask, quad = lay(rng, ground, page, quad, flat=chosen in ("scan", "screen"), eared=chosen == "dog-ear")
    _upon(rng, scene, quad, chosen)
    picture = digitise(rng, scene) if chosen == "scan" else _shot(rng, scene)
    truth = truth_of(mask, several=False)
    return Sample(picture, truth, quad * SIDE, "cut" if truth.cut.any() else "roomy", chosen)


def _page(rng: Generator, stock: Stock, kind: Kind) -> Canvas:
    if kind == "receipt":
        return receipt(rng)
    page = stock.sheet(rng)
    return ruled(rng, page) if kind == "notebook" and rng.random() < 0.7 else page


def _placed(rng: Generator, ratio: float, kind: Kind) -> Quad:
    """Return the corners: filling the picture, leaving it by a little, straight on a scanner's glass, or as in life."""
    if kind == "full frame":
        quad = fill(rng)
        return leave(rng, quad) if rng.random() < 0.3 else quad
    if kind == "scan" and rng.random() < 0.4:
        return fill(rng)
    if kind == "corner":
        return leave(rng, place(rng, ratio, "tight"))
    upright = kind in ("scan", "screen")
    modes: tuple[Mode, ...] = ("roomy", "tight") if upright else ("roomy", "tight", "cut")
    mode = modes[int(rng.integers(len(modes)))]
    return place(rng, ratio, mode, upright=upright)


def _ground(rng: Generator, stock: Stock, quad: Quad, kind: Kind) -> Canvas:
    """Return what the sheet is going to lie on."""
    if kind == "scan":
        return glass(rng)
    if kind in ("white desk", "dark"):
        return (white_desk if kind == "white desk" else dark_ground)(rng)
    ground = desk(rng, stock, alone=False)
    if kind == "screen":
        screen(rng, ground, quad)
    if kind == "held":
        ground = cv2.GaussianBlur(ground, (0, 0), float(rng.uniform(2, 12))).astype(np.float32)
    for _ in range(int(rng.integers(1, 4)) if kind == "pile" else 0):
        ground = _another(rng, stock, ground, quad)
    return ground


def _another(rng: Generator, stock: Stock, ground: Canvas, quad: Quad) -> Canvas:
    """Lay another printed sheet where the page will lie on it: pushed by a tenth at most, and turned a little."""
    middle = quad.mean(axis=0)
    angle = rng.normal(0, 0.06)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    under = (quad - middle) @ turn.T * rng.uniform(0.92, 1.06) + middle + rng.normal(0, 0.035, 2)
    return lay(rng, ground, stock.sheet(rng), under.astype(np.float32))[0] * np.float32(rng.uniform(0.8, 1.0))


def _upon(rng: Generator, scene: Canvas, quad: Quad, kind: Kind) -> None:
    """Draw, in place, what lies over the sheet: rings, hands, the beat between a screen's pixels and the camera's."""
    if kind == "notebook":
        bind(rng, scene, quad)
    if kind == "screen":
        moire(rng, scene)
    hands = int(rng.integers(2, 4)) if kind == "held" else int(kind == "full frame" and rng.random() < 0.1)
    for _ in range(hands):
        cover(rng, scene, quad)


def _shot(rng: Generator, scene: Canvas) -> NDArray[np.uint8]:
    """Return the scene in some light as a phone stores it."""
    scene = scene * light(rng, SIDE)[..., None]
    if rng.random() < 0.12:
        glare(rng, scene)
    return shoot(rng, scene)
