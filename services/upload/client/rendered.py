"""Renders a page of a PDF that somebody handed in."""

import math
from pathlib import Path

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from services.upload.domain.pixels import Picture
from services.upload.domain.refusal import RefusalCode, RefusedFileError

DPI = 200
POINTS = 72
REASONS: dict[int, RefusalCode] = {
    pdfium.FPDF_ERR_PASSWORD: "pdf_encrypted",
}
LEAST_SIDE = 64  # pixels
LONGEST = 3508  # pixels: A4 at 300 dpi, whatever size the page claims to have


def render_page(file: Path, page: int, *, pixels: int, most: int) -> tuple[Picture, int]:
    """Return one page of a PDF in B, G, R at up to 200 dpi, and how many pages it has.

    Raises:
        RefusedFileError: if it is encrypted, empty, damaged, or has more pages than allowed.
    """
    try:
        with pypdfium2.PdfDocument(file) as document:
            pages = len(document)
            _guard_pages(page, pages, most)
            opened = document[page]
            scale = _scale(opened.get_size(), pixels)
            bitmap = opened.render(scale=scale, rev_byteorder=False, force_bitmap_format=pdfium.FPDFBitmap_BGR)
            return np.ascontiguousarray(bitmap.to_numpy()), pages
    except pypdfium2.PdfiumError as error:
        raise RefusedFileError(_reason(file)) from error


def count_rendered(file: Path, most: int) -> int:
    """Return how many pages a PDF has, whether or not each of them can be rendered.

    Raises:
        RefusedFileError: if it is encrypted, empty, damaged, or has more pages than allowed.
    """
    try:
        with pypdfium2.PdfDocument(file) as document:
            _guard_pages(0, len(document), most)
            return len(document)
    except pypdfium2.PdfiumError as error:
        raise RefusedFileError(_reason(file)) from error


def _scale(size: tuple[float, float], pixels: int) -> float:
    """Return the scale at which a page of a size in points is drawn."""
    longest, shortest = max(size), min(size)
    if not (shortest > 0 and math.isfinite(longest)):
        raise RefusedFileError("pdf_damaged")
    scale = min(DPI / POINTS, LONGEST / longest, math.sqrt(pixels) / longest)
    if scale * shortest < LEAST_SIDE:
        raise RefusedFileError("too_few_pixels")
    return scale


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
