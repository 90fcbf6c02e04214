"""PDFs with pages of text, written operator by operator: the ground that the kinds of PDF are made on."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf
from PIL import Image

A4 = (595, 842)
LETTER = (
    "Stadtwerke Musterstadt GmbH",
    "Kundennummer 123456789",
    "Sehr geehrte Frau Kaya,",
    "die Stromversorgung Ihrer Wohnung wird am 17.03.2026 unterbrochen.",
    "Bitte zahlen Sie den offenen Betrag von 386,03 Euro bis zum 16.03.2026.",
    "Mit freundlichen Grüßen",
)
POINTS, STEP, LEFT = 13, 26, 60
BELOW = 82  # points from the upper edge to the first line


def font(pdf: Pdf, base: str = "/Helvetica", **more: Any) -> Object:
    """Return a font that every program has."""
    return pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name(base), **more))


def latin(pdf: Pdf) -> Object:
    """Return Helvetica with the letters of Western Europe."""
    return font(pdf, Encoding=Name.WinAnsiEncoding)


def text(lines: Sequence[str], *, top: float, left: float = LEFT, size: float = POINTS, step: float = STEP) -> bytes:
    """Return the operators that set lines in the font F1, one below the other from `top` on."""
    rows = b" ".join(b"<%s> Tj T*" % line.encode("cp1252").hex().encode() for line in lines)
    return b"BT /F1 %f Tf %f %f Td %f TL %s ET\n" % (size, left, top, step, rows)


def add(pdf: Pdf, content: bytes, size: tuple[float, float] = A4, **more: Any) -> Object:
    """Add a page of content operators, and return its dictionary; `more` are its entries."""
    resources = more.pop("Resources", None) or Dictionary(Font=Dictionary(F1=latin(pdf)))
    page = Dictionary(
        Type=Name.Page, MediaBox=Array([0, 0, *size]), Resources=resources, Contents=pdf.make_stream(content), **more
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    return pdf.pages[-1].obj


def letter(pdf: Pdf, lines: Sequence[str] = LETTER, size: tuple[float, float] = A4, **more: Any) -> Object:
    """Add a page with lines of text from its upper left corner on."""
    return add(pdf, text(lines, top=size[1] - BELOW), size, **more)


def saved(pdf: Pdf, folder: Path, name: str, **how: Any) -> Path:
    """Write a PDF into a folder and return its path."""
    file = folder / name
    pdf.save(file, **how)
    return file


def jpeg(width: int = 600, height: int = 800) -> bytes:
    """Return a picture of grey noise, in which every part shows something."""
    grain = np.random.default_rng(7).integers(0, 255, (height, width), np.uint8)
    written = io.BytesIO()
    Image.fromarray(grain).save(written, "JPEG", quality=40)
    return written.getvalue()


def image(pdf: Pdf, data: bytes, width: int, height: int, **more: Any) -> Object:
    """Return a grey picture of 8 bits."""
    about = {"Width": width, "Height": height, "ColorSpace": Name.DeviceGray, "BitsPerComponent": 8, **more}
    return pdf.make_indirect(pikepdf.Stream(pdf, data, Type=Name.XObject, Subtype=Name.Image, **about))
