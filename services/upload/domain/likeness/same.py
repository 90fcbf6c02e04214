"""Whether two fingerprints are of the same sheet: the words decide where there are some, else the ink alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.upload.domain.likeness.fingerprint import COLUMNS, DATE, ROWS, SPAN, WORD, Fingerprint, Mark

NEAR = 200  # 4095ths of the page: how far apart words of two flat pictures of a sheet lie before they are laid together
TOGETHER_X, TOGETHER_Y = 30, 22  # 4095ths: afterwards; less than a short word, and than half a line
ABOUT = 3  # times as far apart a number may lie and still be found: paper curls
ROUNDS = 3
LEAST_PAIRS = 6  # words that lay two sheets together
HIGH, WIDE = 17, 24  # rows and columns of cells that are moved together: paper curls
REACH, REACH_LAID = 2, 1  # cells that a block is moved by, and once the words have laid the sheets together
LEAST_INK = 12  # cells with ink, below which a block says nothing

FEW_WORDS, MORE_WORDS = 12, 24  # below the one a sheet is compared by its ink; with the other it has another's words
DATED, UNDATED = 12, 20  # words at the same places that are enough with a date among them, and without
SAME_WORDS = 0.85  # of the words at the same places
UNREAD, LIKE_INK = 0.37, 0.45  # below, a page is not read but for its foot; its ink must not look quite different there
SAME_INK = 0.8  # of the ink, where it alone decides: other handwriting has less than 0.7
LEAST_INKED = 250  # cells: an empty sheet is like any other


class Shares(NamedTuple):
    """How the words of two sheets agree.

    Counted are words that stand at the same places on both and `agree` or `differ`; the dates that agree; the numbers
    for which surely an `other` one stands there; and the dates of one sheet that are `lost` on the other.
    """

    agree: int = 0
    differ: int = 0
    dated: int = 0
    other: int = 0
    lost: int = 0


def is_same(mine: Fingerprint, other: Fingerprint) -> bool:
    """Tell whether two fingerprints are of the same sheet.

    To be told so wrongly costs a citizen a letter that is not sent, so doubts count against it: a number that differs,
    a date that was read on one of the two only. Without a date, as on a form that is filled in by hand each month, and
    where there are next to no words, the ink must agree much better.
    """
    fewer, more = sorted((len(mine.marks), len(other.marks)))
    if fewer < FEW_WORDS:
        return more < MORE_WORDS and mine.inked >= LEAST_INKED and ink_shared(mine, other) >= SAME_INK
    shares = words_shared(mine, other)
    least, like = (DATED, LIKE_INK) if shares.dated else (UNDATED, SAME_INK)
    if shares.other or shares.lost or shares.agree < max(least, SAME_WORDS * (shares.agree + shares.differ)):
        return False
    return ink_shared(mine, other, UNREAD) >= like


def words_shared(mine: Fingerprint, other: Fingerprint) -> Shares:
    """Return how the words of two sheets agree; nothing if too few are on both to lay one on the other."""
    laid, back = _lay(_pairs(mine.marks, other.marks)), _lay(_pairs(other.marks, mine.marks))
    if laid is None or back is None:
        return Shares()
    words = _words(laid, mine.marks, other.marks)
    return words._replace(lost=words.lost + _words(back, other.marks, mine.marks).lost)


def ink_shared(mine: Fingerprint, other: Fingerprint, below: float = 0.0) -> float:
    """Return how much of the ink of two sheets lies at the same places (0 to 1), 1 where there is none on both.

    Looked at is what lies `below` a share of their height.
    """
    laid = _lay(_pairs(mine.marks, other.marks))
    return _ink(mine.ink, other.ink, laid, [block for block in BLOCKS if block.rows.start >= below * ROWS])


class Block(NamedTuple):
    """Rows and columns of cells; `mask` has the bits of the columns, `middle` is the column and row in the middle."""

    rows: range
    mask: int
    middle: tuple[float, float]


BLOCKS = tuple(
    Block(range(top, top + HIGH), ((1 << WIDE) - 1) << (COLUMNS - left - WIDE), (left + WIDE / 2, top + HIGH / 2))
    for top in range(0, ROWS, HIGH)
    for left in range(0, COLUMNS, WIDE)
)
Plane = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class _Laid:
    """An affine map from one sheet to the other."""

    x: Plane
    y: Plane

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a place of the one sheet lies on the other."""
        return self.x[0] * x + self.x[1] * y + self.x[2], self.y[0] * x + self.y[1] * y + self.y[2]


def _words(laid: _Laid, mine: Sequence[Mark], other: Sequence[Mark]) -> Shares:
    agree = differ = dated = others = lost = 0
    for mark in mine:
        about = list(_near(laid, mark, other, ABOUT))
        near = list(_near(laid, mark, about))
        if any(there.token == mark.token for there in (near if mark.kind == WORD else about)):
            agree += 1
            dated += mark.kind == DATE
        else:
            differ += bool(near) and mark.sure
            others += any(_is_other(mark, there) for there in near)
            lost += mark.kind == DATE
    return Shares(agree, differ, dated, others, lost)


def _near(laid: _Laid, mark: Mark, other: Iterable[Mark], times: int = 1) -> Iterator[Mark]:
    """Yield the words of the other sheet that stand where a word does, or so many times as far from there."""
    x, y = laid.place(mark.x, mark.y)
    for there in other:
        if abs(there.x - x) <= times * TOGETHER_X and abs(there.y - y) <= times * TOGETHER_Y:
            yield there


def _is_other(mark: Mark, there: Mark) -> bool:
    """Tell whether another number stands there; one of another length may be a part of the same, read apart."""
    return mark.sure and there.sure and WORD not in (mark.kind, there.kind) and there.length == mark.length


def _pairs(mine: Sequence[Mark], other: Sequence[Mark]) -> list[tuple[Mark, Mark]]:
    """Return the words that both sheets have once, and not far apart."""
    here, there = _once(mine), _once(other)
    pairs = [(here[token], there[token]) for token in here.keys() & there.keys()]
    return [(one, two) for one, two in pairs if abs(one.x - two.x) <= NEAR and abs(one.y - two.y) <= NEAR]


def _once(marks: Sequence[Mark]) -> dict[int, Mark]:
    seen: dict[int, Mark | None] = {}
    for mark in marks:
        seen[mark.token] = None if mark.token in seen else mark
    return {token: mark for token, mark in seen.items() if mark}


def _lay(pairs: Sequence[tuple[Mark, Mark]]) -> _Laid | None:
    """Return the map that lays most pairs together: fitted, then again without those that it leaves far apart."""
    for _ in range(ROUNDS):
        if len(pairs) < LEAST_PAIRS:
            return None
        if (laid := _fitted(pairs)) is None:
            return None
        places = [laid.place(one.x, one.y) for one, _ in pairs]
        apart = [max(abs(x - two.x), abs(y - two.y)) for (x, y), (_, two) in zip(places, pairs, strict=True)]
        most = max(TOGETHER_Y, 2 * sorted(apart)[len(apart) // 2])
        pairs = [pair for pair, far in zip(pairs, apart, strict=True) if far <= most]
    return laid if len(pairs) >= LEAST_PAIRS else None


def _fitted(pairs: Sequence[tuple[Mark, Mark]]) -> _Laid | None:
    """Return the affine map that fits pairs best (least squares); None if the words lie in one line."""
    rows = [(float(one.x), float(one.y), 1.0) for one, _ in pairs]
    normal = [[sum(row[i] * row[j] for row in rows) for j in range(3)] for i in range(3)]
    planes = []
    for values in ([two.x for _, two in pairs], [two.y for _, two in pairs]):
        right = [sum(row[i] * value for row, value in zip(rows, values, strict=True)) for i in range(3)]
        plane = _solved(normal, right)
        if plane is None:
            return None
        planes.append(plane)
    return _Laid(planes[0], planes[1])


def _solved(matrix: list[list[float]], right: list[float]) -> Plane | None:
    """Solve three equations by Cramer's rule."""
    whole = _determinant(matrix)
    if abs(whole) < 1:
        return None
    first, second, third = (
        _determinant(
            [[right[row] if column == place else matrix[row][column] for column in range(3)] for row in range(3)]
        )
        / whole
        for place in range(3)
    )
    return first, second, third


def _determinant(m: list[list[float]]) -> float:
    return (
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    )


def _ink(mine: Sequence[int], other: Sequence[int], laid: _Laid | None, blocks: Sequence[Block]) -> float:
    """Return how much of the ink lies at the same places, each block moved to where it agrees best."""
    agree = total = 0
    reach = REACH_LAID if laid else REACH
    for block in blocks:
        down, across = _moves(block, laid)
        moves = [(down + y, across + x) for y in range(-reach, reach + 1) for x in range(-reach, reach + 1)]
        both, there, here = max((_moved(mine, other, block, move) for move in moves), key=_share)
        if max(here, there) >= LEAST_INK:
            agree += 2 * both
            total += here + there
    return agree / total if total else 1.0


def _moves(block: Block, laid: _Laid | None) -> tuple[int, int]:
    """Return by how many cells the middle of a block lies further down and to the right on the other sheet."""
    if laid is None:
        return 0, 0
    x, y = SPAN * block.middle[0] / COLUMNS, SPAN * block.middle[1] / ROWS
    there = laid.place(x, y)
    return round((there[1] - y) * ROWS / SPAN), round((there[0] - x) * COLUMNS / SPAN)


def _share(found: tuple[int, int, int]) -> float:
    return 2 * found[0] / max(1, found[1] + found[2])


def _moved(mine: Sequence[int], other: Sequence[int], block: Block, move: tuple[int, int]) -> tuple[int, int, int]:
    """Return the ink that both have within a block, that of the other and of this sheet, with the other moved."""
    both = theirs = ours = 0
    for row in block.rows:
        source = row + move[0]
        here = mine[row] & block.mask
        there = _shifted(other[source], move[1]) & block.mask if 0 <= source < ROWS else 0
        both += (here & there).bit_count()
        theirs += there.bit_count()
        ours += here.bit_count()
    return both, theirs, ours


def _shifted(row: int, by: int) -> int:
    """Return a row of cells moved to the left by so many."""
    return (row << by if by >= 0 else row >> -by) & ((1 << COLUMNS) - 1)
