"""Letters that cost little to read, and that nobody can mistake for each other: each copy carries a mark of its own."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

WIDTH, HEIGHT = 600, 850  # pixels; checked, probed and filed in some 0.6 s of CPU
MARGIN = 48  # of the table around the sheet
_SUBJECTS = ("Rechnung", "Mahnung", "Mietvertrag", "Lohnabrechnung", "Bescheid", "Zeugnis", "Kontoauszug", "Antrag")
# A file that begins as a JPEG and holds no picture: nobody can read it, and whoever sent it must hear so.
UNREADABLE = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"no picture " * 40
_START, _COMMENT = b"\xff\xd8", b"\xff\xfe"  # JPEG's markers


def letters(count: int = len(_SUBJECTS)) -> list[bytes]:
    """Return photographs of different letters, lying whole on a dark table."""
    return [_photograph((_SUBJECTS[number % len(_SUBJECTS)], f"Nummer {number + 1}")) for number in range(count)]


def cut_letter() -> bytes:
    """Return a picture in which no sheet has an edge, so that it is to be taken again."""
    sheet = np.full((HEIGHT, WIDTH, 3), 245, np.uint8)
    return _encoded(_written(sheet, ("Seite ohne Rand",)))


def stamped(picture: bytes, mark: str) -> bytes:
    """Return the same JPEG with `mark` as its comment: other bytes, the same picture."""
    if not picture.startswith(_START):
        raise ValueError("no JPEG")
    said = mark.encode()
    return _START + _COMMENT + (len(said) + 2).to_bytes(2, "big") + said + picture[2:]


def _photograph(lines: Sequence[str]) -> bytes:
    table = np.full((HEIGHT, WIDTH, 3), 70, np.uint8)
    table[MARGIN:-MARGIN, MARGIN:-MARGIN] = 248
    return _encoded(_written(table, lines))


def _written(sheet: Pixels, lines: Sequence[str]) -> Pixels:
    for number, line in enumerate(lines):
        place = (int(WIDTH * 0.18), 180 + number * 44)
        cv2.putText(sheet, line, place, cv2.FONT_HERSHEY_SIMPLEX, 0.9, (20, 20, 20), 2, cv2.LINE_AA)
    return sheet


def _encoded(picture: Pixels) -> bytes:
    done, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])
    if not done:
        raise ValueError("cannot be encoded")
    return bytes(jpeg.tobytes())
