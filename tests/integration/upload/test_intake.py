"""The running service: events in, events and files out, on the real servers."""

import asyncio
import json

import aio_pika
import pypdfium2
import pytest
from structlog.testing import capture_logs

from shared.events.upload import DocumentFailed, DocumentFiled, PageChecked
from tests.integration.upload.neighbour import Neighbour, submitted, uploaded
from tests.unit.upload.drawn import corners, cut_off, encoded, letter, photograph
from tests.waiting import until

pytestmark = pytest.mark.live

GOOD = encoded(photograph(letter(), corners(2250, 3000), (2250, 3000)), quality=90)
CUT = encoded(cut_off(letter()), quality=90)


async def test_a_page_is_checked_and_its_annotated_picture_stored(gateway: Neighbour) -> None:
    """The verdict is announced, the picture is in the object store, the report in the database."""
    page = await gateway.store(CUT)
    await gateway.announce(uploaded(page, len(CUT)))
    checked = await gateway.hears(PageChecked)
    assert (checked.page_id, checked.verdict, checked.reasons, checked.cut_reader) == (
        page.page_id,
        "retake",
        ("cut",),
        ("B",),
    )
    assert checked.annotated_key
    assert (await gateway.service.objects.get(checked.annotated_key)).startswith(b"\xff\xd8")
    kept = await gateway.service.database.pages.find_one({"_id": page.page_id})
    assert kept
    assert kept["report"]["verdict"] == "retake"


async def test_a_file_that_is_no_picture_gets_its_reason(gateway: Neighbour) -> None:
    """There is a verdict, and no annotated picture."""
    page = await gateway.store(b"Sehr geehrte Damen und Herren")
    await gateway.announce(uploaded(page, 29))
    checked = await gateway.hears(PageChecked)
    assert (checked.verdict, checked.reasons, checked.annotated_key, checked.width) == (
        "retake",
        ("not_an_image",),
        None,
        0,
    )


async def test_a_document_is_filed_with_its_pages_in_order(gateway: Neighbour) -> None:
    """A document whose pages were never checked is filed; the unreadable page is named."""
    pages = [await gateway.store(data) for data in (GOOD, b"no picture", GOOD)]
    document = submitted(*pages)
    await gateway.announce(document)
    filed = await gateway.hears(DocumentFiled)
    assert filed.document_id == document.document_id
    assert filed.page_ids == (pages[0].page_id, pages[2].page_id)
    assert filed.unreadable_page_ids == (pages[1].page_id,)
    assert filed.types[0].type == "sperrandrohung"
    pdf = await gateway.service.objects.get(filed.pdf_key, sha256=filed.pdf_sha256)
    assert (len(pypdfium2.PdfDocument(pdf)), len(pdf)) == (2, filed.pdf_bytes)
    assert "Abwendungsvereinbarung" in (await gateway.service.objects.get(filed.text_key)).decode()
    assert filed.facts_key
    kept = json.loads(await gateway.service.objects.get(filed.facts_key))
    assert kept["types"][0]["type"] == filed.types[0].type
    assert {fact["page"] for fact in kept["facts"]} == {1, 2}


async def test_a_document_of_which_nothing_can_be_read_fails_with_a_reason(gateway: Neighbour) -> None:
    """A person is told; the originals stay as they are."""
    page = await gateway.store(b"no picture")
    document = submitted(page)
    await gateway.announce(document)
    failed = await gateway.hears(DocumentFailed)
    assert (failed.document_id, failed.reason) == (document.document_id, "not_an_image")
    assert await gateway.service.objects.get(page.object_key, sha256=page.sha256) == b"no picture"


async def test_an_event_that_arrives_twice_takes_effect_once(gateway: Neighbour) -> None:
    """One verdict, however often the event is delivered: the copy is handled, and changes nothing."""
    page = await gateway.store(CUT)

    async def relayed() -> bool:
        return await gateway.service.database.outbox.count_documents({}) == 0

    with capture_logs() as log:

        async def repeated() -> bool:
            return any(line["event"] == "message.repeated" for line in log)

        await gateway.twice(uploaded(page, len(CUT)))
        await until(repeated)
    await until(relayed)
    assert [subject for _, subject in await gateway.told()] == [page.page_id]


async def test_an_original_that_was_altered_goes_to_a_person(gateway: Neighbour) -> None:
    """What is no longer what was handed in is not filed: its event is in the dead queue with the reason."""
    page = await gateway.store(GOOD)
    await gateway.service.objects.put(page.object_key, CUT, size_bytes=len(CUT), media_type="image/jpeg")
    await gateway.announce(submitted(page))
    connection = await aio_pika.connect(gateway.service.connections.rabbit_url.get_secret_value())
    async with connection, asyncio.timeout(60):
        queue = await (await connection.channel()).declare_queue("upload.file.dead", passive=True)
        async with queue.iterator() as messages:
            async for message in messages:
                await message.ack()
                assert message.headers["x-reason"] == "object.altered"
                break
