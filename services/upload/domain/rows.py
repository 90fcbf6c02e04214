"""The words of a page as rows of cells: what stands close together is one cell, as in a table or a head of a letter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.upload.domain.facts.page import FactPage, Piece, Seen

APART = 1.4  # of a word's height: a wider gap ends a cell


@dataclass(frozen=True, slots=True)
class Row:
    """Cells beside each other, from left to right; `down` is the place of the row, 0 at the top of the page to 1.

    `sure` (0 to 100) is the recognition's confidence in the word it is least sure of, `apart` how far the next row is
    above or below, as a share of the page.
    """

    cells: tuple[str, ...]
    down: float
    sure: float = 100.0
    apart: float = 1.0

    @property
    def text(self) -> str:
        """Return the cells as one line."""
        return " ".join(self.cells)


def rows_of(words: Sequence[Seen], height: int, dpi: float) -> Iterator[Row]:
    """Yield the rows that words make on a page of this height, in pixels."""
    strips = FactPage(1, dpi, height, words).rows
    places = [sum(piece.middle for piece in strip.pieces) / len(strip.pieces) / height for strip in strips]
    steps = [1.0, *(below - above for above, below in pairwise(places)), 1.0]
    for strip, down, apart in zip(strips, places, map(min, pairwise(steps)), strict=False):
        yield Row(tuple(_cells(strip.pieces)), down, min(piece.confidence for piece in strip.pieces), apart)


def _cells(pieces: Sequence[Piece]) -> Iterator[str]:
    words: list[str] = []
    for before, piece in zip([None, *pieces], pieces, strict=False):
        if before and piece.box[0] - before.right > APART * min(before.box[3], piece.box[3]):
            yield " ".join(words)
            words = []
        words.append(piece.text)
    yield " ".join(words)
