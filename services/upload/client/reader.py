"""Makes a page of a document: flattened, upright, evenly lit, read."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from services.upload.client.languages import read_page_words
from services.upload.client.layer import layer_words
from services.upload.client.look import frame, look
from services.upload.client.ocr import read_words
from services.upload.client.source import Source
from services.upload.domain.flatten import flatten, sheet, turned
from services.upload.domain.layer import agrees, covers, fullest_strip, well_formed
from services.upload.domain.light import evenly_lit
from services.upload.domain.pixels import Picture, grey
from services.upload.schemas import PageReport, ReadPage, Word

DPI = 200  # of the page in the document
READING_DPI = 150  # at which Tesseract reads best for its time
QUALITY = 30  # of the JPEG; the paper is plain white by then, and a page stays near 130 KB


def read_page(file: Path, page: int, out: Path) -> int:
    """Write one page of a file as a `ReadPage` to `out`, its picture beside it; return the file's pages.

    Raises:
        RefusedFileError: if there is no picture to read.
    """
    source, report = look(file, page)
    flat = _flat(source, report)
    picture = out.with_suffix(".jpg")
    Image.fromarray(flat).save(picture, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    read = ReadPage(
        picture=picture.name,
        width=flat.shape[1],
        height=flat.shape[0],
        dpi=DPI,
        words=_own_words(file, page, source, report, flat) or _read(flat),
        report=report,
    )
    out.write_text(read.model_dump_json(), encoding="utf-8")
    return source.pages


def _flat(source: Source, report: PageReport) -> Picture:
    """Return the page as a scanner would have seen it; the whole picture where no page was found."""
    quad = np.array(report.quad) if report.quad else frame(source)
    page = flatten(source.picture, quad, sheet(quad, report.cut).pixels(DPI))
    return evenly_lit(grey(turned(page, report.rotate_cw)))


def _own_words(file: Path, page: int, source: Source, report: PageReport, flat: Picture) -> tuple[Word, ...]:
    """Return the text that a PDF page brings along, in pixels of the page; none if it is not what stands there."""
    if not source.flat or report.rotate_cw:
        return ()
    height, width = source.picture.shape[:2]
    across, down = flat.shape[1] / width, flat.shape[0] / height
    words = tuple(_scaled(word, across, down) for word in layer_words(file, page, (width, height)))
    if not well_formed(words) or not covers(words, flat):
        return ()
    strip = fullest_strip(words, flat)
    scale = READING_DPI / DPI
    part = cv2.resize(flat[slice(*strip)], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
    return words if agrees(words, read_words(part, READING_DPI), strip) else ()


def _scaled(word: Word, across: float, down: float) -> Word:
    left, top, width, height = word.box
    return word.model_copy(
        update={"box": (round(left * across), round(top * down), round(width * across), round(height * down))}
    )


def _read(page: Picture) -> tuple[Word, ...]:
    """Read a copy at reading resolution, and return its words with boxes in pixels of the page."""
    scale = READING_DPI / DPI
    copy = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
    return tuple(_scaled(word, 1 / scale, 1 / scale) for word in read_page_words(copy, READING_DPI))
