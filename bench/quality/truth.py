"""The truth about a photograph: which of its words Tesseract reads, by the way that a document goes."""

import re
from collections import Counter

import cv2
import numpy as np

from services.upload.client.ocr import read_words
from services.upload.domain.flatten import flatten, sheet
from services.upload.domain.geometry import Points
from services.upload.domain.light import evenly_lit
from services.upload.domain.pixels import Picture, grey

DOCUMENT_DPI, READING_DPI = 200, 150
WORD = re.compile(r"[0-9A-Za-zÄÖÜäöüß]{3,}")


def read(picture: Picture, quad: Points) -> Counter[str]:
    """Return the words of three letters or more that are read on a page, lower case, with their number."""
    flat = evenly_lit(grey(flatten(picture, quad, sheet(quad).pixels(DOCUMENT_DPI))))
    scale = READING_DPI / DOCUMENT_DPI
    copy = cv2.resize(flat, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
    return words(" ".join(word.text for word in read_words(copy, READING_DPI)))


def words(text: str) -> Counter[str]:
    """Return the words of a text, as `read` does."""
    return Counter(word.lower() for word in WORD.findall(text))


def share(found: Counter[str], wanted: Counter[str]) -> float:
    """Return the share of words wanted that were found, 1 where none is wanted."""
    return (found & wanted).total() / max(1, wanted.total())
