"""From an untrusted file to the picture of a page: guarded, decoded, turned as its EXIF data says.

Runs in a child process only: a decoder that is led astray takes nothing but this process with it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from services.upload.client.photo import decode_photo
from services.upload.client.rendered import render_page
from services.upload.domain.pixels import Copies, Picture
from services.upload.domain.refusal import RefusedFileError
from services.upload.domain.sides import Turn
from shared.limits import MAX_FILE_BYTES, PDF_WITHIN

Kind = Literal["pdf", "photo"]

_PHOTOS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*")
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})  # mif1 may hold AVIF


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a file is looked at: bytes, pixels of a picture, pages."""

    file_bytes: int = MAX_FILE_BYTES
    pixels: int = 100_000_000
    pages: int = 30


@dataclass(frozen=True, slots=True)
class Source:
    """One page of a file as a colour picture and copies of it.

    `flat` if it was rendered, not photographed; `complete` if everything that is on the page could be drawn; `turn` is
    by how much it has to be turned clockwise, if that is known.
    """

    copies: Copies
    pages: int
    flat: bool
    complete: bool = True
    turn: Turn | None = None

    @property
    def picture(self) -> Picture:
        """The picture in full size."""
        return self.copies.picture

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in pixels."""
        return self.copies.size


def open_page(file: Path, page: int = 0, bounds: Bounds = Bounds(), *, half: bool = False) -> Source:
    """Return one page of a file; with `half`, a large photograph is decoded at half its size until more is wanted.

    Raises:
        RefusedFileError: with the code that says why this file, or this page of it, cannot be read.
    """
    size = file.stat().st_size
    if size == 0:
        raise RefusedFileError("empty")
    if size > bounds.file_bytes:
        raise RefusedFileError("too_large")
    with file.open("rb") as opened:
        head = opened.read(PDF_WITHIN)
    if kind_of(head) == "pdf":
        rendered = render_page(file, page, pixels=bounds.pixels, most=bounds.pages)
        return Source(
            Copies(rendered.picture), rendered.pages, flat=True, complete=rendered.complete, turn=rendered.turn
        )
    copies, pages = decode_photo(file, page, pixels=bounds.pixels, most=bounds.pages, half=half)
    return Source(copies, pages, flat=False)


def kind_of(head: bytes) -> Kind:
    """Return what a file is by its first bytes (`PDF_WITHIN` of them), whatever its name says.

    The gateway asks the same before it takes a file; a contract test keeps both answers alike.

    Raises:
        RefusedFileError: `not_an_image`.
    """
    if head.startswith(_PHOTOS) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return "photo"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "photo"
    if b"%PDF-" in head[:PDF_WITHIN]:
        return "pdf"
    raise RefusedFileError("not_an_image")
