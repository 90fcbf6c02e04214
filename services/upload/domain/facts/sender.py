"""Who wrote a letter: the name over the address, at the top or at the foot of its first page."""

import re
from collections import Counter
from collections.abc import Iterator

from rapidfuzz import fuzz

from services.upload.domain.facts.fact import Fact
from services.upload.domain.facts.page import FactPage, Piece, Strip

TOP, FOOT = 0.4, 0.88  # of the page's height
GAP = 2.5  # of the height: a wider gap parts columns
SAME = 88  # of 100
LONGEST = 60  # characters of a name

_FORM = r"(?:gmbh|ggmbh|ag|se|eg|kg|ohg|mbh|e\.? ?v\.?|a\.?ö\.?r\.?|kdör|ug|& co\.?|& partner|gbr)"
_TRADE = (
    r"(?:stadtwerke|gemeindewerke|energie\w*|\w+werke|\w*versorgung\w*|strom\w*|netz\w*|gas\w*|bank|\w*bank"
    r"|sparkasse\w*|\w*kasse|krankenkasse|wohnbau\w*|wohnungs\w*|hausverwaltung\w*|jobcenter|agentur|stadt|kreis|amt|"
    r"landratsamt|bürgeramt|\w*schule|gymnasium|berufskolleg|universität|versicherung\w*)"
)
_NAMED = re.compile(rf"(?:\b{_FORM}(?:\W|$))|(?:^{_TRADE}\b)", re.IGNORECASE)
_END = re.compile(r"\s*(?:[·•|*+]|\s[-–—]\s|,\s|\bPostfach\b|\bTelefon\b|\bTel\b).*$")  # noqa: RUF001 - printed dashes
_NOT_A_NAME = re.compile(
    r"(?:www|@|\b(?:iban|bic|telefon|ust|hrb|seit)\b|sehr geehrt|kundennummer|gültig|konto\w*:|bankverbindung)",
    re.IGNORECASE,
)
_JUNK = re.compile(r"(?:\s+\W*\w?\W*)+$")  # what is left of a logo
_ENERGY = re.compile(r"zähler|kwh|strom(?:versorg|liefer|rechn|sperre)|energieliefer|versorgung|erdgas", re.IGNORECASE)


def sender(page: FactPage) -> Iterator[Fact]:
    """Yield the sender, `supplier` if the letter is about energy; a name that stands there twice is surer."""
    found = [(name, pieces) for row in page.rows for name, pieces in _names(page, row)]
    if not found:
        return
    votes = Counter({name: sum(fuzz.ratio(name, other) >= SAME for other, _ in found) for name, _ in found})
    name, pieces = max(found, key=lambda one: (votes[one[0]], min(piece.box[3] for piece in one[1])))
    kind = "supplier" if _ENERGY.search(page.stream.text) else "sender"
    yield page.fact("supplier" if kind == "supplier" else "sender", name, pieces, 0.9 if votes[name] > 1 else 0.6)


def _names(page: FactPage, row: Strip) -> Iterator[tuple[str, tuple[Piece, ...]]]:
    for part in _columns(row):
        middle = part.pieces[0].middle / page.height
        if TOP < middle < FOOT:
            continue
        name = _JUNK.sub("", _END.sub("", part.text)).strip(" .,-:")
        if _NAMED.search(name) and not _NOT_A_NAME.search(name) and 4 < len(name) <= LONGEST:  # noqa: PLR2004 - letters
            yield name, part.at(0, max(1, len(name)))


def _columns(row: Strip) -> Iterator[Strip]:
    """Yield the parts of a row that wide gaps separate."""
    part: list[Piece] = []
    for piece in row.pieces:
        if part and piece.box[0] - part[-1].right > GAP * max(piece.box[3], part[-1].box[3]):
            yield Strip(tuple(part))
            part = []
        part.append(piece)
    if part:
        yield Strip(tuple(part))
