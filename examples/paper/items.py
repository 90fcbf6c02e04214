"""The few things a page is drawn from, placed in millimetres; text stands on its baseline."""

from dataclasses import dataclass
from typing import Literal

from examples.paper.letter import Face, Logo

Colour = tuple[int, int, int]
INK: Colour = (24, 24, 28)
PEN: Colour = (28, 44, 120)


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; ``x`` is its left, middle or right end."""

    text: str
    x: float
    y: float
    points: float
    face: Face
    colour: Colour = INK
    bold: bool = False
    anchor: Literal["left", "middle", "right"] = "left"


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line."""

    left: float
    top: float
    right: float
    bottom: float
    thickness: float
    colour: Colour = INK


@dataclass(frozen=True, slots=True)
class Panel:
    """A filled rectangle with a frame."""

    left: float
    top: float
    right: float
    bottom: float
    fill: Colour
    frame: Colour


@dataclass(frozen=True, slots=True)
class Mark:
    """A company's sign in a square."""

    logo: Logo
    left: float
    top: float
    side: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Stroke:
    """A name as the pen leaves it; drawn from the letters of the name, so it is always the same."""

    name: str
    left: float
    baseline: float
    colour: Colour = PEN


Item = Text | Rule | Panel | Mark | Stroke
