"""The words that a PDF page brings along, with their places on the rendered page."""

import ctypes
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from services.upload.schemas import Word

MOST = 20_000  # characters of a page
CERTAIN = 99.0  # nothing had to be recognised
SAME_LINE = 0.5  # of a word's height


def layer_words(file: Path, page: int, size: tuple[int, int]) -> tuple[Word, ...]:
    """Return the words of a page's text, boxes in pixels of its rendering of `size` (width, height); maybe none."""
    try:
        with pypdfium2.PdfDocument(file) as document:
            opened = document[page]
            return tuple(_in_lines(_words(opened, opened.get_textpage(), size)))
    except pypdfium2.PdfiumError:
        return ()


def _words(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, size: tuple[int, int]) -> Iterator[Word]:
    """Yield the words in the order of the file, line 0 each."""
    marks: list[str] = []
    boxes: list[tuple[int, int, int, int]] = []
    for place in range(min(text.count_chars(), MOST)):
        mark = chr(pdfium.FPDFText_GetUnicode(text.raw, place) or 32)
        if mark.isspace():
            yield from _word(marks, boxes)
            marks, boxes = [], []
        else:
            marks.append(mark)
            boxes.append(_box(page, text, place, size))
    yield from _word(marks, boxes)


def _word(marks: list[str], boxes: list[tuple[int, int, int, int]]) -> Iterator[Word]:
    if not marks:
        return
    left, top = (min(box[axis] for box in boxes) for axis in (0, 1))
    right, bottom = (max(box[axis] for box in boxes) for axis in (2, 3))
    text = "".join(marks).replace("\u00ad", "-").replace("\ufffe", "-")
    yield Word(text=text, box=(left, top, max(1, right - left), max(1, bottom - top)), line=0, confidence=CERTAIN)


def _box(
    page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, place: int, size: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of a character in the rendering, however the page is turned or cropped."""
    left, bottom, right, top = text.get_charbox(place, loose=True)
    corners = [_pixel(page, size, x, y) for x, y in ((left, top), (right, bottom))]
    (first, second), (third, fourth) = corners
    return min(first, third), min(second, fourth), max(first, third), max(second, fourth)


def _pixel(page: pypdfium2.PdfPage, size: tuple[int, int], x: float, y: float) -> tuple[int, int]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, across, down)
    return across.value, down.value


def _in_lines(words: Iterator[Word]) -> Iterator[Word]:
    """Number the lines: a word that does not stand right of the one before, at its height, begins a new one."""
    line, last = 0, None
    for word in words:
        if last is not None and not _follows(last, word):
            line += 1
        last = word
        yield word.model_copy(update={"line": line})


def _follows(last: Word, word: Word) -> bool:
    apart = abs((last.box[1] + last.box[3] / 2) - (word.box[1] + word.box[3] / 2))
    return word.box[0] >= last.box[0] and apart <= SAME_LINE * max(last.box[3], word.box[3])
