"""Whether the text that a PDF page brings along is what stands there: a strip of the page is read to see."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from statistics import median

import cv2
import numpy as np

from services.upload.client.ocr import read_words
from services.upload.client.tessdata import LanguageMissingError
from services.upload.domain.language import is_german, languages_of
from services.upload.domain.layer import agrees, covers, fullest_strip, shown, well_formed
from services.upload.domain.pixels import Picture
from services.upload.schemas import Word

SMALL = 22  # pixels of a word's height, at 200 dpi: the strip is read enlarged
ENLARGED = 2


def believed(words: Sequence[Word], page: Picture, dpi: float) -> tuple[Word, ...]:
    """Return the words of a page's own text that a grey page shows; none if they are not what stands there.

    The strip is read in the languages of their script. Where none of them can be read, they are believed unless the
    page is German: what recognition makes of a script that it does not know is worth nothing.
    """
    seen = shown(words, page)
    if not well_formed(seen) or not covers(seen, page):
        return ()
    strip = fullest_strip(seen, page)
    text = "".join(word.text for word in seen)
    languages = languages_of(text) or ("deu",)
    picture, scale = _enlarged(page[slice(*strip)], seen)
    for read in _readings(picture, dpi * scale, languages):
        if agrees(seen, read, strip) or (not languages_of(text) and not is_german(read)):
            return seen
    return ()


def _readings(strip: Picture, dpi: float, languages: Sequence[str]) -> Iterator[Sequence[Word]]:
    for language in languages:
        with suppress(LanguageMissingError):
            yield read_words(strip, dpi, language)


def _enlarged(strip: Picture, words: Sequence[Word]) -> tuple[Picture, int]:
    """Return a strip in which small print is large enough to be read, and how many times it was enlarged."""
    if median(word.box[3] for word in words) >= SMALL:
        return np.ascontiguousarray(strip), 1
    return np.asarray(cv2.resize(strip, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_CUBIC)), ENLARGED
