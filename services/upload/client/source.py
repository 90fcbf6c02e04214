"""From an untrusted file to the picture of a page: guarded, decoded, turned as its EXIF data says.

Runs in a child process only: a decoder that is led astray takes nothing but this process with it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from services.upload.client.photo import decode_photo
from services.upload.client.rendered import render_page
from services.upload.domain.pixels import Picture
from services.upload.domain.refusal import RefusedFileError

Kind = Literal["pdf", "photo"]

_SIGNATURES: tuple[tuple[int, bytes, Kind], ...] = (
    (0, b"%PDF-", "pdf"),
    (0, b"\xff\xd8\xff", "photo"),
    (0, b"\x89PNG\r\n\x1a\n", "photo"),
    (0, b"II*\x00", "photo"),
    (0, b"MM\x00*", "photo"),
    (8, b"WEBP", "photo"),
    (4, b"ftyphei", "photo"),
    (4, b"ftyphev", "photo"),
    (4, b"ftypmif1", "photo"),
    (4, b"ftypmsf1", "photo"),
    (4, b"ftypavif", "photo"),
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a file is looked at: bytes, pixels of a picture, pages."""

    file_bytes: int = 50_000_000
    pixels: int = 100_000_000
    pages: int = 30


@dataclass(frozen=True, slots=True)
class Source:
    """One page of a file as a colour picture; `flat` if it was rendered, not photographed."""

    picture: Picture
    pages: int
    flat: bool


def open_page(file: Path, page: int = 0, bounds: Bounds = Bounds()) -> Source:
    """Return one page of a file.

    Raises:
        RefusedFileError: with the code that says why this file, or this page of it, cannot be read.
    """
    size = file.stat().st_size
    if size == 0:
        raise RefusedFileError("empty")
    if size > bounds.file_bytes:
        raise RefusedFileError("too_large")
    if kind_of(file) == "pdf":
        picture, pages = render_page(file, page, pixels=bounds.pixels, most=bounds.pages)
        return Source(picture, pages, flat=True)
    picture, pages = decode_photo(file, page, pixels=bounds.pixels, most=bounds.pages)
    return Source(picture, pages, flat=False)


def kind_of(file: Path) -> Kind:
    """Return what a file is by its first bytes, whatever its name says.

    Raises:
        RefusedFileError: `not_an_image`.
    """
    with file.open("rb") as opened:
        head = opened.read(32)
    for offset, signature, kind in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return kind
    raise RefusedFileError("not_an_image")
