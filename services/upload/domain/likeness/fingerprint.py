"""The fingerprint of a sheet: a coarse map of its ink, and a mark for each word that was read on it.

It is personal data. A mark is a keyed hash (HMAC-SHA-256, RFC 2104) under a key of the citizen's own: without it no
word can be tried, and no two citizens' sheets can be compared.
"""

import hmac
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from services.upload.domain.facts.page import Seen

COLUMNS, ROWS = 96, 136  # cells of 2.2 mm on A4
SPAN = 4095  # places are counted in 4095ths of the width and of the height
MOST_MARKS = 400
MOST_LENGTH = 31  # characters
LEAST_LETTERS, LEAST_DIGITS = 3, 2
SURE = 75.0  # confidence (0 to 100) of a word that is taken at its word

_WIDE = COLUMNS // 8
_PACKED = struct.Struct(">IHHB")
_MONTHS = frozenset(
    {"januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september"}
    | {"oktober", "november", "dezember"}
)
_DATE = re.compile(r"\d{1,2}[.,]\d{1,2}[.,](?:\d{2}|\d{4})\W*|\d{1,2}/(?:19|20)\d\d\W*")

Kind = Literal[0, 1, 2]
WORD: Kind = 0
NUMBER: Kind = 1
DATE: Kind = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """One word: its hash, where its left edge and its middle lie, its length, what it is, and if it was read surely.

    Numbers, and dates and months above all, tell a letter from the next of its kind.
    """

    token: int
    x: int
    y: int
    length: int
    kind: Kind
    sure: bool

    @property
    def flags(self) -> int:
        """Length, kind and sureness in one byte."""
        return min(self.length, MOST_LENGTH) << 3 | self.kind << 1 | self.sure


@dataclass(frozen=True)
class Fingerprint:
    """What a sheet looks like: for each row of cells its bits, set where there is ink, and the marks of its words."""

    ink: tuple[int, ...]
    marks: tuple[Mark, ...]

    @cached_property
    def inked(self) -> int:
        """How many cells have ink."""
        return sum(row.bit_count() for row in self.ink)

    def packed(self) -> bytes:
        """Return it as bytes."""
        ink = b"".join(row.to_bytes(_WIDE, "big") for row in self.ink)
        return ink + b"".join(_PACKED.pack(mark.token, mark.x, mark.y, mark.flags) for mark in self.marks)

    @classmethod
    def unpacked(cls, data: bytes) -> "Fingerprint":
        """Return what was `packed`.

        Raises:
            ValueError: it is no fingerprint.
        """
        ink, marks = data[: ROWS * _WIDE], data[ROWS * _WIDE :]
        if len(ink) < ROWS * _WIDE or len(marks) % _PACKED.size or len(marks) > MOST_MARKS * _PACKED.size:
            raise ValueError("fingerprint.length")
        rows = tuple(int.from_bytes(ink[start : start + _WIDE], "big") for start in range(0, len(ink), _WIDE))
        return cls(rows, tuple(_mark(*fields) for fields in _PACKED.iter_unpack(marks)))


def _mark(token: int, x: int, y: int, flags: int) -> Mark:
    kind: Kind = (WORD, NUMBER, DATE, DATE)[flags >> 1 & 3]
    return Mark(token, x, y, flags >> 3, kind, bool(flags & 1))


def marks_of(words: Sequence[Seen], size: tuple[int, int], key: bytes) -> tuple[Mark, ...]:
    """Return the marks of words on a page of a size (width, height in pixels), those that tell letters apart first."""
    found: list[Mark] = []
    for word in words:
        plain = "".join(mark for mark in word.text.casefold() if mark.isalnum())
        kind = _kind(word.text, plain)
        if kind == WORD and len(plain) < LEAST_LETTERS:
            continue
        left, top, _, high = word.box
        x, y = _place(left / size[0]), _place((top + high / 2) / size[1])
        found.append(Mark(_token(plain, key), x, y, len(plain), kind, word.confidence >= SURE))
    return tuple(sorted(found, key=lambda mark: -mark.kind)[:MOST_MARKS])


def _kind(text: str, plain: str) -> Kind:
    if plain in _MONTHS or _DATE.fullmatch(text):
        return DATE
    return NUMBER if sum(mark.isdigit() for mark in plain) >= LEAST_DIGITS else WORD


def _place(share: float) -> int:
    return min(max(round(SPAN * share), 0), SPAN)


def _token(plain: str, key: bytes) -> int:
    return int.from_bytes(hmac.digest(key, plain.encode(), "sha256")[:4], "big")
