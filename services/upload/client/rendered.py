"""Renders a page of a PDF that somebody handed in."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from services.upload.client.direction import turn_by_text
from services.upload.client.pictures import pictures_there
from services.upload.client.shown import open_shown
from services.upload.client.structure import guard_placeholder, names_what_it_draws
from services.upload.domain.flatten import A4_INCHES, TALL, TILL_INCHES
from services.upload.domain.pixels import Picture
from services.upload.domain.refusal import RefusalCode, RefusedFileError
from services.upload.domain.sides import Turn

DPI = 200
POINTS = 72
REASONS: dict[int, RefusalCode] = {
    pdfium.FPDF_ERR_PASSWORD: "pdf_encrypted",
}
LEAST_SIDE = 64  # pixels
LONGEST = 3508  # pixels: A4 at 300 dpi, whatever size the page claims to have
LEAST_LONG = round(A4_INCHES[1] * DPI)  # pixels of the longer side, however small the page claims to be
LEAST_WIDE = round(TILL_INCHES * DPI)  # pixels of the shorter side of a page that is far longer than wide
WIDEST = 2480  # pixels of the shorter side of a page that is far longer than wide: the same


@dataclass(frozen=True, slots=True)
class Rendered:
    """One page of a PDF in B, G, R, how many pages the PDF has, and whether all of this one could be drawn.

    `turn` is by how much it has to be turned clockwise for its text to be upright, None if it has too little text.
    """

    picture: Picture
    pages: int
    complete: bool
    turn: Turn | None


def render_page(file: Path, page: int, *, pixels: int, most: int) -> Rendered:
    """Return one page of a PDF as a viewer shows it, at up to 200 dpi; a small page as large as A4 is at 200 dpi.

    Raises:
        RefusedFileError: if it is encrypted, empty, damaged, only a cover, or has more pages than allowed.
    """
    try:
        with pypdfium2.PdfDocument(file) as document:
            pages = len(document)
            _guard_pages(page, pages, most)
            guard_placeholder(file, document)
            shown = open_shown(document, page)
            scale = _scale(shown.page.get_size(), pixels)
            bitmap = shown.page.render(scale=scale, rev_byteorder=False, force_bitmap_format=pdfium.FPDFBitmap_BGR)
            picture = np.ascontiguousarray(bitmap.to_numpy())
            complete = shown.complete and names_what_it_draws(file, page) and pictures_there(shown.page, picture)
            return Rendered(picture, pages, complete, turn_by_text(shown.page))
    except pypdfium2.PdfiumError as error:
        raise RefusedFileError(_reason(file)) from error


def _scale(size: tuple[float, float], pixels: int) -> float:
    """Return the scale at which a page of a size in points is drawn."""
    longest, shortest = max(size), min(size)
    if not (shortest > 0 and math.isfinite(longest)):
        raise RefusedFileError("pdf_damaged")
    if longest <= TALL * shortest:
        least, most = LEAST_LONG / longest, LONGEST / longest
    else:
        least, most = LEAST_WIDE / shortest, WIDEST / shortest
    most = min(most, math.sqrt(pixels / (longest * shortest)))
    if min(DPI / POINTS, most) * shortest < LEAST_SIDE:
        raise RefusedFileError("too_few_pixels")
    return min(max(DPI / POINTS, least), most)


def _reason(file: Path) -> RefusalCode:
    """Say why a PDF would not open: asked by itself, for the code may be that of a file before it."""
    opened = pdfium.FPDF_LoadDocument(str(file).encode() + b"\0", None)
    if not opened:
        return REASONS.get(pdfium.FPDF_GetLastError(), "pdf_damaged")
    pages = pdfium.FPDF_GetPageCount(opened)
    pdfium.FPDF_CloseDocument(opened)
    return "pdf_damaged" if pages else "pdf_empty"


def _guard_pages(page: int, pages: int, most: int) -> None:
    if pages == 0:
        raise RefusedFileError("pdf_empty")
    if pages > most:
        raise RefusedFileError("too_many_pages")
    if page >= pages:
        raise RefusedFileError("no_such_page")
