"""Makes a page of a document: flattened, upright, evenly lit, bent straight if it curls, read."""

from pathlib import Path

import cv2
import numpy as np

from services.upload.client.believed import own_words
from services.upload.client.found import frame
from services.upload.client.languages import read_page_words, read_strip_words
from services.upload.client.look import look
from services.upload.client.picture import keep_picture
from services.upload.client.source import Source
from services.upload.domain.baselines import feet_of
from services.upload.domain.curl import curl_of
from services.upload.domain.flatten import TALL, flatten, sheet, straighten, turned
from services.upload.domain.geometry import Points
from services.upload.domain.light import evenly_lit
from services.upload.domain.picturekind import DARK
from services.upload.domain.pixels import Picture, grey
from services.upload.domain.trim import without_desk
from services.upload.schemas import PageReport, ReadPage, Word

FLAT_DPI = 200  # at which a page is flattened, cleaned and read: small print is read better than at 150, as fast
DPI = 150  # of the page in the document: enough for people and for reading it again
SCALE = DPI / FLAT_DPI


def read_page(file: Path, page: int, out: Path) -> int:
    """Write one page of a file as a `ReadPage` to `out`, its picture beside it; return the file's pages.

    Raises:
        RefusedFileError: if there is no picture to read.
    """
    source, report = look(file, page)
    clean = _clean(source, report)
    own = own_words(file, page, clean, report.rotate_cw, FLAT_DPI) if source.flat else ()
    recognise = read_strip_words if clean.shape[0] > TALL * clean.shape[1] else read_page_words
    words = own or recognise(clean, FLAT_DPI)
    shown = _upright(source, report) if report.picture == "screenshot" else clean
    kept = cv2.resize(shown, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_AREA).astype(np.uint8)
    read = ReadPage(
        picture=keep_picture(kept, out),
        width=kept.shape[1],
        height=kept.shape[0],
        dpi=DPI,
        words=tuple(_scaled(word, SCALE, SCALE) for word in words),
        report=report,
    )
    out.write_text(read.model_dump_json(), encoding="utf-8")
    return source.pages


def flat_page(file: Path, page: int = 0) -> Picture:
    """Return a page of a file flattened, upright and clean, grey, at `FLAT_DPI`.

    Raises:
        RefusedFileError: if there is no picture to read.
    """
    return _clean(*look(file, page))


def _clean(source: Source, report: PageReport) -> Picture:
    """Return the page as a scanner would have seen it; the whole picture where no page was found.

    What is on a screen is lit by itself, and what was scanned lies flat already.
    """
    if report.picture == "screenshot":
        screen = grey(_upright(source, report))
        return screen if np.median(screen) >= DARK else np.asarray(255 - screen, np.uint8)
    even = scanned(source, report)
    if report.picture == "scan":
        return even
    straight = unwarped(source, report, even)
    return straight if report.picture == "filled" else without_desk(straight)


def scanned(source: Source, report: PageReport) -> Picture:
    """Return the page flattened by its corners, upright and evenly lit."""
    return evenly_lit(grey(_upright(source, report)))


def _upright(source: Source, report: PageReport) -> Picture:
    """Return the page flattened by its corners and upright, in its colours."""
    quad, size = _corners(source, report)
    return turned(flatten(source.picture, quad, size), report.rotate_cw)


def unwarped(source: Source, report: PageReport, even: Picture) -> Picture:
    """Return the `scanned` page itself; if its paper curls, a picture of it in which the lines are straight."""
    feet = feet_of(even)
    curl = curl_of(feet, (even.shape[1], even.shape[0])) if feet else None
    if curl is None:
        return even
    quad, size = _corners(source, report)
    return evenly_lit(grey(straighten(source.picture, quad, size, report.rotate_cw, curl)))


def _corners(source: Source, report: PageReport) -> tuple[Points, tuple[int, int]]:
    """Return the corners of the page in the picture, and its size in pixels as it lies there."""
    quad = np.array(report.quad) if report.quad else frame(source)
    return quad, sheet(quad, report.beyond).pixels(FLAT_DPI)


def _scaled(word: Word, across: float, down: float) -> Word:
    left, top, width, height = word.box
    return word.model_copy(
        update={"box": (round(left * across), round(top * down), round(width * across), round(height * down))}
    )
