"""Draws a letter as the printer leaves it: A4, flat, upright."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from examples.paper import fonts
from examples.paper.items import Colour, Item, Mark, Panel, Rule, Stroke, Text
from examples.paper.layout import HEIGHT, WIDTH, lay_out
from examples.paper.letter import Letter, Logo
from examples.paper.pen import strokes

Picture = NDArray[np.uint8]
ANCHORS: Final = {"left": "ls", "middle": "ms", "right": "rs"}
WHITE: Final[Colour] = (255, 255, 255)
Point = tuple[float, float]
# In a unit square, y down.
SHAPES: Final[dict[Logo, tuple[Point, ...]]] = {
    "bolt": ((0.58, 0.12), (0.28, 0.56), (0.47, 0.56), (0.4, 0.88), (0.72, 0.42), (0.52, 0.42)),
    "house": ((0.5, 0.18), (0.84, 0.5), (0.74, 0.5), (0.74, 0.82), (0.26, 0.82), (0.26, 0.5), (0.16, 0.5)),
    "drop": (
        (0.5, 0.12),
        *((0.5 + 0.25 * math.cos(turn / 20), 0.63 + 0.25 * math.sin(turn / 20)) for turn in range(-7, 71)),
    ),
}


def render(letter: Letter, dpi: int = 200) -> Picture:
    """The page as RGB, height x width x 3, at so many dots per inch.

    Raises:
        FontMissingError: a Debian font package is missing.
        LetterTooLongError: the letter does not fit on the page.
    """
    scale = dpi / 25.4
    page = Image.new("RGB", (round(WIDTH * scale), round(HEIGHT * scale)), WHITE)
    pen = ImageDraw.Draw(page)
    for item in lay_out(letter):
        draw(pen, item, scale)
    return np.asarray(page).copy()


def draw(pen: ImageDraw.ImageDraw, item: Item, scale: float) -> None:
    """Put one item on the page; ``scale`` is pixels per millimetre."""
    match item:
        case Text():
            size = item.points * fonts.MM_PER_POINT * scale
            place = (item.x * scale, item.y * scale)
            face = fonts.font(item.face, size, bold=item.bold)
            pen.text(place, item.text, item.colour, face, anchor=ANCHORS[item.anchor])
        case Rule():
            ends = [scale * place for place in (item.left, item.top, item.right, item.bottom)]
            pen.line(ends, item.colour, max(1, round(item.thickness * scale)))
        case Panel():
            sides = [scale * place for place in (item.left, item.top, item.right, item.bottom)]
            pen.rectangle(sides, item.fill, item.frame, max(1, round(0.4 * scale)))
        case Mark():
            mark(pen, item, scale)
        case Stroke():
            for line in strokes(item.name):
                path = [((item.left + x) * scale, (item.baseline + y) * scale) for x, y in line]
                pen.line(path, item.colour, max(1, round(0.38 * scale)), joint="curve")


def mark(pen: ImageDraw.ImageDraw, item: Mark, scale: float) -> None:
    """A disc in the house colour with the company's shape left white."""
    left, top, side = item.left * scale, item.top * scale, item.side * scale
    pen.ellipse([left, top, left + side, top + side], item.colour)
    if item.logo in SHAPES:
        pen.polygon([(left + x * side, top + y * side) for x, y in SHAPES[item.logo]], WHITE)
        return
    for inset in (0.2, 0.38) if item.logo == "ring" else (0.3,):
        room = [left + inset * side, top + inset * side, left + (1 - inset) * side, top + (1 - inset) * side]
        pen.ellipse(room, WHITE if inset < 0.35 else item.colour)  # noqa: PLR2004 - the inner disc
