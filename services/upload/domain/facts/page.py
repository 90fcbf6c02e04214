"""A read page as the finders of facts see it: its words as one stream, and as rows across the whole page."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Protocol

from services.upload.domain.facts.fact import Fact, FactKind

POINTS = 72
STUCK = re.compile(r"^(\D{3,}:)(\S*\d\S*)$")  # a label and its value read as one word
SAME_ROW = 0.55  # of a word's height: how far apart the middles of words of a row may lie


class Seen(Protocol):
    """A word with its box (left, top, width, height in pixels) and the recognition's confidence (0 to 100)."""

    @property
    def text(self) -> str: ...  # noqa: D102 - see the class
    @property
    def box(self) -> tuple[int, int, int, int]: ...  # noqa: D102
    @property
    def confidence(self) -> float: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or a part of one."""

    text: str
    box: tuple[int, int, int, int]
    confidence: float

    @property
    def middle(self) -> float:
        """Return how far down the middle of the word is."""
        return self.box[1] + self.box[3] / 2

    @property
    def right(self) -> int:
        """Return where the word ends."""
        return self.box[0] + self.box[2]


@dataclass(frozen=True)
class Strip:
    """Words one after another, joined by spaces."""

    pieces: tuple[Piece, ...]

    @cached_property
    def text(self) -> str:
        """Return the words as one line."""
        return " ".join(piece.text for piece in self.pieces)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(piece.text) + 1 for piece in self.pieces[:-1])]

    def at(self, start: int, end: int) -> tuple[Piece, ...]:
        """Return the words that the characters from `start` to `end` belong to."""
        return self.pieces[bisect_right(self._starts, start) - 1 : bisect_right(self._starts, max(start, end - 1))]


@dataclass(frozen=True)
class FactPage:
    """A page of the PDF (`number` from 1) with its words in reading order."""

    number: int
    dpi: float
    height: int
    words: Sequence[Seen]

    @cached_property
    def stream(self) -> Strip:
        """Return all words in reading order: sentences stay whole where lines end."""
        return Strip(tuple(Piece(word.text, word.box, word.confidence) for word in self.words))

    @cached_property
    def rows(self) -> tuple[Strip, ...]:
        """Return the words that stand beside each other, from top to bottom: a label and its value meet."""
        rows: list[list[Piece]] = []
        pieces = (part for piece in self.stream.pieces for part in _parts(piece))
        for piece in sorted(pieces, key=lambda piece: piece.middle):
            if rows and abs(rows[-1][0].middle - piece.middle) < SAME_ROW * min(rows[-1][0].box[3], piece.box[3]):
                rows[-1].append(piece)
            else:
                rows.append([piece])
        return tuple(Strip(tuple(sorted(row, key=lambda piece: piece.box[0]))) for row in rows)

    def fact(self, kind: FactKind, value: str, pieces: Sequence[Piece], sure: float) -> Fact:
        """Return what these words say; `sure` (0 to 1) is lowered by how badly they were read."""
        left, top = (min(piece.box[axis] for piece in pieces) for axis in (0, 1))
        right, bottom = (max(piece.box[axis] + piece.box[axis + 2] for piece in pieces) for axis in (0, 1))
        scale = POINTS / self.dpi
        read = min(piece.confidence for piece in pieces) / 100
        return Fact(
            kind=kind,
            value=value,
            text=" ".join(piece.text for piece in pieces),
            page=self.number,
            box=(round(left * scale, 1), round(top * scale, 1), round(right * scale, 1), round(bottom * scale, 1)),
            confidence=round(max(0.05, sure * (0.5 + 0.5 * min(1.0, max(0.0, read)))), 2),
        )


def _parts(piece: Piece) -> tuple[Piece, ...]:
    """Take a label and a value apart that were read as one word."""
    if not (stuck := STUCK.match(piece.text)):
        return (piece,)
    left, top, width, height = piece.box
    share = round(width * len(stuck[1]) / len(piece.text))
    return (
        Piece(stuck[1], (left, top, share, height), piece.confidence),
        Piece(stuck[2], (left + share, top, width - share, height), piece.confidence),
    )
