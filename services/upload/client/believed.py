"""Whether the text that a PDF page brings along is what stands there: a strip of the page is read to see."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import product
from pathlib import Path

import numpy as np

from services.upload.client.layer import layer_words
from services.upload.client.ocr import Layout, read_words
from services.upload.client.tessdata import LanguageMissingError
from services.upload.domain.language import is_german, languages_of
from services.upload.domain.layer import agrees, covers, fullest_strip, shown, well_formed
from services.upload.domain.pixels import Picture
from services.upload.domain.sides import Turn
from services.upload.schemas import Word

FEW = 8  # words of a page


def own_words(file: Path, page: int, flat: Picture, turn: Turn, dpi: float) -> tuple[Word, ...]:
    """Return the text that a page of a PDF brings along, in pixels of the page `flat` (grey, after its `turn`).

    There is none if it is not what stands there. A strip is read in the languages of its script. Where none of them
    can be read, it is believed unless the page is German: what recognition makes of a script that it does not know is
    worth nothing.
    """
    words = shown(layer_words(file, page, (flat.shape[1], flat.shape[0]), turn), flat)
    if not well_formed(words) or not covers(words, flat):
        return ()
    strip = fullest_strip(words, flat)
    languages = languages_of("".join(word.text for word in words))
    readings = _readings(np.ascontiguousarray(flat[slice(*strip)]), dpi, languages or ("deu",), few=len(words) < FEW)
    for read in readings:
        if agrees(words, read, strip) or not (languages or is_german(read)):
            return words
    return ()


def _readings(strip: Picture, dpi: float, languages: Sequence[str], *, few: bool) -> Iterator[Sequence[Word]]:
    layouts: tuple[Layout, ...] = ("page", "sparse") if few else ("page",)
    for language, layout in product(languages, layouts):
        with suppress(LanguageMissingError):
            yield read_words(strip, dpi, language, layout)
