"""A wording as it stands on a page, and what is made of it."""

from services.upload.domain.numbering import Numbering, numbering_of
from services.upload.domain.rows import Row

TOP, UPPER, FOOT = 0.05, 0.3, 0.95


def said(text: str, down: float = FOOT, sure: float = 96.0) -> Numbering:
    """Return what a row says whose cells are parted by three spaces, beside a sentence above it."""
    rows = [Row(("Sehr geehrte Frau Kaya, wir haben Ihren Antrag vom 2.4.2026 erhalten.",), 0.38)]
    return numbering_of([*rows, Row(tuple(text.split("   ")), down, sure)])
