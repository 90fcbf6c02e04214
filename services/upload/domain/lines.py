"""The lines that the words of a PDF page make, and what was filled in between them."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from services.upload.domain.rightleft import in_reading_order, is_right_to_left
from services.upload.domain.spaced import Piece, joined

SAME_LINE = 0.5  # of a word's height

Line = list[Piece]


def lines_of(printed: Iterable[Piece], filled: Iterable[Piece]) -> list[Line]:
    """Return the lines of a page in the order of the file, each as it is read; what was filled in stands in its line."""
    lines = [joined(line) for line in _lines(printed)]
    for line in map(joined, _lines(filled)):
        _put_in(lines, line)
    return [in_reading_order(line) for line in lines]


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
    """Put what was filled in into the line whose words end nearest before it; it is a line of its own if there is none."""
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
