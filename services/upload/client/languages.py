"""Reads a page in German, or in another language that is served if German makes no sense of it."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cache

import numpy as np
import tesserocr

from services.upload.client.ocr import Layout, read_words
from services.upload.client.tessdata import LanguageMissingError, tessdata
from services.upload.domain.flatten import A4_INCHES
from services.upload.domain.language import BETTER, FOREIGN, SURE, candidates, is_german, legibility
from services.upload.domain.parts import parts_of
from services.upload.domain.pixels import Picture
from services.upload.schemas import Word

SHEETS = 2  # of A4, one below the other, are read at once
PROBE = 0.45  # of the page's height: enough to tell languages apart


def read_page_words(page: Picture, dpi: float) -> tuple[Word, ...]:
    """Return the words of an upright grey page, read with the language data that fits it best.

    Raises:
        LanguageMissingError: if German is not installed; another language that is missing is passed over.
    """
    return _read(page, dpi)[1]


def read_strip_words(strip: Picture, dpi: float) -> tuple[Word, ...]:
    """Return the words of a page that is far longer than wide, as `read_page_words` does, line by line.

    It is read in parts of no more than two sheets of A4, each of which ends between two lines: the work grows with the
    length alone, and no line is cut. What language it is in, the first part says.

    Raises:
        LanguageMissingError: as above.
    """
    words: list[Word] = []
    language = ""
    for top, bottom in parts_of(strip, round(SHEETS * A4_INCHES[1] * dpi)):
        part = np.ascontiguousarray(strip[top:bottom])
        if words:
            found = read_words(part, dpi, language, "column")
        else:
            language, found = _read(part, dpi, "column")
        first = words[-1].line + 1 if words else 0
        words += [_lower(word, top, first) for word in found]
    return tuple(words)


def _lower(word: Word, rows: int, lines: int) -> Word:
    """Return a word so many rows and lines further down."""
    left, top, width, height = word.box
    return word.model_copy(update={"box": (left, top + rows, width, height), "line": word.line + lines})


def _read(page: Picture, dpi: float, layout: Layout = "page") -> tuple[str, tuple[Word, ...]]:
    """Return the language of a page and its words."""
    german = read_words(page, dpi, "deu", layout) or read_words(page, dpi, "deu", "sparse")
    language = "deu" if is_german(german) else _likeliest(page, dpi, german)
    return language, german if language == "deu" else read_words(page, dpi, language, layout)


def _likeliest(page: Picture, dpi: float, german: Sequence[Word]) -> str:
    """Return the language in which the upper part of the page is read best; German where none does better."""
    upper = np.ascontiguousarray(page[: round(PROBE * page.shape[0])])
    as_german = legibility([word for word in german if word.box[1] < upper.shape[0]])
    best, score = "deu", as_german + BETTER
    for language in candidates(_script(page, dpi), as_german):
        with suppress(LanguageMissingError):
            found = legibility(read_words(upper, dpi, language))
            if found > score:
                best, score = language, found
        if score >= SURE and as_german < FOREIGN:
            break  # letters that German does not have are read well: it is this script, and most likely this language
    return best


@cache
def _detector() -> tesserocr.PyTessBaseAPI:
    return tesserocr.PyTessBaseAPI(path=str(tessdata("osd")), lang="osd", psm=tesserocr.PSM.OSD_ONLY)


def _script(page: Picture, dpi: float) -> str:
    """Return the script of a page as Tesseract names it; Latin where it cannot tell."""
    try:
        detector = _detector()
    except LanguageMissingError:
        return "Latin"
    height, width = page.shape
    detector.SetImageBytes(page.tobytes(), width, height, 1, width)
    detector.SetSourceResolution(max(70, round(dpi)))
    found = detector.DetectOrientationScript()
    detector.Clear()
    return str(found["script_name"]) if found else "Latin"
