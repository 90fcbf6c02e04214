"""Dates on a page, and what they are for: the words around a date say it."""

import re
from collections.abc import Iterator

from services.upload.domain.facts.calendar import days_in
from services.upload.domain.facts.fact import Fact, FactKind
from services.upload.domain.facts.page import FactPage, Piece

BEFORE, AFTER = 100, 60  # characters that may say what a date is for
TOP = 0.45  # of the page: below, no date is that of the letter

_ON_FORMS = ("letter_date", "deadline", "period_end")  # what a label beside a date says more surely than a sentence
_OF_A_PAPER = re.compile(
    r"(?:androhung|ankündigung|mahnung|schreiben|rechnung|bescheid|antrag|erinnerung|auszug|vertrag)s? vom\s*$"
)
_PERIOD_END = re.compile(r"\d{2,4}\s*(?:bis(?: zum| einschlie(?:ß|ss)lich)?|-|–|—)\s*$")  # noqa: RUF001 - printed dashes
_PERIOD_FOLLOWS = re.compile(r"^\s*(?:bis(?: zum)?|-|–|—)\s*\d{1,2}\.")  # noqa: RUF001
_EARLIEST = re.compile(r"(?:fr[üu]hestens|nicht vor|nicht eher)[^.:]*$")
_CUT = (
    r"(?:unterbr[eo]ch|unterbrechung|sperr(?:ung|en|e|termin|datum|tag)\b|gesperrt|stromsperre|eingestellt|abgestellt"
    r"|abgeklemmt|abschaltung|einstellung)"
)
_CUT_BEFORE = re.compile(_CUT + r"(?:[^.]|\.(?=\S)){0,60}$")
_CUT_AFTER = re.compile(
    r"^\W{0,3}(?:\S+ ){0,8}?(?:unterbr[eo]chen|unterbrechung|gesperrt|sperren|eingestellt|abgestellt|abklemmen|"
    r"abgeklemmt|trennen|getrennt|abschalten)\b"
)
_DEADLINE = re.compile(
    r"(?:\bbis|bis zum|bis spätestens|bis sp[äa]testens zum|spätestens|spätestens am|spätestens zum|fällig(?:keit)?:?"
    r"|fällig(?: am| zum)|zahlbar bis:?|frist(?:ende|ablauf)?:?|frist (?:bis|endet|läuft)(?: zum| am)?|zahlungsziel:?"
    r"|zahlungseingang(?: bis)?:?|einlangend bis)\s*$"
)
_LETTER = re.compile(r"(?:(?:^|\s)datum:?|erstellt am:?|\bden|[a-zäöüß]+,)\s*$")


def dates(page: FactPage) -> Iterator[Fact]:
    """Yield every date with what it is for, `date` where nothing says it."""
    beside = _beside(page)
    for found in days_in(page.stream.text):
        pieces = page.stream.at(found.start, found.end)
        before = page.stream.text[max(0, found.start - BEFORE) : found.start].lower()
        after = page.stream.text[found.end : found.end + AFTER].lower()
        labelled = purpose(beside.get(pieces[0], ""), "")
        kind = labelled if labelled in _ON_FORMS else purpose(before, after)
        if kind == "date":
            kind = labelled
        if kind == "letter_date" and pieces[0].middle > TOP * page.height:
            kind = "date"
        yield page.fact(kind, found.day.isoformat(), pieces, found.sure)


def purpose(before: str, after: str) -> FactKind:
    """Return what a date is for, by the words before and after it (in small letters)."""
    if _OF_A_PAPER.search(before):
        return "date"
    if _PERIOD_END.search(before):
        return "period_end"
    if _PERIOD_FOLLOWS.search(after):
        return "period_start"
    if _DEADLINE.search(before):
        return "deadline"
    if _CUT_BEFORE.search(before) or _CUT_AFTER.search(after):
        return "earliest_cut_date" if _EARLIEST.search(before) else "cut_off_date"
    return "letter_date" if _LETTER.search(before) else "date"


def _beside(page: FactPage) -> dict[Piece, str]:
    """Return for every word what stands left of it in its row: in a form that is its label."""
    labels: dict[Piece, str] = {}
    for row in page.rows:
        before = ""
        for piece in row.pieces:
            labels[piece] = before.lower()
            before = f"{before}{piece.text} "
    return labels
