"""Words whose letters were set apart: a renderer takes each letter for a word, a reader does not."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

Box = tuple[int, int, int, int]  # left, top, width, height in pixels

SHORT = 2  # characters of a piece: two stand closer than others where a pair is kerned
FEWEST, FEWEST_TYPED = 3, 4  # pieces of a word
WIDER = 1.6  # times the usual gap: there a word ends
WIDEST = 1.1  # of the height of a line: letters further apart are columns


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters without a space.

    `typed` if the space before them is one that somebody typed, `hidden` if they are there to be found only, not drawn.
    """

    text: str
    box: Box
    typed: bool = False
    hidden: bool = False


def joined(line: Sequence[Piece]) -> list[Piece]:
    """Return a line of a page with letters that were set apart as the words that they are.

    A gap alone says that letters were set apart. Typed spaces may as well stand between letters that mean something
    each, so that more of them are wanted, and neither bare digits nor a row like a, b, c.
    """
    return [word for run in _runs(line) for word in _words(run)]


def _runs(line: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Yield each run of short pieces that follow each other closely, and every other piece by itself."""
    run: list[Piece] = []
    for piece in line:
        if run and not (_is_short(run[-1]) and _is_short(piece) and 0 < _gap(run[-1], piece) <= WIDEST * piece.box[3]):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


def _is_short(piece: Piece) -> bool:
    return len(piece.text) <= SHORT


def _gap(left: Piece, right: Piece) -> int:
    return right.box[0] - left.box[0] - left.box[2]


def _words(run: list[Piece]) -> Iterator[Piece]:
    """Yield the words of a run: it ends a word where its gap is wider than usual."""
    gaps = [_gap(left, right) for left, right in pairwise(run)]
    if not _is_spaced(run):
        yield from run
        return
    usual = median(gaps)
    word = [run[0]]
    for gap, piece in zip(gaps, run[1:], strict=True):
        if gap > WIDER * usual + 1 or (piece.typed and _changes(word[-1].text, piece.text)):
            yield _merged(word)
            word = []
        word.append(piece)
    yield _merged(word)


def _changes(before: str, after: str) -> bool:
    """Tell whether letters end and digits begin, or the other way round."""
    return (before[-1].isalpha() and after[0].isdigit()) or (before[-1].isdigit() and after[0].isalpha())


def _is_spaced(run: Sequence[Piece]) -> bool:
    text = "".join(piece.text for piece in run)
    counted = all(ord(after) - ord(before) == 1 for before, after in pairwise(text))
    typed = sum(piece.typed for piece in run[1:]) > len(run) // 2
    if len(run) < (FEWEST_TYPED if typed else FEWEST) or counted:
        return False
    singles = len(text) <= len(run) if typed else 2 * len(text) <= 3 * len(run)
    return singles and not (typed and text.isdigit())


def _merged(word: Sequence[Piece]) -> Piece:
    left, top = (min(piece.box[axis] for piece in word) for axis in (0, 1))
    right, bottom = (max(piece.box[axis] + piece.box[axis + 2] for piece in word) for axis in (0, 1))
    return Piece("".join(piece.text for piece in word), (left, top, right - left, bottom - top), word[0].typed)
