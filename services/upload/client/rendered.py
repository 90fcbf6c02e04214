"""Renders a page of a PDF that somebody handed in."""

from pathlib import Path

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from services.upload.domain.pixels import Picture
from services.upload.domain.refusal import RefusalCode, RefusedFileError

DPI = 200
POINTS = 72
REASONS: dict[int | None, RefusalCode] = {
    pdfium.FPDF_ERR_PASSWORD: "pdf_encrypted",
    pdfium.FPDF_ERR_SUCCESS: "pdf_empty",  # it will not open a document without pages
}
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
            longest = max(opened.get_size())
            scale = min(DPI / POINTS, LONGEST / longest, (pixels / longest**2) ** 0.5)
            bitmap = opened.render(scale=scale, rev_byteorder=False, force_bitmap_format=pdfium.FPDFBitmap_BGR)
            return np.ascontiguousarray(bitmap.to_numpy()), pages
    except pypdfium2.PdfiumError as error:
        raise RefusedFileError(REASONS.get(error.err_code, "pdf_damaged")) from error


def _guard_pages(page: int, pages: int, most: int) -> None:
    if pages == 0:
        raise RefusedFileError("pdf_empty")
    if pages > most:
        raise RefusedFileError("too_many_pages")
    if page >= pages:
        raise RefusedFileError("no_such_page")
