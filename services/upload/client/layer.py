"""The words that a PDF page brings along, with their places on the rendered page."""

import ctypes
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from services.upload.client.shown import open_shown
from services.upload.domain.lines import lines_of
from services.upload.domain.spaced import Box, Piece
from services.upload.domain.spelling import spelled
from services.upload.schemas import Word

MOST = 200_000  # characters; a page that has more is left to the recognition, rather than cut off
CERTAIN = 99.0  # nothing had to be recognised
SPACE = 32  # what PDFium puts where a character means nothing is a space as well

Corners = tuple[float, float, float, float]  # left, bottom, right, top in points of the page


def layer_words(file: Path, page: int, size: tuple[int, int]) -> tuple[Word, ...]:
    """Return the words of a page's text, boxes in pixels of its rendering of `size` (width, height); maybe none."""
    try:
        with pypdfium2.PdfDocument(file) as document:
            shown = open_shown(document, page)
            text = shown.page.get_textpage()
            count = text.count_chars()
            if count > MOST:
                return ()
            own = _pieces(shown.page, text, range(min(shown.printed, count)), size)
            filled = _pieces(shown.page, text, range(shown.printed, count), size)
            return tuple(
                Word(text=piece.text, box=piece.box, line=number, confidence=CERTAIN)
                for number, line in enumerate(lines_of(own, filled))
                for piece in line
            )
    except pypdfium2.PdfiumError:
        return ()


def _pieces(
    page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, places: range, size: tuple[int, int]
) -> Iterator[Piece]:
    """Yield what stands between spaces, in the order of the file."""
    marks: list[str] = []
    corners: list[Corners] = []
    typed = False
    for place in places:
        mark = chr(pdfium.FPDFText_GetUnicode(text.raw, place) or SPACE)
        if not mark.isspace():
            marks.append(mark)
            corners.append(text.get_charbox(place, loose=True))
            continue
        if found := spelled("".join(marks)):
            yield Piece(found, _box(page, corners, size), typed)
        marks, corners = [], []
        typed = not pdfium.FPDFText_IsGenerated(text.raw, place)
    if found := spelled("".join(marks)):
        yield Piece(found, _box(page, corners, size), typed)


def _box(page: pypdfium2.PdfPage, corners: list[Corners], size: tuple[int, int]) -> Box:
    """Return the box around characters in the rendering, however the page is turned or cropped."""
    left, bottom = (min(corner[axis] for corner in corners) for axis in (0, 1))
    right, top = (max(corner[axis] for corner in corners) for axis in (2, 3))
    (first, second), (third, fourth) = (_pixel(page, size, x, y) for x, y in ((left, top), (right, bottom)))
    return min(first, third), min(second, fourth), max(1, abs(third - first)), max(1, abs(fourth - second))


def _pixel(page: pypdfium2.PdfPage, size: tuple[int, int], x: float, y: float) -> tuple[int, int]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, across, down)
    return across.value, down.value
