"""Every bad file ends with a clear reason, and the next good one is checked as if nothing had happened."""

import io
import struct
import zlib

import numpy as np
import pikepdf
import pytest
from PIL import Image

from services.upload.client.workers import Workers
from shared.limits import MAX_FILE_BYTES, PDF_WITHIN
from tests.unit.upload.drawn import corners, encoded, letter, photograph

GOOD = encoded(photograph(letter(), corners(1500, 2000)), quality=85)


def png_claiming(width: int, height: int) -> bytes:
    """Return a small PNG that says it has so many pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9000))) + chunk(b"IEND", b"")
    )


def animation() -> bytes:
    """Return a PNG of two frames."""
    frames = [Image.new("RGB", (200, 200), colour) for colour in ("white", "black")]
    written = io.BytesIO()
    frames[0].save(written, "PNG", save_all=True, append_images=frames[1:])
    return written.getvalue()


def pdf(pages: int, password: str | None = None) -> bytes:
    """Return a PDF of blank pages."""
    written = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        document.save(written, encryption=pikepdf.Encryption(owner="o", user=password) if password else None)
    return written.getvalue()


BAD = {
    "nothing": (b"", "empty"),
    "text": (b"Sehr geehrte Damen und Herren, " * 9, "not_an_image"),
    "gif": (b"GIF89a" + bytes(99), "not_an_image"),
    "jpeg start only": (b"\xff\xd8\xff\xe0" + bytes(200), "damaged"),
    "pixel bomb": (png_claiming(30_000, 30_000), "too_many_pixels"),
    "cut short png": (encoded(letter(), "PNG")[:-4000], "truncated"),
    "tiny": (encoded(np.zeros((20, 20, 3), np.uint8), "PNG"), "too_few_pixels"),
    "animation": (animation(), "animated"),
    "empty pdf": (pdf(0), "pdf_empty"),
    "locked pdf": (pdf(1, "geheim"), "pdf_encrypted"),
    "broken pdf": (b"%PDF-1.7\n" + bytes(500), "pdf_damaged"),
    "long pdf": (pdf(31), "too_many_pages"),
    "avif": (encoded(letter(), "AVIF"), "not_an_image"),
    "more than a file may have": (GOOD + bytes(MAX_FILE_BYTES + 1 - len(GOOD)), "too_large"),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_file_gets_its_reason(workers: Workers, name: str) -> None:
    """No file raises; its report says what is wrong with it."""
    data, code = BAD[name]
    checked = await workers.check(data)
    assert (checked.report.verdict, checked.report.reasons) == ("retake", (code,))
    assert checked.annotated is None


@pytest.mark.parametrize("tenths", range(1, 10))
async def test_a_jpeg_that_ends_early_is_noticed(workers: Workers, tenths: int) -> None:
    """A transfer that broke off is not taken for a page, however much of it arrived."""
    checked = await workers.check(GOOD[: len(GOOD) * tenths // 10])
    assert checked.report.reasons[0] in {"truncated", "damaged"}


async def test_a_wrong_name_or_a_strange_form_does_not_matter(workers: Workers) -> None:
    """Files are known by what they hold; CMYK, 16 bits and transparency are pictures too."""
    page = photograph(letter(), corners(1500, 2000))
    deep = Image.fromarray(page[:, :, 1].astype(np.uint16) * 256)
    sheer = Image.fromarray(page[:, :, ::-1]).convert("RGBA")
    for picture, form in ((deep, "PNG"), (sheer, "PNG"), (Image.fromarray(page).convert("CMYK"), "JPEG")):
        written = io.BytesIO()
        picture.save(written, form)
        report = (await workers.check(written.getvalue())).report
        assert (report.width, report.height, report.quad is not None) == (1500, 2000, True)


@pytest.mark.parametrize(
    "data", [GOOD + bytes(MAX_FILE_BYTES - len(GOOD)), bytes(PDF_WITHIN - 5) + pdf(1)], ids=["largest", "late header"]
)
async def test_what_is_just_allowed_is_looked_at(workers: Workers, data: bytes) -> None:
    """The largest file that the gateway takes is read, and a PDF behind as much junk as it takes."""
    assert (await workers.check(data)).report.width > 0


async def test_after_all_that_a_good_page_is_good(workers: Workers) -> None:
    """The processes stay healthy."""
    assert (await workers.check(GOOD)).report.verdict == "good"
