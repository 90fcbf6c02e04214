"""What the structure of a PDF says and no rendering shows: that its page is only a cover, or lacks a picture."""

from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from pikepdf import Name, Object

from services.upload.domain.refusal import RefusedFileError

UNCLEAR = (pikepdf.PdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RuntimeError)
HIGHEST = 64  # levels of the tree of pages
DRAWS = "Do"  # the operator that draws what the page's resources name


def guard_placeholder(file: Path, document: pypdfium2.PdfDocument) -> None:
    """Refuse a document whose page only says which other program would show what is meant.

    These are forms in XFA without fields of their own on the page (ISO 32000-1, 12.7.8), and portfolios (12.3.5).
    Files that are attached to pages of their own right are no reason.

    Raises:
        RefusedFileError: `pdf_xfa` or `pdf_portfolio`.
    """
    form = document.get_formtype()
    if form == pdfium.FORMTYPE_XFA_FULL or (form == pdfium.FORMTYPE_XFA_FOREGROUND and _is_bare(document)):
        raise RefusedFileError("pdf_xfa")
    if document.count_attachments() and _is_portfolio(file):
        raise RefusedFileError("pdf_portfolio")


def names_what_it_draws(file: Path, number: int) -> bool:
    """Tell whether everything that a page draws by name is in the file; so it is where nobody can take that apart."""
    try:
        with pikepdf.open(file) as pdf:
            page = pdf.pages[number]
            drawn = {str(each.operands[0]) for each in pikepdf.parse_content_stream(page, DRAWS) if each.operands}
            return drawn <= _named(page.obj)
    except UNCLEAR:
        return True


def _is_bare(document: pypdfium2.PdfDocument) -> bool:
    """Tell whether a document is one page without any mark: fields that can be filled in are marks."""
    if len(document) > 1:
        return False
    page = document[0]  # closed by the document, not before
    return not pdfium.FPDFPage_GetAnnotCount(page.raw)


def _is_portfolio(file: Path) -> bool:
    try:
        with pikepdf.open(file) as pdf:
            return Name.Collection in pdf.Root
    except UNCLEAR:
        return False


def _named(page: Object) -> set[str]:
    """Return the names that the resources of a page, or of what it inherits them from, have something for."""
    for _ in range(HIGHEST):
        if Name.Resources in page:
            objects = page[Name.Resources].get(Name.XObject, pikepdf.Dictionary())
            return {name for name, each in objects.items() if isinstance(each, pikepdf.Stream)}
        if Name.Parent not in page:
            break
        page = page[Name.Parent]
    return set()
