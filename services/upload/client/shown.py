"""A page of a PDF as a viewer shows it: with what was typed, ticked, signed and stamped on it.

PDFium keeps such marks (annotations; ISO 32000-1, 12.5) apart from the page, and neither draws fields nor finds their
text by itself. Here they become part of the page, so that its picture and its text both have them.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from services.upload.domain.sides import Turn

MOST_MARKS = 5_000  # of a page; with more, nobody looks whether all of them can be drawn
TINY = 0.02  # scale of a picture that nobody sees
UNSEEN = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
TICKED = (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON)
FILLED = (pdfium.FPDF_FORMFIELD_TEXTFIELD, pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX)
DRAWN = (
    pdfium.FPDF_ANNOT_STAMP,
    pdfium.FPDF_ANNOT_FREETEXT,
    pdfium.FPDF_ANNOT_INK,
    pdfium.FPDF_ANNOT_LINE,
    pdfium.FPDF_ANNOT_POLYGON,
    pdfium.FPDF_ANNOT_POLYLINE,
)
LOST = -1  # a field that belongs to no form
AROUND = 0.15  # of a box: what a cross leaves free on each side

Annotation = Any  # PDFium's handle


@dataclass(frozen=True, slots=True)
class Shown:
    """A page with its marks on it.

    `printed` is how many characters of its text are its own; those of its marks follow. `complete` says whether all
    of it could be drawn.
    """

    page: pypdfium2.PdfPage
    printed: int
    complete: bool


def open_shown(document: pypdfium2.PdfDocument, number: int, turn: Turn = 0) -> Shown:
    """Return a page of a document that was just opened, with its marks as a part of it, turned clockwise.

    Raises:
        pypdfium2.PdfiumError: if the page cannot be opened.
    """
    filled = _with_forms(document)
    page = document[number]
    complete = _put_marks_on(document, page, filled=filled)
    if turn:
        page.set_rotation((page.get_rotation() + turn) % 360)
    with _text(page) as text:
        printed = text.count_chars()
    page.close()
    return Shown(document[number], printed, complete)


def _put_marks_on(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, *, filled: bool) -> bool:
    """Make the marks of a page a part of it when it is opened again; tell whether all of them could be drawn."""
    marks = pdfium.FPDFPage_GetAnnotCount(page.raw)
    if not marks:
        return True
    if marks <= MOST_MARKS:
        _tick(document, page)
    page.render(scale=TINY)  # PDFium makes up what marks without a look of their own look like when it draws them
    complete = marks > MOST_MARKS or all(_is_drawn(document, mark, filled=filled) for mark in _marks(page))
    return pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY) != pdfium.FLATTEN_FAIL and complete


def pixel_of(page: pypdfium2.PdfPage, size: tuple[int, int], x: float, y: float) -> tuple[int, int]:
    """Return where a point of a page is in its rendering of `size` (width, height), however it is turned or cropped."""
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, across, down)
    return across.value, down.value


def _with_forms(document: pypdfium2.PdfDocument) -> bool:
    """Let PDFium fill in the document's form, if there is one; tell whether it can."""
    try:
        document.init_forms()
    except pypdfium2.PdfiumError:
        return False
    return True


@contextmanager
def _text(page: pypdfium2.PdfPage) -> Iterator[pypdfium2.PdfTextPage]:
    text = page.get_textpage()
    try:
        yield text
    finally:
        text.close()


def _marks(page: pypdfium2.PdfPage) -> Iterator[Annotation]:
    """Yield the marks that a viewer shows, and hide those for print only."""
    for number in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        mark = pdfium.FPDFPage_GetAnnot(page.raw, number)
        if not mark:
            continue
        try:
            if (flags := pdfium.FPDFAnnot_GetFlags(mark)) & UNSEEN:
                pdfium.FPDFAnnot_SetFlags(mark, flags | pdfium.FPDF_ANNOT_FLAG_HIDDEN)
            else:
                yield mark
        finally:
            pdfium.FPDFPage_CloseAnnot(mark)


def _tick(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> None:
    """Draw a cross on each ticked box that has no look of its own for that."""
    for mark in _marks(page):
        if _field(document, mark) in TICKED and _is_on(mark) and not _look(mark):
            pdfium.FPDFAnnot_SetAP(mark, pdfium.FPDF_ANNOT_APPEARANCEMODE_NORMAL, _wide(_cross(mark)))


def _cross(mark: Annotation) -> str:
    """Return the operators that cross a mark's box from corner to corner, in the page's own points."""
    box = pdfium.FS_RECTF()
    pdfium.FPDFAnnot_GetRect(mark, box)
    side = AROUND * min(abs(box.right - box.left), abs(box.top - box.bottom))
    left, right = min(box.left, box.right) + side, max(box.left, box.right) - side
    low, high = min(box.top, box.bottom) + side, max(box.top, box.bottom) - side
    return f"q 1.5 w {left} {low} m {right} {high} l {left} {high} m {right} {low} l S Q"


def _is_on(mark: Annotation) -> bool:
    state = next((key for key in (b"AS", b"V") if pdfium.FPDFAnnot_HasKey(mark, key)), None)
    return state is not None and _string(pdfium.FPDFAnnot_GetStringValue, mark, state) not in {"", "Off"}


def _is_drawn(document: pypdfium2.PdfDocument, mark: Annotation, *, filled: bool) -> bool:
    """Tell whether a mark that says something has a look by which it can be drawn."""
    kind = pdfium.FPDFAnnot_GetSubtype(mark)
    if kind != pdfium.FPDF_ANNOT_WIDGET:
        return kind not in DRAWN or bool(_look(mark))
    return filled and (bool(_look(mark)) or not _says(document, mark))


def _says(document: pypdfium2.PdfDocument, mark: Annotation) -> bool:
    """Tell whether something was typed into a field or chosen there; a box that is ticked is drawn by itself."""
    field = _field(document, mark)
    if field in FILLED:
        return bool(_string(pdfium.FPDFAnnot_GetFormFieldValue, document.formenv.raw, mark).strip())
    return field == LOST and _is_on(mark)


def _field(document: pypdfium2.PdfDocument, mark: Annotation) -> int:
    """Return what kind of field a mark is; `LOST` if it is none of the form's."""
    return pdfium.FPDFAnnot_GetFormFieldType(document.formenv.raw, mark) if document.formenv else LOST


def _look(mark: Annotation) -> str:
    """Return the operators that draw a mark; none if it has no look."""
    return _string(pdfium.FPDFAnnot_GetAP, mark, pdfium.FPDF_ANNOT_APPEARANCEMODE_NORMAL)


def _string(get: Callable[..., int], *of: Any) -> str:
    """Return a string as PDFium hands it out: asked for its length (bytes of UTF-16) first."""
    length = get(*of, None, 0)
    found = (ctypes.c_ushort * (length // 2 + 1))()
    get(*of, found, length)
    return bytes(found)[: max(0, length - 2)].decode("utf-16-le", errors="replace")


def _wide(text: str) -> Any:
    """Return a string as PDFium takes it."""
    coded = text.encode("utf-16-le") + b"\0\0"
    return (ctypes.c_ushort * (len(coded) // 2)).from_buffer_copy(coded)
