"""Whatever is handed in gets its reason in time, and neither the processes nor the next page suffer from it."""

import asyncio
import io
import time
from collections.abc import AsyncIterator
from functools import partial

import numpy as np
import pikepdf
import pytest
import pytest_asyncio
from PIL import Image

from services.upload.client.pool import Limits
from services.upload.client.workers import Workers
from shared.limits import MAX_FILE_BYTES, PDF_WITHIN
from tests.corpus.all import CORPUS
from tests.corpus.case import SEEN
from tests.corpus.jpegs import jpeg, with_segment
from tests.corpus.pdfs import pages
from tests.corpus.photo import SIZE, image, page, saved
from tests.corpus.strange import GOOD
from tests.unit.upload.drawn import corners

LIMITS = Limits(check_seconds=12, cpu_share=1 / 6)  # 3 s of CPU time: ten times what a page takes
TRIES = 2
RESTART_S = 30  # of a process, on a machine that is busy
BUSY_S = 0.5  # what has its answer sooner delays nobody
GROUP = 16  # so many files, and each process has to show that it is well
NAMES = [name for name in CORPUS if name not in GOOD]  # those are looked at more closely below


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pool() -> AsyncIterator[Workers]:
    """Two processes for the whole corpus, which must survive it."""
    async with Workers(processes=2, limits=LIMITS) as started:
        yield started


async def timed(pool: Workers, data: bytes) -> tuple[str, float]:
    """Return the answer to a file, and after how many seconds it came."""
    start = time.perf_counter()
    report = (await pool.check(data)).report
    return (report.verdict if report.width else report.reasons[0]), time.perf_counter() - start


async def well(pool: Workers, pages: int = 1) -> bool:
    """Say whether so many good pages, handed in together, are found good in time."""
    answers = await asyncio.gather(*[timed(pool, jpeg()) for _ in range(pages)])
    return all(verdict == "good" and waited < LIMITS.check_seconds for verdict, waited in answers)


@pytest.mark.parametrize("name", NAMES)
async def test_every_file_ends_with_its_reason_and_the_page_beside_it_is_not_delayed(pool: Workers, name: str) -> None:
    """Within the limit the file has an answer that is right for it; a good page beside it and after it has its own."""
    asked = asyncio.create_task(timed(pool, CORPUS[name].make()))
    await asyncio.wait({asked}, timeout=BUSY_S)
    beside = asked.done() or await well(pool)
    answer, took = await asked
    seen = answer in {"good", "usable", "retake"}
    assert (SEEN if seen else answer) in CORPUS[name].reasons
    assert beside
    assert took < TRIES * (LIMITS.check_seconds + RESTART_S)
    assert NAMES.index(name) % GROUP or await well(pool, pool.processes)


@pytest.mark.parametrize("name", GOOD)
async def test_uncommon_forms_are_pages_like_any_other(pool: Workers, name: str) -> None:
    """CMYK, 16 bits, one bit, palettes and transparency: the corners are where they are in the photograph."""
    report = (await pool.check(GOOD[name].make())).report
    assert (report.width, report.height) == SIZE
    assert report.quad
    assert abs(np.array(report.quad) - corners(*SIZE)).max() < 0.02 * max(SIZE)
    assert report.verdict != "retake"


@pytest.mark.parametrize("form", ["JPEG", "TIFF", "PNG", "WEBP"])
async def test_every_form_is_turned_once_as_its_exif_data_say(pool: Workers, form: str) -> None:
    """Some readers turn the picture themselves; it must not be turned again."""
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = image().rotate(90, expand=True)
    how = {"tiffinfo": {0x0112: 6}} if form == "TIFF" else {"exif": exif}
    report = (await pool.check(saved(turned, form, **how))).report
    assert (report.width, report.height, report.rotate_cw) == (*SIZE, 0)


async def test_more_than_a_file_may_have_is_too_large(pool: Workers) -> None:
    """The limit is the one that the gateway tells."""
    data = jpeg()
    assert (await timed(pool, data + bytes(MAX_FILE_BYTES + 1 - len(data))))[0] == "too_large"


@pytest.mark.parametrize(
    "make",
    [lambda: jpeg() + bytes(MAX_FILE_BYTES - len(jpeg())), lambda: bytes(PDF_WITHIN - 5) + pages(1, 1)],
    ids=["largest", "late header"],
)
async def test_what_is_just_allowed_is_looked_at(pool: Workers, make: partial[bytes]) -> None:
    """The largest file that the gateway takes is read, and a PDF behind as much junk as it takes."""
    assert (await pool.check(make())).report.width > 0


async def test_where_a_picture_was_taken_is_in_nothing_derived_from_it(pool: Workers) -> None:
    """Neither EXIF nor XMP data, comments or thumbnails get into the small pictures, the PDF or its text."""
    secret = b"51.4696-north-6.8514-east"
    xmp = b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta><exif:GPSLatitude>" + secret + b"</exif:GPSLatitude></x:xmpmeta>"
    marked = with_segment(0xFE, secret)
    marked = marked[:2] + b"\xff\xe1" + (len(xmp) + 2).to_bytes(2, "big") + xmp + marked[2:]

    async def fetch() -> bytes:
        return marked

    checked = (await pool.check(marked)).worst
    made = await pool.make_document([fetch])
    assert secret in marked
    assert checked.annotated
    assert checked.plain
    for derived in (checked.annotated, checked.plain, made.pdf, made.text.encode(), *_streams(made.pdf)):
        assert secret not in derived
    assert not Image.open(io.BytesIO(checked.annotated)).getexif()
    assert not Image.open(io.BytesIO(checked.plain)).getexif()


def _streams(pdf: bytes) -> list[bytes]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [each.read_raw_bytes() for each in opened.objects if isinstance(each, pikepdf.Stream)]


async def test_after_all_that_a_good_page_is_good(pool: Workers) -> None:
    """The processes stay healthy."""
    assert page().shape[:2] == SIZE[::-1]
    assert await well(pool, pool.processes)
    assert await pool.missing() is None
