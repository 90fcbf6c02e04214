"""The lines that the words of a PDF page make, and what was filled in between them."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

import numpy as np

from services.upload.domain.rightleft import in_reading_order, is_right_to_left
from services.upload.domain.spaced import Piece, joined

SAME_LINE = 0.5  # of a word's height
UNDER = 0.3  # of a hidden word: so much of it under drawn ones, and it says the same again, or something else
COARSE = 4  # pixels of the page that are one of the map of what is drawn

Line = list[Piece]


def lines_of(printed: Iterable[Piece], filled: Iterable[Piece]) -> list[Line]:
    """Return the lines of a page in the order of the file, each as it is read, with what was filled in."""
    lines = [joined(line) for line in _lines(printed)]
    for line in map(joined, _lines(filled)):
        _put_in(lines, line)
    return [in_reading_order(line) for line in lines]


def without_doubles(pieces: Sequence[Piece]) -> list[Piece]:
    """Return words without the hidden ones that lie under words that are drawn: these are what a reader sees."""
    if len({piece.hidden for piece in pieces}) <= 1:
        return list(pieces)
    right, bottom = (max(piece.box[axis] + piece.box[axis + 2] for piece in pieces) for axis in (0, 1))
    drawn = np.zeros((bottom // COARSE + 1, right // COARSE + 1), np.bool_)
    for piece in pieces:
        if not piece.hidden:
            drawn[_place(piece)] = True
    return [piece for piece in pieces if not piece.hidden or drawn[_place(piece)].mean() < UNDER]


def _place(piece: Piece) -> tuple[slice, slice]:
    """Return the rows and columns of the map that a word lies on, one of each at least."""
    left, top, width, height = (max(0, value) // COARSE for value in piece.box)
    return slice(top, top + height + 1), slice(left, left + width + 1)


def _lines(pieces: Iterable[Piece]) -> list[Line]:
    """Return words line by line: one that does not stand beside the one before, at its height, begins a new one."""
    lines: list[Line] = []
    for piece in pieces:
        if lines and _follows(lines[-1][-1], piece):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return lines


def _follows(last: Piece, piece: Piece) -> bool:
    if not _level(last, piece):
        return False
    onward = piece.box[0] >= last.box[0]
    return onward or is_right_to_left(last.text) or is_right_to_left(piece.text)


def _level(one: Piece, other: Piece) -> bool:
    apart = abs((one.box[1] + one.box[3] / 2) - (other.box[1] + other.box[3] / 2))
    return apart <= SAME_LINE * max(one.box[3], other.box[3])


def _put_in(lines: list[Line], filled: Line) -> None:
    """Put what was filled in into the line whose words end nearest before it; if there is none, it is a new one."""
    first = filled[0]
    level = [(line, before) for line in lines if (before := _before(line, first))]
    if not level:
        lines.append(filled)
        return
    line, _ = max(level, key=lambda found: found[1].box[0])
    place = bisect_left([piece.box[0] for piece in line], first.box[0])
    line[place:place] = filled


def _before(line: Sequence[Piece], first: Piece) -> Piece | None:
    """Return the last word of a line that stands left of another at its height; None if it has none."""
    return next((piece for piece in reversed(line) if piece.box[0] < first.box[0] and _level(piece, first)), None)
