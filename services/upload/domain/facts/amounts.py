"""Amounts of euros on a page, and which of them is to be paid."""

import re
from collections.abc import Iterator
from decimal import Decimal

from babel.numbers import NumberFormatError, parse_decimal

from services.upload.domain.facts.fact import Fact, FactKind
from services.upload.domain.facts.misread import as_digits, repaired
from services.upload.domain.facts.page import FactPage, Piece, Strip

BEFORE = 70  # characters that may say what an amount is for
MOST = Decimal(10_000_000)

_D = r"[0-9OolISB|]"
_SUM = re.compile(
    rf"(?<![\w,.])(?P<minus>[-–−] ?)?(?:(?P<ahead>€|EUR|Euro) ?)?(?P<sum>\d{_D}{{0,2}}(?:[. ]\d{_D}{{2}})+|\d{_D}*)"  # noqa: RUF001 - printed dashes
    rf"(?P<cents>,{_D}{{2}}|,[-–—]{{1,2}})?(?P<after> ?(?:€|EUR\b|Euro\b|EURO\b|£|E(?=[\s.,;)]|$)))?(?![\w%]|[.,]\d)"  # noqa: RUF001
)
_OTHER_UNIT = re.compile(r"^ ?(?:%|ct|cent|kwh|qm|m²|m2|m³|std|stunden|uhr|°)", re.IGNORECASE)
_EUROS = re.compile(r"€|\bEUR\b|\bEuro\b")
_DUE = re.compile(
    r"(?:offene[rn]? (?:gesamt)?betrag|gesamtbetrag|gesamtforderung|gesamtsumme|zu zahlen(?:der betrag|de summe)?|"
    r"zahlbetrag|zahlen sie(?: bitte)?(?: den betrag von)?|überweisen sie|forderungsbetrag|rechnungsbetrag|nachzahlung|"
    r"nachforderung|offene forderung|zahlungsrückstand|rückstand|ausstehend\w*|noch offen\w*|fälliger betrag)"
    r"[^€.]{0,28}$"
)


def amounts(page: FactPage) -> Iterator[Fact]:
    """Yield every amount of euros; one without a sign only where the page counts in euros and it has cents."""
    in_euros = bool(_EUROS.search(page.stream.text))
    beside = {piece: (row, place) for row in page.rows for place, piece in enumerate(row.pieces)}
    for match in _SUM.finditer(page.stream.text):
        signed = bool(match["ahead"] or match["after"])
        if not signed and not (in_euros and match["cents"] and not _of_something_else(page.stream.text, match.end())):
            continue
        if (value := _value(match)) is None:
            continue
        pieces = page.stream.at(match.start(), match.end())
        before = page.stream.text[max(0, match.start() - BEFORE) : match.start()].lower()
        kind = _purpose(before, _left_of(beside, pieces[0]))
        yield page.fact(kind, str(value), pieces, 0.95 if signed and match["cents"] else 0.7 if signed else 0.6)


def _of_something_else(text: str, end: int) -> bool:
    return bool(_OTHER_UNIT.match(text[end : end + 10]))


def _value(match: re.Match[str]) -> Decimal | None:
    """Return an amount with two decimals; None if it is none after all."""
    whole, cents = as_digits(match["sum"]), repaired(match["cents"] or ",00")[1:]
    if whole is None:
        return None
    cents = (as_digits(cents) or "00").zfill(2)
    try:
        value = parse_decimal(f"{whole},{cents}", locale="de_DE")
    except NumberFormatError:
        return None
    value = -value if match["minus"] else value
    return value.quantize(Decimal("0.01")) if abs(value) < MOST else None


def _purpose(before: str, beside: str) -> FactKind:
    return "amount_due" if _DUE.search(before) or _DUE.search(beside) else "amount"


def _left_of(beside: dict[Piece, tuple[Strip, int]], piece: Piece) -> str:
    row, place = beside.get(piece, (Strip(()), 0))
    return " ".join(other.text for other in row.pieces[:place]).lower()
