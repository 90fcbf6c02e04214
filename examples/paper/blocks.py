"""Sets the blocks of a letter's body, one under the other."""

from collections.abc import Iterator
from dataclasses import dataclass

from examples.paper import fonts
from examples.paper.items import Colour, Item, Panel, Rule, Stroke, Text
from examples.paper.letter import Block, Box, Face, Paragraph, Signature, Table

Placed = tuple[list[Item], float]


@dataclass(frozen=True, slots=True)
class Setting:
    """The column the body is set in."""

    face: Face
    points: float
    left: float
    right: float
    accent: Colour

    @property
    def step(self) -> float:
        """From baseline to baseline, in millimetres."""
        return self.points * fonts.MM_PER_POINT * 1.27


def set_block(block: Block, setting: Setting, y: float) -> Placed:
    """Place one block below ``y``; returns its items and where the next one begins."""
    match block:
        case Paragraph():
            return paragraph(block, setting, y)
        case Table():
            return table(block, setting, y)
        case Box():
            return box(block, setting, y)
        case Signature():
            return signature(block, setting, y)


def wrap(text: str, face: Face, points: float, room: float, *, bold: bool = False) -> Iterator[str]:
    """Break text into lines no wider than ``room`` millimetres, between words."""
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and fonts.width(longer, face, points, bold=bold) > room:
            yield line
            longer = word
        line = longer
    yield line


def paragraph(block: Paragraph, setting: Setting, y: float) -> Placed:
    """Lines of running text with half a line below."""
    points = block.points or setting.points
    step = setting.step * points / setting.points
    room = setting.right - setting.left
    items: list[Item] = []
    for line in wrap(block.text, setting.face, points, room, bold=block.bold):
        y += step
        if block.centred:
            middle = (setting.left + setting.right) / 2
            items.append(Text(line, middle, y, points, setting.face, bold=block.bold, anchor="middle"))
        else:
            items.append(Text(line, setting.left, y, points, setting.face, bold=block.bold))
    return items, y + (0.15 if block.bold else 0.55) * step


def table(block: Table, setting: Setting, y: float) -> Placed:
    """A header over a line, rows, and the total under another line."""
    step = setting.step * 1.12
    items: list[Item] = []
    for number, row in enumerate((block.header, *block.rows)):
        y += step
        last = block.total and number == len(block.rows)
        if last:
            items.append(Rule(setting.left, y - step * 0.78, setting.right, y - step * 0.78, 0.2))
        items.extend(cells(block, row, setting, y, bold=last or number == 0))
        if number == 0:
            items.append(Rule(setting.left, y + step * 0.3, setting.right, y + step * 0.3, 0.35, setting.accent))
            y += step * 0.2
    return items, y + setting.step * 0.75


def cells(block: Table, row: tuple[str, ...], setting: Setting, y: float, *, bold: bool) -> Iterator[Text]:
    """The cells of one row, left-aligned first, then right-aligned."""
    width, x = setting.right - setting.left, setting.left
    for column, (cell, share) in enumerate(zip(row, block.shares, strict=True)):
        left = column < block.left
        place = x + 1 if left else x + share * width - 1
        if cell:
            yield Text(cell, place, y, setting.points, setting.face, bold=bold, anchor="left" if left else "right")
        x += share * width


def box(block: Box, setting: Setting, y: float) -> Placed:
    """A tinted frame around bold lines."""
    step = setting.step * 1.15
    top, bottom = y + 1.6, y + 1.6 + step * (len(block.lines) + 0.75)
    pale: Colour = (236, 238, 242)
    items: list[Item] = [Panel(setting.left, top, setting.right, bottom, pale, setting.accent)]
    for row, line in enumerate(block.lines, start=1):
        items.append(Text(line, setting.left + 3, top + step * row + 0.45, setting.points, setting.face, bold=True))
    return items, bottom + setting.step * 0.75


def signature(block: Signature, setting: Setting, y: float) -> Placed:
    """Closing, room for the pen, printed name."""
    first, last = y + setting.step, y + setting.step * 4.1
    return [
        Text(block.closing, setting.left, first, setting.points, setting.face),
        Stroke(block.name, setting.left + 1, last - setting.step * 1.25),
        Text(block.name, setting.left, last, setting.points, setting.face),
    ], last + setting.step * 0.4
