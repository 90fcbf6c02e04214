"""From photographed pages to one searchable PDF/A, with the real text recognition."""

import asyncio
import gc
import hashlib
import io
from collections.abc import Sequence
from functools import cache, partial

import numpy as np
import pikepdf.pdfa
import pypdfium2
import pytest
import pytest_asyncio

from services.upload.client.binding import Fetch, NothingReadableError
from services.upload.client.workers import Workers
from services.upload.schemas import FiledDocument
from tests.unit.upload.drawn import BRIEF, WORDS, corners, encoded, letter, photograph
from tests.unit.upload.printed import printed


@cache
def page() -> bytes:
    """Return the photograph of a brief letter."""
    return encoded(photograph(letter(BRIEF), corners(1500, 2000)), quality=85)


def fetching(files: Sequence[bytes]) -> list[Fetch]:
    """Return files as the workers want them: each to be fetched when its turn comes."""

    async def fetch(data: bytes) -> bytes:
        return data

    return [partial(fetch, data) for data in files]


def words_of(pdf: bytes) -> list[str]:
    """Return the words of each page as a PDF viewer finds them."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def made(workers: Workers) -> FiledDocument:
    """A document of a full page, a file that is no picture, and the same page upside down."""
    upright = photograph(letter(), corners(2250, 3000), (2250, 3000))
    photos = [encoded(np.ascontiguousarray(photo), quality=90) for photo in (upright, upright[::-1, ::-1])]
    return await workers.make_document(fetching([photos[0], b"no picture", photos[1]]))


async def test_pages_become_a_searchable_pdf_a(made: FiledDocument) -> None:
    """Words are found by an independent viewer, the file conforms to PDF/A-2b, and it is small."""
    truth = {word for line in WORDS for word in line.split()}
    for text in words_of(made.pdf):
        assert len(truth & set(text.split())) / len(truth) > 0.9
    assert made.text.count("\f") == 1
    assert "Abwendungsvereinbarung" in made.text
    gc.collect()  # pikepdf reports every warning it hears, and other tests' sockets warn when they are collected
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        assert not pikepdf.pdfa.check(pdf, "2b").findings
    assert len(made.pdf) < 2 * 80_000
    assert made.types[0].type == "sperrandrohung"


async def test_words_lie_where_they_are_printed(made: FiledDocument) -> None:
    """A word found in the viewer is marked at its place on the page."""
    page = pypdfium2.PdfDocument(made.pdf)[0]
    found = page.get_textpage().search("Androhung").get_next()
    left, bottom, _, top = page.get_textpage().get_charbox(found[0], loose=True)
    row = WORDS.index("Androhung der Unterbrechung Ihrer Stromversorgung")
    assert left / page.get_width() == pytest.approx(110 / 1240, abs=0.02)
    assert 1 - (bottom + top) / 2 / page.get_height() == pytest.approx((120 + 46 * row + 12) / 1754, abs=0.02)


async def test_an_unreadable_page_does_not_lose_the_document(made: FiledDocument) -> None:
    """The readable pages are filed in their order; the other is named with its reason."""
    assert len(words_of(made.pdf)) == 2
    assert made.files == (0, 2)
    assert [(page.file, page.code) for page in made.unreadable] == [(1, "not_an_image")]


async def test_a_document_of_which_nothing_can_be_read_says_why(workers: Workers) -> None:
    """There is no empty PDF."""
    with pytest.raises(NothingReadableError) as failed:
        await workers.make_document(fetching([b"", page()[:5000]]))
    assert [page.code for page in failed.value.unreadable] == ["empty", "truncated"]


async def test_every_page_of_a_pdf_that_is_handed_in_is_read(workers: Workers, made: FiledDocument) -> None:
    """A PDF of several pages goes in whole, between photographs; a document without faults names none."""
    again = await workers.make_document(fetching([page(), made.pdf, page()]))
    assert [("Stadtwerke" in text) for text in words_of(again.pdf)] == [True] * 4
    assert (again.files, again.unreadable) == ((0, 1, 1, 2), ())


async def test_a_verdict_does_not_wait_for_the_reading_of_a_long_document(workers: Workers) -> None:
    """A check that arrives later is answered first."""
    begun = asyncio.Event()
    reading = asyncio.create_task(workers.make_document(fetching([page()] * 5), lambda _done, _known: begun.set()))
    await begun.wait()
    checked = await workers.check(page())
    assert checked.report.verdict == "good"
    assert not reading.done()
    assert len(words_of((await reading).pdf)) == 5


async def test_another_process_makes_the_same_bytes_at_another_time(workers: Workers, made: FiledDocument) -> None:
    """A document that is made again, after whoever made it died, overwrites its files: there are no copies of it."""
    files = fetching([page(), printed(), made.pdf])
    first = await workers.make_document(files)
    async with Workers(processes=1) as others:
        second = await others.make_document(files)
    assert hashlib.sha256(second.pdf).digest() == hashlib.sha256(first.pdf).digest()
    assert second == first
    assert len(first.files) == 4


async def test_a_document_of_one_page_is_the_same_bytes_again(workers: Workers) -> None:
    """Most documents are a single photograph: these leave no copies, either."""
    made = [await workers.make_document(fetching([page()])) for _ in range(2)]
    assert made[0].pdf == made[1].pdf
