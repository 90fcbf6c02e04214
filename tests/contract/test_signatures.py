"""The gateway and the upload service tell files apart alike: what one takes, the other can read."""

from hypothesis import example, given
from hypothesis import strategies as st

from services.gateway.domain.pages import media_type_of
from services.gateway.domain.refusal import RefusedError
from services.upload.client.source import kind_of
from services.upload.domain.refusal import RefusedFileError
from shared.limits import PDF_WITHIN

STARTS = (
    b"\xff\xd8\xff", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"\x89PNG", b"II*\x00", b"MM\x00*", b"II+\x00",
    b"RIFF\x00\x00\x00\x00WEBP", b"RIFF\x00\x00\x00\x00WAVE", b"JUNK\x00\x00\x00\x00WEBP", b"GIF89a", b"",
)  # fmt: skip
BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"heif", b"mif1", b"msf1", b"avif", b"avis", b"mp42")
heads = st.sampled_from(STARTS) | st.sampled_from(BRANDS).map(lambda brand: b"\x00\x00\x00\x18ftyp" + brand)
files = st.builds(
    lambda head, junk, late: head + bytes(junk) + late, heads, st.integers(1, PDF_WITHIN), st.just(b"%PDF-")
)


def gateway_takes(head: bytes) -> str | None:
    """Return what the gateway takes a file for, None if it refuses it."""
    try:
        return "pdf" if media_type_of(head) == "application/pdf" else "photo"
    except RefusedError:
        return None


def upload_takes(head: bytes) -> str | None:
    """Return what the upload service takes a file for, None if it refuses it."""
    try:
        return kind_of(head)
    except RefusedFileError:
        return None


@given(files | heads.map(lambda head: head + bytes(99)))
@example(bytes(PDF_WITHIN - 5) + b"%PDF-")
@example(bytes(PDF_WITHIN - 4) + b"%PDF-")
def test_both_sides_give_the_same_answer(head: bytes) -> None:
    """Whatever a file begins with, both take it for the same or both refuse it."""
    assert upload_takes(head) == gateway_takes(head)
