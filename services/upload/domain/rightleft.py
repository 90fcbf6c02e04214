"""The order of words in a line that is read from right to left."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from services.upload.domain.spaced import Piece

RIGHT_TO_LEFT = frozenset({"R", "AL"})
_GROUPS = re.compile(r"\d+(?:-\d+)+")
_CLUSTERS = re.compile(r"\d+(?:[.,:/]\d+)*|.[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]*", re.DOTALL)
_MIRRORED = str.maketrans("()[]{}<>\u00ab\u00bb", ")(][}{><\u00bb\u00ab")
_LEADING = re.compile(r"^([.,:;!?\u060c\u061b\u061f]+)(.+)$")


def is_right_to_left(text: str) -> bool:
    """Say whether a text has letters of Arabic, Hebrew or the like, and no fewer than of other scripts."""
    kinds = [unicodedata.bidirectional(mark) for mark in text]
    turned = sum(kind in RIGHT_TO_LEFT for kind in kinds)
    return 0 < turned >= kinds.count("L")


def in_reading_order(line: Sequence[Piece]) -> list[Piece]:
    """Return a line as it is read, whichever order the file has it in (Unicode Standard Annex 9, from the end).

    Words go from right to left; Latin ones among them, with the numbers behind them, from left to right. A full stop
    that stands left of a number or Latin word follows it. Groups of digits with hyphens between them are shown from
    right to left.
    """
    if not is_right_to_left("".join(piece.text for piece in line)):
        return list(line)
    visual = sorted(line, key=lambda piece: piece.box[0])
    return [piece for run in reversed(list(_runs(visual))) for piece in _as_written(run)]


def as_cast(marks: Sequence[str], boxes: Sequence[object]) -> Iterator[str]:
    """Yield the characters of a word in their order; those of one shape (the same box) were turned round with it."""
    turned = is_right_to_left("".join(marks))
    for _, group in groupby(zip(marks, boxes, strict=True), key=itemgetter(1)):
        shape = [mark for mark, _ in group]
        yield from reversed(shape) if turned else shape


def as_shown(word: str) -> str:
    """Return the characters of a word from left to right as they stand on paper, which is how PDFs have them."""
    if not is_right_to_left(word):
        return word
    return "".join(cluster.translate(_MIRRORED) for cluster in reversed(_CLUSTERS.findall(word)))


def _runs(visual: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield, from left to right, each row of Latin words with the numbers behind them, and every other word alone."""
    run: list[Piece] = []
    for piece in visual:
        goes_on = run and _has(run[0], "L") and not is_right_to_left(piece.text) and not _LEADING.match(piece.text)
        if run and not goes_on:
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


def _has(piece: Piece, kind: str) -> bool:
    return any(unicodedata.bidirectional(mark) == kind for mark in piece.text)


def _as_written(run: list[Piece]) -> list[Piece]:
    """Return Latin words or a number with the full stop behind them, and groups of digits as they were written."""
    if is_right_to_left(run[0].text):
        return run
    texts = [piece.text for piece in run]
    if leading := _LEADING.match(texts[0]):
        texts[0] = leading[2]
        texts[-1] += leading[1]
    if not _has(run[0], "L"):
        texts = [_GROUPS.sub(lambda found: "-".join(reversed(found[0].split("-"))), text) for text in texts]
    return [Piece(text, piece.box, piece.typed) for text, piece in zip(texts, run, strict=True)]
