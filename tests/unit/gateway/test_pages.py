"""Which files are pages: told by their first bytes."""

import pytest

from services.gateway.domain.pages import FORMATS, media_type_of
from services.gateway.domain.refusal import RefusedError
from services.gateway.settings import GatewaySettings
from shared.limits import MAX_FILE_BYTES, PDF_WITHIN

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


def test_pdf_names_itself_within_what_both_services_look_at() -> None:
    """Junk before a PDF's header is taken up to the shared limit, and not beyond it."""
    assert media_type_of(bytes(PDF_WITHIN - 5) + b"%PDF-1.7") == "application/pdf"
    with pytest.raises(RefusedError, match=r"page\.format"):
        media_type_of(bytes(PDF_WITHIN - 4) + b"%PDF-1.7")


def test_file_limit_is_the_one_that_all_services_share() -> None:
    """What the gateway takes is what the upload service reads."""
    assert GatewaySettings().limits.file_bytes == MAX_FILE_BYTES


def test_nothing_is_no_page() -> None:
    """An empty file has its own reason."""
    with pytest.raises(RefusedError, match=r"page\.empty"):
        media_type_of(b"")
