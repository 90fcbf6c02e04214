"""A document of which one page was taken again: filed anew, and the highest version is the one that counts."""

import io
from functools import cache
from typing import Any

import pikepdf
import pypdfium2
import pytest

from shared.events.gateway import DocumentSubmitted, SubmittedPage
from shared.events.upload import DocumentFailed, DocumentFiled
from tests.integration.upload.neighbour import Neighbour, submitted
from tests.unit.upload.drawn import BRIEF, corners, encoded, letter, photograph
from tests.waiting import until

pytestmark = pytest.mark.live


@cache
def page(lines: tuple[str, ...] = BRIEF) -> bytes:
    """Return the photograph of a brief letter, or of one with other lines."""
    return encoded(photograph(letter(lines), corners(900, 1200), (900, 1200)), quality=85)


def replaced(document: DocumentSubmitted, number: int, page: SubmittedPage) -> DocumentSubmitted:
    """Return the next version of a document, with another page in a place (from 1)."""
    old = document.pages[number - 1].page_id
    fields: dict[str, Any] = dict(document)
    fields["pages"] = tuple(page if place == number else kept for place, kept in enumerate(document.pages, 1))
    fields |= {"version": document.version + 1, "replaced_number": number}
    fields["replaced_page_ids"] = (*document.replaced_page_ids, old)
    return DocumentSubmitted.model_validate(fields)


async def _kept(gateway: Neighbour, document: DocumentSubmitted) -> dict[str, Any]:
    return await gateway.service.database.documents.find_one({"_id": document.document_id}) or {}


async def test_a_replaced_page_is_filed_in_its_place_and_both_pdfs_are_kept(gateway: Neighbour) -> None:
    """The new version names its pages and those it replaced; the former PDF stays where it was."""
    pages = [await gateway.store(data) for data in (page(), page(()))]
    first = submitted(*pages)
    await gateway.announce(first)
    before = await gateway.hears(DocumentFiled)
    again = await gateway.store(page())
    await gateway.announce(replaced(first, 2, again))
    after = await gateway.hears(DocumentFiled)
    assert (before.version, before.replaced_page_ids) == (1, ())
    assert (after.version, after.replaced_page_ids) == (2, (pages[1].page_id,))
    assert after.page_ids == (pages[0].page_id, again.page_id)
    text = (await gateway.service.objects.get(after.text_key)).decode()
    assert text.count("Abwendungsvereinbarung") > (await gateway.service.objects.get(before.text_key)).decode().count(
        "Abwendungsvereinbarung"
    )
    for filed in (before, after):
        assert len(pypdfium2.PdfDocument(await gateway.service.objects.get(filed.pdf_key))) == 2


async def test_a_version_that_comes_late_is_let_pass(gateway: Neighbour) -> None:
    """After the second version the first changes nothing, and nobody is told of it."""
    pages = [await gateway.store(page())]
    first = submitted(*pages)
    second = replaced(first, 1, await gateway.store(page()))
    await gateway.announce(second)
    assert (await gateway.hears(DocumentFiled)).version == 2
    seen = await gateway.service.database.inbox.count_documents({})
    await gateway.announce(first)

    async def let_pass() -> bool:
        return bool(await gateway.service.database.inbox.count_documents({}) > seen)

    await until(let_pass)
    assert (await _kept(gateway, first))["version"] == 2
    assert not await gateway.told()


@pytest.mark.parametrize("order", [(1, 2), (2, 1)], ids=["in order", "the other way round"])
async def test_versions_handled_at_the_same_time_end_with_the_highest(
    gateway: Neighbour, order: tuple[int, ...]
) -> None:
    """Whichever is read faster, the later version is kept, and announced last."""
    first = submitted(*[await gateway.store(page()) for _ in range(2)])
    versions = {1: first, 2: replaced(first, 2, await gateway.store(b"no picture"))}
    await gateway.announce(*(versions[number] for number in order))
    heard = await gateway.hears(DocumentFiled)
    if heard.version == 1:
        heard = await gateway.hears(DocumentFiled)
    assert heard.version == 2
    kept = await _kept(gateway, first)
    assert (kept["version"], kept["page_ids"]) == (2, list(heard.page_ids))
    assert heard.unreadable_page_ids == (versions[2].pages[1].page_id,)


async def test_a_document_whose_only_page_became_unreadable_fails_in_that_version(gateway: Neighbour) -> None:
    """The failure names the version it is about, so that the former PDF still counts for the former one."""
    first = submitted(await gateway.store(page()))
    await gateway.announce(first)
    await gateway.hears(DocumentFiled)
    await gateway.announce(replaced(first, 1, await gateway.store(b"no picture")))
    failed = await gateway.hears(DocumentFailed)
    assert (failed.version, failed.reason) == (2, "not_an_image")


async def test_each_page_of_the_pdf_is_named_by_the_upload_it_came_from(gateway: Neighbour) -> None:
    """An upload of several sheets stands once for each of them, before and after a page beside it is replaced."""
    sheets = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(2):
            pdf.add_blank_page()
        pdf.save(sheets)
    photo, several = await gateway.store(page()), await gateway.store(sheets.getvalue())
    first = submitted(photo, several, await gateway.store(page()))
    await gateway.announce(first)
    filed = await gateway.hears(DocumentFiled)
    ids = [page.page_id for page in first.pages]
    assert list(filed.page_ids) == [ids[0], ids[1], ids[1], ids[2]]
    again = await gateway.store(page())
    await gateway.announce(replaced(first, 1, again))
    anew = await gateway.hears(DocumentFiled)
    assert list(anew.page_ids) == [again.page_id, ids[1], ids[1], ids[2]]
    pdf_bytes = await gateway.service.objects.get(anew.pdf_key)
    assert len(pypdfium2.PdfDocument(pdf_bytes)) == len(anew.page_ids)
