"""Which way the text of a PDF page runs: what is printed as text needs no guess about which way is up."""

import math
from collections import Counter

import pypdfium2
import pypdfium2.raw as pdfium

from services.upload.domain.sides import Turn, as_turn

LEAST = 200  # characters: fewer may be a stamp or the line of a fax on a scan
SAMPLE = 400  # characters that are looked at
SHARE = 0.8  # of them that must run the same way
UNSEEN = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)
RIGHT_ANGLE = 90  # degrees


def turn_by_text(page: pypdfium2.PdfPage) -> Turn | None:
    """Return by how much a page has to be turned clockwise for its visible text to be upright.

    None if there is too little of it.
    """
    text = page.get_textpage()
    try:
        count = text.count_chars()
        places = range(0, count, max(1, count // SAMPLE))
        found = Counter(quarter for place in places if (quarter := _quarter(text, place)) is not None)
    finally:
        text.close()
    if not found or count < LEAST:
        return None
    quarter, times = found.most_common(1)[0]
    if times < SHARE * found.total() or found.total() * count < LEAST * len(places):
        return None
    return as_turn(-RIGHT_ANGLE * quarter - page.get_rotation())


def _quarter(text: pypdfium2.PdfTextPage, place: int) -> int | None:
    """Return by how many quarters a character is turned clockwise; None for one that nobody sees."""
    drawn = pdfium.FPDFText_GetTextObject(text.raw, place)
    if not drawn or pdfium.FPDFTextObj_GetTextRenderMode(drawn) in UNSEEN:
        return None
    return round(float(pdfium.FPDFText_GetCharAngle(text.raw, place)) / (math.pi / 2)) % 4
