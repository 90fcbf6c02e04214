"""What a sheet says of its place among others: "Seite 2 von 4" or "- 2 -", and whether it goes on."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.upload.domain import continuing
from services.upload.domain.facts.misread import repaired
from services.upload.domain.rows import Row

TOP, FOOT = 0.15, 0.85  # of the height: where a number may stand that says no more than itself
EDGE_TOP, EDGE_FOOT = 0.07, 0.93  # where one may stand that is nothing but digits
SURE = 80.0  # confidence (0 to 100) of a number that is nothing but digits
APART = 0.012  # of the height: further than two lines of a footer, of which one may have lost some digits
MOST, MOST_SLASHED, MOST_BARE = 200, 15, 20  # pages; "4/24" is a month

_LINE = "-\u2013\u2014"  # a hyphen and dashes
_N = r"([\dOoIl|]{1,3})"
_PAGE = r"(?:seite(?:n-?nr\.?)?|blatt(?:-?nr\.?)?|page|sayfa|pagina|s\.|bl\.|p\.)"
_OF = r"\s*\(?\s*(?:von|aus|of|/)\s*(?:insgesamt\s+)?"
_COUNTED = re.compile(rf"(?i)(?<![^\W_]){_PAGE}\s*:?\s*{_N}{_OF}{_N}(?!\w)(?:\s+seiten)?\s*\)?")
_NUMBERED = re.compile(rf"(?i)(?<![^\W_])(?:seite|blatt|page|sayfa|pagina)(?:\s*nr\.?)?\s*:?\s*{_N}\W*$")
_DASHED = re.compile(rf"[{_LINE}_=~]{{1,2}}\s*{_N}\s*[{_LINE}_=~]{{1,2}}")
_SLASHED = re.compile(r"\(?([1-9]\d?)\s*/\s*([1-9]\d?)\)?")
_SPOKEN = re.compile(rf"\(?{_N}\s+(?:von|of)\s+{_N}\)?")
_BARE = re.compile(rf"[{_LINE}(]?\s*([1-9]\d?)\s*[{_LINE})]?")
_REGISTER = re.compile(r"(?i)grundbuch|\bband\b|flur\b")
_LABEL = re.compile(
    r"(?i)(?::|nr\.?|nummer|datum|zeichen|az\.?|stand|auszug|monat|vom|tel\.?|fax|klasse|jahr|wohnung|haus)\s*$"
)
_REFERS = re.compile(r"(?:^|\s)(?:[a-zäöüß]+\.?|Siehe|Vgl\.?|Auf|Sehen?|Lesen|Nach|Anlage|Anhang|Abschnitt|See)\s*$")
_PARTED = re.compile(rf"[{_LINE}|·•]$")

Pair = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Numbering:
    """The number of a sheet and how many there are, None where it does not say so.

    `goes_on` tells that another sheet, or a back, comes after it; `follows` that one came before it.
    """

    number: int | None = None
    count: int | None = None
    goes_on: bool = False
    follows: bool = False


def numbering_of(rows: Sequence[Row]) -> Numbering:
    """Return what the rows of a sheet say of its place.

    The surest kind of mark decides, a number beside the word for a page before one that stands for itself; if two of
    that kind disagree, there is no number.
    """
    number, count = _agreed(rows)
    return Numbering(number, count, any(map(continuing.goes_on, rows)), any(map(continuing.follows, rows)))


def _agreed(rows: Sequence[Row]) -> Pair:
    for kind in (_counted, _numbered, _dashed, _slashed, _told, _bare):
        found = {pair for row in rows for pair in kind(row)}
        if found:
            return found.pop() if len(found) == 1 else (None, None)
    return None, None


def _counted(row: Row) -> Iterator[Pair]:
    for cell in row.cells:
        for match in _COUNTED.finditer(cell):
            after = cell[match.end() :].lstrip()
            if not (_REFERS.search(cell[: match.start()]) or after[:1] == "," or after[:1].islower()):
                yield from _pair(match[1], match[2], MOST)


def _numbered(row: Row) -> Iterator[Pair]:
    for cell in (cell.strip(f" {_LINE}") for cell in row.cells):
        match = _NUMBERED.search(cell)
        before = cell[: match.start()].strip() if match else ""
        if match and (not before or _PARTED.search(before) or _ends_in_a_number(before)) and not _REGISTER.search(cell):
            yield from _pair(match[1], None, MOST)


def _dashed(row: Row) -> Iterator[Pair]:
    for match in filter(None, map(_DASHED.fullmatch, row.cells if _is_outer(row) else ())):
        yield from _pair(match[1], None, MOST)


def _slashed(row: Row) -> Iterator[Pair]:
    for before, cell in zip(("", *row.cells), row.cells, strict=False):
        if not _is_outer(row) or _LABEL.search(before):
            continue
        if match := _SLASHED.fullmatch(cell):
            yield from _pair(match[1], match[2], MOST_SLASHED, least=2)
        elif match := _SPOKEN.fullmatch(cell):
            yield from _pair(match[1], match[2], MOST)


def _told(row: Row) -> Iterator[Pair]:
    if number := continuing.number_told(row):
        yield number, None


def _bare(row: Row) -> Iterator[Pair]:
    at_edge = (row.down <= EDGE_TOP or row.down >= EDGE_FOOT) and row.apart >= APART
    if at_edge and len(row.cells) == 1 and row.sure >= SURE and (match := _BARE.fullmatch(row.text)):
        yield from _pair(match[1], None, MOST_BARE)


def _ends_in_a_number(text: str) -> bool:
    return any(mark.isdigit() for mark in text.rsplit(maxsplit=1)[-1])


def _is_outer(row: Row) -> bool:
    return row.down <= TOP or row.down >= FOOT


def _pair(number: str, count: str | None, most: int, least: int = 1) -> Iterator[Pair]:
    """Yield a number with the count; nothing if they cannot be that."""
    first, last = _number(number), _number(count) if count is not None else None
    if first is None or (count is not None and last is None):
        return
    if 1 <= first <= (last or most) <= most and (last or least) >= least:
        yield first, last


def _number(text: str) -> int | None:
    """Return the number that was read; letters alone may be a Roman one, which nobody counts sheets by here."""
    digits = repaired(text)
    plausible = digits.isdecimal() and (len(text) == 1 or any(mark.isdigit() for mark in text))
    return int(digits) if plausible else None
