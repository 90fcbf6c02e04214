"""Where everything stands on the page, in millimetres from the top left: DIN 5008, form B."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from examples.paper import fonts
from examples.paper.blocks import Setting, set_block
from examples.paper.items import Item, Mark, Rule, Text
from examples.paper.letter import Letter

WIDTH: Final = 210.0
HEIGHT: Final = 297.0
LEFT: Final = 25.0
RIGHT: Final = 190.0
FOLDS: Final = (105.0, 210.0)
PUNCH: Final = 148.5
FOOT: Final = 276.0
GREY: Final = (95, 95, 95)
SIZES: Final = (10.5, 10.0, 9.5, 9.0, 8.5)


class LetterTooLongError(ValueError):
    """The text does not fit on one page, even in small print."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column of short lines at a fixed place."""

    x: float
    y: float
    points: float
    step: float


ADDRESS: Final = Field(LEFT, 66.0, 10.5, 4.8)
REFERENCE: Final = Field(125.0, 53.0, 9.0, 4.5)
FOOTER: Final = Field(LEFT, FOOT + 4.0, 7.0, 3.2)


def lay_out(letter: Letter) -> tuple[Item, ...]:
    """Everything to draw, in drawing order.

    Raises:
        LetterTooLongError: the body does not fit above the footer.
        FontMissingError: see ``fonts``.
    """
    for points in SIZES:
        body, end = body_items(letter, points)
        if end <= FOOT - 2:
            return (*head(letter), *address(letter), *reference(letter), *body, *foot(letter))
    raise LetterTooLongError(f"{letter.kind} variant {letter.variant} ends at {end:.0f} mm of {FOOT:.0f}")


def head(letter: Letter) -> Iterator[Item]:
    """Logo, name, claim and a line in the house colour; fold and punch marks at the edge."""
    sender = letter.sender
    if sender.logo != "none":
        yield Mark(sender.logo, 177.0, 12.0, 13.0, sender.colour)
    yield Text(sender.name, 174.0, 20.0, 14, "sans", sender.colour, bold=True, anchor="right")
    yield Text(sender.claim, 174.0, 25.5, 8, "sans", GREY, anchor="right")
    yield Rule(LEFT, 31.0, RIGHT, 31.0, 0.5, sender.colour)
    if letter.windowed:
        yield from (Rule(4.0, at, 9.0, at, 0.18, GREY) for at in (*FOLDS, PUNCH))


def address(letter: Letter) -> Iterator[Item]:
    """The field behind the envelope's window."""
    if not letter.windowed:
        return
    small = Text(letter.return_line, LEFT, 57.5, 6.5, letter.face, GREY)
    yield small
    yield Rule(LEFT, 58.6, LEFT + fonts.width(small.text, letter.face, 6.5), 58.6, 0.12, GREY)
    for row, line in enumerate(letter.address):
        yield Text(line, ADDRESS.x, ADDRESS.y + row * ADDRESS.step, ADDRESS.points, letter.face)


def reference(letter: Letter) -> Iterator[Item]:
    """The block of numbers and the date, labels left, values beside them."""
    field = REFERENCE if letter.windowed else replace(REFERENCE, y=39.0)
    for row, (label, value) in enumerate(letter.reference):
        y = field.y + row * field.step
        yield Text(label, field.x, y, field.points, letter.face, GREY)
        yield Text(value, field.x + 28.0, y, field.points, letter.face)


def body_items(letter: Letter, points: float) -> tuple[tuple[Item, ...], float]:
    """Subject and blocks at one size, and where they end."""
    top = 103.5 if letter.windowed else 60.0
    items: list[Item] = [Text(letter.subject, LEFT, top, points + 1.5, letter.face, bold=True)]
    setting = Setting(letter.face, points, LEFT, RIGHT, letter.sender.colour)
    y = top + points * 0.95
    for block in letter.body:
        placed, y = set_block(block, setting, y)
        items.extend(placed)
    return tuple(items), y


def foot(letter: Letter) -> Iterator[Item]:
    """Three columns under a thin line."""
    yield Rule(LEFT, FOOT, RIGHT, FOOT, 0.2, letter.sender.colour)
    for column, lines in enumerate(letter.footer):
        for row, line in enumerate(lines):
            x = FOOTER.x + column * 58.0
            yield Text(line, x, FOOTER.y + row * FOOTER.step, FOOTER.points, "sans", GREY)
