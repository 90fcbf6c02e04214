"""Numbers that a label announces: beside it in its row, or below it; and those that speak for themselves."""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from services.upload.domain.facts.fact import Fact, FactKind
from services.upload.domain.facts.labels import Label, label_at
from services.upload.domain.facts.misread import as_digits
from services.upload.domain.facts.page import FactPage, Piece, Strip

FILLERS = frozenset({"lautet", "ist", "nr", "nr.", "nr.:", "nummer", "nummer:", ":", "-", "|"})
CLOSE = 1.6  # of the height: how far apart the groups of one number stand
BELOW = 3.0  # of the height: how far below its label a number may stand
SHORTEST = 4  # characters
LEAST_DIGITS = 3

_DATE = re.compile(r"^\d{1,2}\.\d{1,2}\.(\d{2,4})?[.,;]?$")
_AMOUNT = re.compile(r"^\d[\d.]*,\d{2}$")
_GROUP = re.compile(r"^[A-Z0-9ÄÖÜ][A-Za-z0-9ÄÖÜ/\-.()]*$")
_BG = re.compile(r"(?<!\w)(\d{5}) ?(?://|/ /|BG|B6|/1|1/) ?(\d{7})(?!\w)")
_METER = re.compile(r"(?<!\w)([1-9]) ?([A-Z]{3}) ?(\d{2}) ?(\d{4}) ?(\d{4})(?!\w)")  # DIN 43863-5


def numbers(page: FactPage) -> list[Fact]:
    """Return the numbers with a label, and those of a benefit unit or a meter that need none.

    Of a number that was also read without its beginning only the whole one is kept.
    """
    found = list(_numbers(page))
    return [one for one in found if not any(_is_rest_of(one, other) for other in found)]


def _is_rest_of(one: Fact, other: Fact) -> bool:
    return one.kind == other.kind and one.value != other.value and other.value.endswith(one.value)


def _numbers(page: FactPage) -> Iterator[Fact]:
    rows = page.rows
    for row, below in zip(rows, [*rows[1:], Strip(())], strict=True):
        place = 0
        while place < len(row.pieces):
            label = label_at(row.pieces, place)
            if label:
                yield from _announced(page, row, below, label)
            place = label.end if label else place + 1
    yield from _speaking(page, "bg_number", _BG, "//")
    yield from _speaking(page, "meter_number", _METER, "")


def _speaking(page: FactPage, kind: FactKind, pattern: re.Pattern[str], joint: str) -> Iterator[Fact]:
    """Yield the numbers whose form says what they are."""
    for match in pattern.finditer(page.stream.text):
        yield page.fact(kind, joint.join(match.groups()), page.stream.at(match.start(), match.end()), 0.9)


def _announced(page: FactPage, row: Strip, below: Strip, label: Label) -> Iterator[Fact]:
    """Yield the number of a label, if there is one."""
    pieces = _groups(row.pieces[label.end :]) or _groups(_under(row.pieces[label.start], below))
    if not pieces:
        return
    value = number_of(label.kind, [piece.text for piece in pieces])
    if value is None:
        return
    sure = label.sure
    if label.kind == "market_location":
        sure = 0.98 if market_location_checks(value) else 0.3
    yield page.fact(label.kind, value, pieces, sure)


def _groups(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return the words that make up the number at the beginning of some words of a row."""
    rest = list(pieces)
    while rest and rest[0].text.lower() in FILLERS:
        rest.pop(0)
    taken: list[Piece] = []
    for piece in takewhile(lambda piece: _is_group(piece.text), rest):
        if taken and piece.box[0] - taken[-1].right > CLOSE * piece.box[3]:
            break
        taken.append(piece)
        if piece.text.endswith((",", ";")):
            break
    while taken and not any(mark.isdigit() for mark in taken[-1].text):
        taken.pop()
    return tuple(taken)


def _is_group(text: str) -> bool:
    """Say whether a word can be part of a number: digits, or a few capitals among them; no date, no amount."""
    word = text.strip(".,;:()")
    if not word or _DATE.match(text) or _AMOUNT.match(word):
        return False
    if as_digits(word):
        return True
    if not _GROUP.match(word):
        return False
    return any(mark.isdigit() for mark in word) or (word.isupper() and len(word) <= 3)  # noqa: PLR2004 - a maker's sign


def _under(label: Piece, below: Strip) -> tuple[Piece, ...]:
    """Return the words of the next row that begin below a label."""
    if not below.pieces or below.pieces[0].middle - label.middle > BELOW * label.box[3]:
        return ()
    return tuple(piece for piece in below.pieces if label.box[0] - 2 * label.box[3] <= piece.box[0])[:5]


def number_of(kind: FactKind, words: Sequence[str]) -> str | None:
    """Return a number without spaces, misread digits put right; None if it cannot be one."""
    stripped = [word.strip(".,;:()") for word in words]
    joined = "".join((as_digits(word) if word.isalnum() else None) or word for word in stripped)
    if kind == "bg_number":
        found = _BG.search("".join(stripped))
        return "//".join(found.groups()) if found else None
    if kind == "market_location":
        return as_digits(joined)
    return joined if len(joined) >= SHORTEST and sum(mark.isdigit() for mark in joined) >= LEAST_DIGITS else None


def market_location_checks(number: str) -> bool:
    """Check the last of eleven digits: odd places count once, even ones twice (BDEW, MaLo-ID 1.0, 2017)."""
    if len(number) != 11 or number[0] == "0":  # noqa: PLR2004 - ten digits and their check digit
        return False
    weighed = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(number[:-1]))
    return -weighed % 10 == int(number[-1])
