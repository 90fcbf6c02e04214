"""Reads the upper part of a page and its foot, to say early whether it can be read, what it may be, and which sheet."""

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from services.upload.client.believed import own_words
from services.upload.client.found import frame
from services.upload.client.look import DPI
from services.upload.client.ocr import read_words
from services.upload.client.source import open_page
from services.upload.client.typemodel import type_model
from services.upload.domain.flatten import A4_INCHES, flatten, sheet, turned
from services.upload.domain.kinds import suggest
from services.upload.domain.light import evenly_lit
from services.upload.domain.likeness.fingerprint import Fingerprint, marks_of
from services.upload.domain.likeness.inkmap import ink_of
from services.upload.domain.numbering import numbering_of
from services.upload.domain.pixels import Picture, grey
from services.upload.domain.reading import reading_of
from services.upload.domain.rows import rows_of
from services.upload.schemas import PageReport, Probed, Word

UPPER = 0.4  # of the page, no more than a sheet of A4: sender, address, subject and the first sentences of a letter
FOOT = 0.15  # of the page: as many letters have the number of the sheet there as have it at the top


def probe(file: Path, report: PageReport, key: bytes = b"") -> Probed:
    """Return how well the upper part of a page can be read, what it may be by its words, and which sheet it is.

    With a `key` it has a fingerprint, by which the same sheet is known again.

    Raises:
        RefusedFileError: if there is no picture to read.
        LanguageMissingError: if Tesseract has no German.
    """
    source = open_page(file)
    quad = np.array(report.quad) if report.quad else frame(source)
    page = evenly_lit(
        grey(turned(flatten(source.picture, quad, sheet(quad, report.beyond).pixels(DPI)), report.rotate_cw))
    )
    own = own_words(file, 0, page, report.rotate_cw, DPI) if source.flat else ()
    upper = _upper(page, own)
    foot = () if "B" in report.cut_reader else _foot(page, own)  # what is cut off has its foot elsewhere
    return Probed(
        reading=reading_of((word.text, word.confidence) for word in upper),
        types=suggest(" ".join(word.text for word in upper), type_model()),
        numbering=numbering_of([*rows_of(upper, page.shape[0], DPI), *rows_of(foot, page.shape[0], DPI)]),
        fingerprint=_fingerprint(page, (*upper, *foot), key) if key else "",
    )


def _fingerprint(page: Picture, words: Sequence[Word], key: bytes) -> str:
    marks = marks_of(words, (page.shape[1], page.shape[0]), key)
    return b64encode(Fingerprint(ink_of(page), marks).packed()).decode()


def _upper(page: Picture, own: Sequence[Word]) -> Sequence[Word]:
    """Return the words of the upper part of a page: its `own`, if it brought any along."""
    rows = max(1, min(round(UPPER * page.shape[0]), round(A4_INCHES[1] * DPI)))
    return [word for word in own if word.box[1] < rows] or read_words(page[:rows], DPI)


def _foot(page: Picture, own: Sequence[Word]) -> Sequence[Word]:
    """Return the words at the foot of a page, where they stand on the page."""
    above = page.shape[0] - max(1, round(FOOT * page.shape[0]))
    if own:
        return [word for word in own if word.box[1] >= above]
    words = read_words(page[above:], DPI, layout="column")
    return [word.model_copy(update={"box": (word.box[0], above + word.box[1], *word.box[2:])}) for word in words]
