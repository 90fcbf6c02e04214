"""Whether a sheet goes on, or follows another: "bitte wenden", "Fortsetzung auf Seite 3", a sum carried over."""

import re

from services.upload.domain.facts.misread import repaired
from services.upload.domain.rows import Row

FOOT = 0.85  # of the height: below, two letters are enough to say that a sheet goes on
CARRIED_FROM, CARRIED_TO = 0.5, 0.6  # above, a sum was carried here; below, it is carried on
FEW_WORDS = 6  # of a line that is a notice: in running text the back of something else may be meant

_BACK = r"r(?:ü|u|ii|il)ckseite"
_NEXT = r"(?:n[äa]chste[nrs]?|folgende[nrs]?)\s+(?:seite|blatt)|folgeseite|folgeblatt"
_SHEET = r"(?:seite|blatt|page|s\.|bl\.)"
_GOES_ON = re.compile(
    rf"(?i)\bbitte\s+umbl[äa]ttern|\bsiehe\s+(?:auch\s+|bitte\s+)?(?:die\s+)?(?:{_BACK}|umseitig|{_NEXT})"
    rf"|{_BACK}\s+(?:bitte\s+)?beachten|\bumseitige?\b|\bweiter\s+(?:auf|siehe)\s+(?:der\s+)?(?:{_BACK}|{_NEXT})"
    rf"|\bfortsetzung\s+(?:folgt|umseitig|(?:siehe\s+|auf\s+)?(?:der\s+|dem\s+)?(?:{_BACK}|{_NEXT}))"
    r"|\bplease\s+turn\s+over|\bcontinued\s+(?:on\s+next|overleaf)|\bsee\s+(?:reverse|overleaf)"
)
_ON_THE_BACK = re.compile(rf"(?i)\bauf\s+der\s+{_BACK}(?:\s+diese[rs]\s+\w+)?\s*[.!)]*$")
_TURN = re.compile(
    r"(?:^|\(|[^.]\s)[bB]\s?\.\s?w\s?\.?\s*!?\)?$|^(?:\S+\s+){0,2}[bB](?:itte|ITTE)\s+(?i:wenden)\s*[!.]*\)?$"
)
_POINTED = re.compile(r"(?:\.{2,}|…)\s*/?\s*([1-9]\d?)")
_ON_PAGE = re.compile(
    rf"(?i)\b(?:fortsetzung|weiter|continued)\s*:?\s+(?:siehe\s+|auf\s+|on\s+){_SHEET}\s*([\dOoIl]{{1,3}})(?!\w)"
)
_FROM_PAGE = re.compile(rf"(?i)\bfortsetzung\s+(?:von|zu|aus)\s+{_SHEET}\s*([\dOoIl]{{1,3}})(?!\w)")
_CARRIED = re.compile(rf"(?i)(?:ü|u|ue)bertrag(?:\s+(?:auf|von|aus)\s+{_SHEET}\s*\d{{1,3}})?\s*[:.]?")
_AMOUNTS = re.compile(r"(?i)(?:[\d.,+\-\u2013\s€]|EUR|Euro|Soll|Haben|\b[SH]\b)*")


def goes_on(row: Row) -> bool:
    """Tell whether a row says that another sheet, or a back, comes after this one."""
    if _GOES_ON.search(row.text) or _ON_PAGE.search(row.text):
        return True
    if any(_ON_THE_BACK.search(cell) and len(cell.split()) <= FEW_WORDS for cell in row.cells):
        return True
    if row.down >= CARRIED_TO and _is_carried(row):
        return True
    return row.down >= FOOT and bool(_TURN.search(row.cells[-1]) or _POINTED.fullmatch(row.cells[-1]))


def follows(row: Row) -> bool:
    """Tell whether a row says that another sheet came before this one."""
    return bool(_FROM_PAGE.search(row.text)) or (row.down <= CARRIED_FROM and _is_carried(row))


def number_told(row: Row) -> int | None:
    """Return the number that a sheet must have by where it goes on, or by what it goes on from."""
    pointed = _POINTED.fullmatch(row.cells[-1]) if row.down >= FOOT else None
    for match, step in ((_ON_PAGE.search(row.text), -1), (pointed, -1), (_FROM_PAGE.search(row.text), 1)):
        digits = repaired(match[1]) if match else ""
        if digits.isdecimal() and int(digits) + step >= 1:
            return int(digits) + step
    return None


def _is_carried(row: Row) -> bool:
    """Say whether a row is a sum carried over: only the word and amounts, where a transfer has a date or a purpose."""
    match = _CARRIED.match(row.text)
    return bool(match and _AMOUNTS.fullmatch(row.text[match.end() :]))
