"""Binds read pages to one PDF/A-2b: the grey pictures, with the words invisibly on top of them."""

import io
from collections.abc import Iterable
from pathlib import Path

import img2pdf
import pikepdf
import pikepdf.pdfa
from pikepdf import Dictionary, Name

from services.upload.client.glyphless import ADVANCE, glyphless
from services.upload.domain.rightleft import as_shown
from services.upload.schemas import ReadPage, Word

POINTS = 72
FONT = "/F0"


def bind(pages: Iterable[Path], out: Path) -> None:
    """Write the searchable PDF/A-2b (ISO 19005-2) of read pages, in their order; checked before it is kept.

    The same pages give the same bytes, whenever and in whichever process: no date, and an id made of what is in it.

    Raises:
        pikepdf.pdfa.PdfaError: if the result does not conform.
    """
    read = [(page.parent, ReadPage.model_validate_json(page.read_bytes())) for page in pages]
    with pikepdf.open(io.BytesIO(_pictures(read))) as pdf:
        font = glyphless(pdf)
        for page, (_, content) in zip(pdf.pages, read, strict=True):
            page.contents_add(pdf.make_stream(_text_layer(content)))
            page.add_resource(font, Name.Font, Name(FONT))
        pdf.Root.Lang = pikepdf.String("de-DE")
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        pikepdf.pdfa.prepare(pdf, "2b")
        _describe(pdf)
        with out.open("wb") as opened:
            pikepdf.pdfa.save(pdf, opened, "2b", repair=False, deterministic_id=True)


def _describe(pdf: pikepdf.Pdf) -> None:
    """Say what the document is; last, as the time at which others prepared it would be there again."""
    with pdf.open_metadata(set_pikepdf_as_editor=False) as about:
        about["dc:title"] = "Dokument"
        about["dc:language"] = {"de-DE"}
        about["pdf:Producer"] = "Amtsbote"
        about.pop("xmp:MetadataDate", None)


def _pictures(read: list[tuple[Path, ReadPage]]) -> bytes:
    """Wrap the pictures unchanged, each on a page of its own size."""
    sheets = []
    for folder, page in read:
        size = page.width / page.dpi * POINTS, page.height / page.dpi * POINTS
        layout = img2pdf.get_layout_fun(size)
        sheets.append(img2pdf.convert((folder / page.picture).read_bytes(), layout_fun=layout, nodate=True))
    if len(sheets) == 1:
        return bytes(sheets[0])
    with pikepdf.new() as bound:
        for single in sheets:
            with pikepdf.open(io.BytesIO(single)) as opened:
                bound.pages.extend(opened.pages)
        written = io.BytesIO()
        bound.save(written, deterministic_id=True)
    return written.getvalue()


def _text_layer(page: ReadPage) -> bytes:
    """Return the operators that place every word, invisible (rendering mode 3), over its picture."""
    points = POINTS / page.dpi
    placed = [_place(word, page.height, points) for word in page.words]
    return b"q BT 3 Tr " + b" ".join(placed) + b" ET Q"


def _place(word: Word, page_height: int, points: float) -> bytes:
    """Return one word with a space after it, as wide and as high as its box."""
    left, top, width, height = (value * points for value in word.box)
    size = max(height, 1.0)
    stretch = 100 * width / (len(word.text) * size * ADVANCE / 1000)
    bottom = page_height * points - top - height
    text = (as_shown(word.text) + " ").encode("utf-16-be").hex()
    return f"{FONT} {size:.2f} Tf {stretch:.1f} Tz 1 0 0 1 {left:.2f} {bottom:.2f} Tm <{text}> Tj".encode()
