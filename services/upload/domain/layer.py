"""Whether the text that a PDF page brings along says what stands on the page."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

import cv2
import numpy as np
from rapidfuzz import fuzz

from services.upload.domain.facts.page import Seen
from services.upload.domain.pixels import Picture

STRANGE = 0.02  # share of characters that no font of the page explains: private use, replacement, control
LETTERS = 0.5  # share of letters and digits
INK = 150  # grey level below which a pixel is ink
COVERED = 0.55  # share of the ink that must lie under the words: a scan with a stamp is no text page
AGREES = 70.0  # of 100: how alike the layer and what is read on a strip of the page must be
STRIPS = 8  # of a page
ROOM = 8  # a word's height divided by this stays free around a strip
MOST_ROWS = 300  # of a strip of a page that is longer
LEAST_CONTRAST = 24  # grey levels between what is written and the paper
JOINERS = "\u200c\u200d"  # nobody sees them; Persian writes them within words


W = TypeVar("W", bound=Seen)


def shown(words: Iterable[W], page: Picture) -> tuple[W, ...]:
    """Return the words where a grey page shows something: a layer may have white text, or text that is switched off."""
    return tuple(word for word in words if _is_shown(word, page))


def _is_shown(word: Seen, page: Picture) -> bool:
    left, top, width, height = word.box
    part = page[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)]
    return part.size > 0 and int(np.ptp(part)) >= LEAST_CONTRAST


def well_formed(words: Sequence[Seen]) -> bool:
    """Say whether the words are words: of letters, in known characters."""
    text = "".join(word.text for word in words)
    strange = sum(mark == "\ufffd" or "\ue000" <= mark <= "\uf8ff" or not _is_known(mark) for mark in text)
    return 0 < LETTERS * len(text) <= sum(mark.isalnum() for mark in text) and strange <= STRANGE * len(text)


def _is_known(mark: str) -> bool:
    return mark.isprintable() or mark in JOINERS


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
    """Return from which row to which row of the page the strip with most of the words' letters goes.

    Lines are not cut: it reaches as far as the words whose middle is in it.
    """
    strips = max(STRIPS, round(page.shape[0] / MOST_ROWS))
    height = max(1, page.shape[0] // strips)
    letters = Counter[int]()
    for word in words:
        letters[_middle(word) // height] += len(word.text)
    best = max(letters, key=lambda strip: (letters[strip], -strip))
    inside = [word.box for word in words if _middle(word) // height == best]
    room = min(box[3] for box in inside) // ROOM
    top, bottom = min(box[1] for box in inside) - room, max(box[1] + box[3] for box in inside) + room
    return max(0, top), min(page.shape[0], bottom)


def _middle(word: Seen) -> int:
    return word.box[1] + word.box[3] // 2


def agrees(words: Sequence[Seen], read: Sequence[Seen], strip: tuple[int, int]) -> bool:
    """Say whether the words within a strip are about those that were read there."""
    inside = [word for word in words if strip[0] <= _middle(word) < strip[1]]
    said, seen = (" ".join(sorted(word.text for word in some)) for some in (inside, read))
    return fuzz.token_sort_ratio(said, seen) >= AGREES
