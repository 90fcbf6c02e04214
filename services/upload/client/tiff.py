"""The pages of a TIFF: which of its directories are pages, and one of them as a file of its own.

Pillow opens a TIFF by its first directory and reaches others only through it, so a broken first page hides the rest.
"""

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from services.upload.domain.refusal import RefusedFileError

_ORDERS = {b"II*\x00": "<", b"MM\x00*": ">"}
_START = 4  # where the header says where the first directory is
_ENTRY = 12  # bytes: tag, type, count, value
_SHORT = 3
_SUBFILE_TYPE, _OLD_SUBFILE_TYPE = 254, 255
_REDUCED, _MASK = 1, 4  # bits of the first of them
_OLD_REDUCED = 2  # a value of the second
_DIRECTORIES = 10  # for each page that is allowed: pyramids have one for every size


def is_tiff(head: bytes) -> bool:
    """Tell whether a file begins as a TIFF."""
    return head[:4] in _ORDERS


def tiff_pages(file: Path, most: int) -> list[int]:
    """Return for each page where its directory begins, in bytes; smaller copies and masks of a page are none.

    A directory that cannot be read counts as a page, and is the last: what it leads to is lost.

    Raises:
        RefusedFileError: if there are more than `most`.
    """
    found: list[int] = []
    others: list[int] = []
    with file.open("rb") as opened:
        for offset, is_page in _directories(opened):
            (found if is_page else others).append(offset)
            if len(found) > most or len(others) > _DIRECTORIES * most:
                raise RefusedFileError("too_many_pages")
    return found or others[:1]


def one_page(file: Path, offset: int) -> io.BytesIO:
    """Return a TIFF whose first page is the one whose directory begins at `offset`."""
    data = bytearray(file.read_bytes())
    struct.pack_into(f"{_ORDERS[bytes(data[:4])]}I", data, _START, offset)
    return io.BytesIO(data)


def _directories(opened: BinaryIO) -> Iterator[tuple[int, bool]]:
    """Yield where each directory begins and whether it is a page, along the chain until that ends or turns back."""
    order = _ORDERS[opened.read(4)]
    (offset,) = struct.unpack(f"{order}I", opened.read(4))
    known = {0}
    while offset not in known:
        known.add(offset)
        try:
            is_page, following = _directory(opened, offset, order)
        except struct.error:
            is_page, following = True, 0
        yield offset, is_page
        offset = following


def _directory(opened: BinaryIO, offset: int, order: str) -> tuple[bool, int]:
    """Return whether a directory is that of a page, and where the next one begins; 0 if there is none."""
    opened.seek(offset)
    (count,) = struct.unpack(f"{order}H", opened.read(2))
    body = opened.read(count * _ENTRY + 4)
    (following,) = struct.unpack_from(f"{order}I", body, count * _ENTRY)
    for start in range(0, count * _ENTRY, _ENTRY):
        tag, kind = struct.unpack_from(f"{order}HH", body, start)
        (value,) = struct.unpack_from(f"{order}{'H' if kind == _SHORT else 'I'}", body, start + 8)
        if _makes_copy(tag, value):
            return False, following
    return True, following


def _makes_copy(tag: int, value: int) -> bool:
    """Tell whether a directory with this entry is a smaller copy or a mask of a page."""
    if tag == _SUBFILE_TYPE:
        return bool(value & (_REDUCED | _MASK))
    return tag == _OLD_SUBFILE_TYPE and value == _OLD_REDUCED
