"""Days as German letters write them: 12.03.2026, 12.3.26, 12. März 2026, 2026-03-12; misread marks allowed for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from babel.dates import get_month_names
from rapidfuzz import fuzz, process

from services.upload.domain.facts.misread import repaired

YEARS = range(1930, 2100)
CENTURY = 2000
ALIKE = 75  # of 100: how alike a misread month is to the true one

_D = r"[0-9OolI|]"
_NUMERIC = re.compile(rf"(?<![\w.,])({_D}{{1,2}})[.,] ?({_D}{{1,2}})[.,] ?({_D}{{4}}|\d{{2}})(?![\w%€])(?!,\d)")
_WRITTEN = re.compile(rf"(?<![\w.,])({_D}{{1,2}})[.,]? ?([A-Za-zÄÖÜäöü]{{3,9}})\.? ({_D}{{4}})(?!\w)")
_ISO = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")


@dataclass(frozen=True, slots=True)
class Day:
    """A day, from which to which character of a text it is written, and how sure its form makes it."""

    start: int
    end: int
    day: date
    sure: float


def days_in(text: str) -> Iterator[Day]:
    """Yield the days written in a text, in no particular order."""
    for match in _NUMERIC.finditer(text):
        day, month, year = (repaired(part) for part in match.groups())
        full = len(year) > 2  # noqa: PLR2004 - digits of a short year
        if found := _day(int(year) if full else CENTURY + int(year), int(month), int(day)):
            yield Day(match.start(), match.end(), found, 0.95 if full else 0.8)
    for match in _WRITTEN.finditer(text):
        if (number := _month(match[2])) and (found := _day(int(repaired(match[3])), number, int(repaired(match[1])))):
            yield Day(match.start(), match.end(), found, 0.95)
    for match in _ISO.finditer(text):
        if found := _day(*(int(part) for part in match.groups())):
            yield Day(match.start(), match.end(), found, 0.9)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    wide, short = (get_month_names(width, "format", "de_DE") for width in ("wide", "abbreviated"))
    return {name.lower().rstrip("."): number for names in (short, wide) for number, name in names.items()}


def _month(word: str) -> int | None:
    """Return the number of a month by its name, also when a letter of it was misread."""
    name = word.lower()
    if name in _months():
        return _months()[name]
    likeliest = process.extractOne(name, [month for month in _months() if len(month) > 3], scorer=fuzz.ratio)  # noqa: PLR2004 - short names are too alike
    return _months()[likeliest[0]] if likeliest and likeliest[1] >= ALIKE else None
