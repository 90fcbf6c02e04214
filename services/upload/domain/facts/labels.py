"""The labels that say what number follows, however they are abbreviated, spaced or misread."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from rapidfuzz import fuzz

from services.upload.domain.facts.fact import FactKind
from services.upload.domain.facts.page import Piece

SAME = 100.0
ALIKE = 84  # of 100
LONG = 8  # letters from which on a label may be misread
MOST_WORDS = 3

LABELS: MappingProxyType[FactKind, tuple[str, ...]] = MappingProxyType(
    {
        "customer_number": ("kundennummer", "kundennr", "kundenr", "kdnr", "kundenkonto", "kundenkontonummer"),
        "contract_number": (
            "vertragsnummer", "vertragsnr", "vertragskonto", "vertragskontonummer", "vertragskontonr", "vertrag",
            "versicherungsnummer", "mitgliedsnummer", "personalnummer", "personalnr", "mieternummer",
            "versichertennummer",
        ),
        "meter_number": ("zählernummer", "zählernr", "zähler", "stromzähler", "zählerid", "gerätenummer"),
        "market_location": ("marktlokation", "marktlokationsid", "maloid", "malo", "marktlokationsnummer"),
        "invoice_number": ("rechnungsnummer", "rechnungsnr", "belegnummer", "auszugsnummer"),
        "bg_number": ("bgnummer", "bgnr", "nummerderbedarfsgemeinschaft", "bedarfsgemeinschaft", "nummerderbg"),
        "reference": (
            "aktenzeichen", "geschäftszeichen", "meinzeichen", "unserzeichen", "ihrzeichen", "vorgangsnummer",
            "kassenzeichen",
        ),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """A label found in a row: what it announces, the places of its first and its next-to-last word, how sure."""

    kind: FactKind
    start: int
    end: int
    sure: float


def label_at(pieces: Sequence[Piece], start: int) -> Label | None:
    """Return the label that begins with a word of a row: the one most like a known label, else the longest."""
    best: tuple[float, Label] | None = None
    for count in range(1, min(MOST_WORDS, len(pieces) - start) + 1):
        words = [piece.text for piece in pieces[start : start + count]]
        if any(mark.isdigit() for mark in words[-1]):
            break
        likeness, kind = _named(_compact("".join(words)))
        if kind and (best is None or likeness >= best[0]):
            best = likeness, Label(kind, start, start + count, 0.95 if likeness == SAME else 0.85)
    return best[1] if best else None


def _compact(text: str) -> str:
    return re.sub(r"[^a-zäöüß]", "", text.lower())


def _named(compact: str) -> tuple[float, FactKind | None]:
    """Return how like a known label some letters are (0 to 100), and what it announces; a short one exactly."""
    for kind, names in LABELS.items():
        if compact in names:
            return SAME, kind
    if len(compact) < LONG:
        return 0.0, None
    alike = [(fuzz.ratio(compact, name), kind) for kind, names in LABELS.items() for name in names if len(name) >= LONG]
    likeness, kind = max(alike)
    return (likeness, kind) if likeness >= ALIKE else (0.0, None)
