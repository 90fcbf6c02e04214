"""The words that a PDF page brings along, with their places on the rendered page."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from services.upload.client.shown import open_shown, pixel_of
from services.upload.domain.lines import lines_of, without_doubles
from services.upload.domain.rightleft import as_cast
from services.upload.domain.sides import Turn
from services.upload.domain.spaced import Box, Piece
from services.upload.domain.spelling import spelled
from services.upload.schemas import Word

MOST = 200_000  # characters; a page that has more is left to the recognition, rather than cut off
CERTAIN = 99.0  # nothing had to be recognised
SPACE = 32  # what PDFium puts where a character means nothing is a space as well

Corners = tuple[float, float, float, float]  # left, bottom, right, top in points of the page


def layer_words(file: Path, page: int, size: tuple[int, int], turn: Turn = 0) -> tuple[Word, ...]:
    """Return the words of a page's text, boxes in pixels of its rendering of `size` (width, height); maybe none.

    With `turn`, the rendering was turned by so much clockwise, and `size` is its size after that.
    """
    try:
        with pypdfium2.PdfDocument(file) as document:
            shown = open_shown(document, page, turn)
            text = shown.page.get_textpage()
            count = text.count_chars()
            if count > MOST:
                return ()
            own = list(_pieces(shown.page, text, range(min(shown.printed, count)), size))
            filled = _pieces(shown.page, text, range(shown.printed, count), size)
            return tuple(
                Word(text=piece.text, box=piece.box, line=number, confidence=CERTAIN)
                for number, line in enumerate(lines_of(without_doubles(own), filled))
                for piece in line
            )
    except pypdfium2.PdfiumError:
        return ()


def _pieces(
    page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, places: range, size: tuple[int, int]
) -> Iterator[Piece]:
    """Yield what stands between spaces, in the order of the file."""
    typed = False
    for spaces, group in groupby(places, lambda place: _mark(text, place).isspace()):
        found = list(group)
        if spaces:
            typed = not pdfium.FPDFText_IsGenerated(text.raw, found[0])
            continue
        marks = [_mark(text, place) for place in found]
        corners: list[Corners] = [text.get_charbox(place, loose=True) for place in found]
        if said := spelled("".join(as_cast(marks, corners))):
            yield Piece(said, _box(page, corners, size), typed, _is_hidden(text, found[0]))


def _mark(text: pypdfium2.PdfTextPage, place: int) -> str:
    return chr(pdfium.FPDFText_GetUnicode(text.raw, place) or SPACE)


def _is_hidden(text: pypdfium2.PdfTextPage, place: int) -> bool:
    """Tell whether a character is in the file to be found only: recognition writes such text behind a scan."""
    drawn = pdfium.FPDFText_GetTextObject(text.raw, place)
    return bool(drawn) and pdfium.FPDFTextObj_GetTextRenderMode(drawn) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE


def _box(page: pypdfium2.PdfPage, corners: list[Corners], size: tuple[int, int]) -> Box:
    """Return the box around characters in the rendering, however the page is turned or cropped."""
    left, bottom = (min(corner[axis] for corner in corners) for axis in (0, 1))
    right, top = (max(corner[axis] for corner in corners) for axis in (2, 3))
    (first, second), (third, fourth) = (pixel_of(page, size, x, y) for x, y in ((left, top), (right, bottom)))
    return min(first, third), min(second, fourth), max(1, abs(third - first)), max(1, abs(fourth - second))
