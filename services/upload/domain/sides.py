"""Sides of a picture and quarter turns, and how the one changes with the other."""

from typing import Literal, get_args

Side = Literal["L", "T", "R", "B"]
Turn = Literal[0, 90, 180, 270]

SIDES: tuple[Side, ...] = get_args(Side)  # clockwise: a quarter turn moves each side to the next


def as_turn(degrees: int) -> Turn:
    """Return a clockwise turn as one of 0, 90, 180, 270."""
    turns: tuple[Turn, ...] = get_args(Turn)
    return turns[(degrees // 90) % 4]


def seen_by_reader(sides: tuple[Side, ...], turn: Turn) -> tuple[Side, ...]:
    """Return the sides of the picture as the reader names them once it is turned upright, clockwise."""
    return in_order({SIDES[(SIDES.index(side) + turn // 90) % 4] for side in sides})


def in_order(sides: set[Side]) -> tuple[Side, ...]:
    """Return sides in the order L, T, R, B."""
    return tuple(side for side in SIDES if side in sides)
