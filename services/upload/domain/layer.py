"""Whether the text that a PDF page brings along says what stands on the page."""

from collections.abc import Sequence

import cv2
import numpy as np
from rapidfuzz import fuzz

from services.upload.domain.facts.page import Seen
from services.upload.domain.pixels import Picture

LEAST_WORDS = 8
STRANGE = 0.02  # share of characters that no font of the page explains: private use, replacement, control
LETTERS = 0.5  # share of letters and digits
INK = 150  # grey level below which a pixel is ink
COVERED = 0.55  # share of the ink that must lie under the words: a scan with a stamp is no text page
AGREES = 70.0  # of 100: how alike the layer and what is read on a strip of the page must be
STRIP = 8  # a strip is the page's height divided by this


def well_formed(words: Sequence[Seen]) -> bool:
    """Say whether the words are words: enough of them, of letters, in known characters."""
    text = "".join(word.text for word in words)
    if len(words) < LEAST_WORDS:
        return False
    strange = sum(mark == "\ufffd" or "\ue000" <= mark <= "\uf8ff" or not mark.isprintable() for mark in text)
    return strange <= STRANGE * len(text) and sum(mark.isalnum() for mark in text) >= LETTERS * len(text)


def covers(words: Sequence[Seen], page: Picture) -> bool:
    """Say whether most of the ink of a grey page lies under the words; large dark areas are no writing."""
    ink = (page < INK).astype(np.uint8)
    solid = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((15, 15), np.uint8))
    ink[solid > 0] = 0
    under = np.zeros_like(ink)
    for word in words:
        left, top, width, height = word.box
        room = height // 3
        under[max(0, top - room) : top + height + room, max(0, left - room) : left + width + room] = 1
    total = int(ink.sum())
    return total > 0 and int((ink & under).sum()) >= COVERED * total


def fullest_strip(words: Sequence[Seen], page: Picture) -> tuple[int, int]:
    """Return from which row to which row of the page the strip with most of the words' letters goes."""
    height = page.shape[0] // STRIP
    letters = [0] * (STRIP + 1)
    for word in words:
        letters[min(STRIP, max(0, (word.box[1] + word.box[3] // 2) // max(1, height)))] += len(word.text)
    best = letters.index(max(letters))
    return best * height, min(page.shape[0], (best + 1) * height)


def agrees(words: Sequence[Seen], read: Sequence[Seen], strip: tuple[int, int]) -> bool:
    """Say whether the words within a strip are about those that were read there."""
    inside = [word for word in words if strip[0] <= word.box[1] + word.box[3] / 2 < strip[1]]
    said, seen = (" ".join(sorted(word.text for word in some)) for some in (inside, read))
    return fuzz.token_sort_ratio(said, seen) >= AGREES
