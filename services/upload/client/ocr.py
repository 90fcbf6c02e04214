"""Reads a page with Tesseract, on one thread, with the language data of the system."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

import tesserocr

from services.upload.client.tessdata import tessdata
from services.upload.domain.pixels import Picture
from services.upload.domain.spelling import spelled
from services.upload.schemas import Word

WORD_LEVEL = "5"  # of Tesseract's table
LEAST_CONFIDENCE = 10.0  # of 100; below are specks read as letters
Layout = Literal["page", "column", "sparse"]
LAYOUTS: Mapping[Layout, int] = MappingProxyType(
    {"page": tesserocr.PSM.AUTO, "column": tesserocr.PSM.SINGLE_BLOCK, "sparse": tesserocr.PSM.SPARSE_TEXT}
)


@cache
def _engine(language: str, layout: int) -> tesserocr.PyTessBaseAPI:
    return tesserocr.PyTessBaseAPI(path=str(tessdata(language)), lang=language, psm=layout, oem=tesserocr.OEM.LSTM_ONLY)


def read_words(page: Picture, dpi: float, language: str = "deu", layout: Layout = "page") -> tuple[Word, ...]:
    """Return the words of an upright grey page in reading order, boxes in its pixels.

    A "page" has a layout to be found; a "column" has lines, one below the other; words of a "sparse" one are anywhere.

    Raises:
        LanguageMissingError: if the language's data is not installed.
    """
    engine = _engine(language, LAYOUTS[layout])
    height, width = page.shape
    engine.SetImageBytes(page.tobytes(), width, height, 1, width)
    engine.SetSourceResolution(max(70, round(dpi)))
    engine.Recognize()
    rows = [row.split("\t") for row in engine.GetTSVText(0).splitlines()]
    engine.Clear()
    return tuple(_words(rows))


def _words(rows: list[list[str]]) -> list[Word]:
    """Pick the words of a table: level, page, block, paragraph, line, word, box (4), confidence, text."""
    lines: dict[tuple[str, ...], int] = {}
    words = []
    for row in rows:
        if row[0] != WORD_LEVEL or not spelled(row[11]).strip() or float(row[10]) < LEAST_CONFIDENCE:
            continue
        left, top, width, height = (int(value) for value in row[6:10])
        line = lines.setdefault(tuple(row[2:5]), len(lines))
        words.append(Word(text=spelled(row[11]), box=(left, top, width, height), line=line, confidence=float(row[10])))
    return words
