"""Which files are pages: told by their first bytes."""

import pytest

from services.gateway.domain.pages import FORMATS, media_type_of
from services.gateway.domain.refusal import RefusedError

HEADS = {
    b"\xff\xd8\xff\xe1": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"RIFF\x00\x00\x00\x00WEBPVP8 ": "image/webp",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
    b"\x00\x00\x00\x18ftypheic": "image/heic",
    b"\x00\x00\x00\x18ftypmif1": "image/heic",
    b"%PDF-1.4": "application/pdf",
    b"\xef\xbb\xbf\n%PDF-1.7": "application/pdf",
}


@pytest.mark.parametrize("head", HEADS)
def test_formats_are_told_by_their_first_bytes(head: bytes) -> None:
    """Each format that the limits name is recognised, whatever follows."""
    assert media_type_of(head + bytes(100)) == HEADS[head]
    assert HEADS[head] in FORMATS


@pytest.mark.parametrize(
    "head", [b"GIF89a", b"<html>", b"PK\x03\x04", b"RIFF\x00\x00\x00\x00WAVE", b"\x00\x00\x00\x18ftypmp42", b"\xff\xd8"]
)
def test_other_files_are_no_pages(head: bytes) -> None:
    """What we cannot read is refused, also when it is nearly a picture."""
    with pytest.raises(RefusedError, match=r"page\.format"):
        media_type_of(head)


def test_nothing_is_no_page() -> None:
    """An empty file has its own reason."""
    with pytest.raises(RefusedError, match=r"page\.empty"):
        media_type_of(b"")
