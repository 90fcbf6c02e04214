"""The running service: events in, events and files out, on the real servers."""

import asyncio
import io
import json
from functools import cache

import aio_pika
import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image
from structlog.testing import capture_logs

from services.upload.store.papers import Papers
from shared.events.upload import DocumentFailed, DocumentFiled, PageChecked
from shared.storage.pictures import ANNOTATED, picture_key
from tests.integration.upload.neighbour import Neighbour, submitted, uploaded
from tests.unit.upload.drawn import BRIEF, corners, cut_off, encoded, letter, photograph
from tests.waiting import until

pytestmark = pytest.mark.live


@cache
def good() -> bytes:
    """Return the photograph of a brief letter."""
    return encoded(photograph(letter(BRIEF), corners(1500, 2000)), quality=90)


@cache
def cut() -> bytes:
    """Return one that lacks the lowest tenth."""
    return encoded(cut_off(letter()), quality=90)


@cache
def soft() -> bytes:
    """Return one that is a little blurred."""
    blurred = cv2.GaussianBlur(photograph(letter(), corners(1500, 2000)), (0, 0), 1.5)
    return encoded(blurred.astype(np.uint8), quality=90)


@cache
def desk() -> bytes:
    """Return the photograph of a desk on which nothing lies."""
    return encoded(photograph(letter(), corners(1500, 2000) + 5000))


async def test_a_page_is_checked_and_its_annotated_picture_stored(gateway: Neighbour) -> None:
    """The verdict is announced, the picture is in the object store, the report in the database."""
    page = await gateway.store(cut())
    await gateway.announce(uploaded(page, len(cut())))
    checked = await gateway.hears(PageChecked, page.page_id)
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


async def test_a_page_gets_a_second_verdict_once_its_upper_part_was_read(gateway: Neighbour) -> None:
    """First what was seen, then what was read, with the likely type; both are about the same picture."""
    page = await gateway.store(good())
    await gateway.announce(uploaded(page, len(good())))
    seen, read = [await gateway.hears(PageChecked, page.page_id) for _ in range(2)]
    assert (seen.stage, seen.verdict, seen.words, seen.types) == ("seen", "good", None, ())
    assert (read.stage, read.verdict, read.reasons) == ("read", "good", ())
    assert (read.words or 0) > 30
    assert read.types[0].type == "sperrandrohung"
    same = {"page_id", "cut", "cut_reader", "rotate_cw", "width", "height", "annotated_key"}
    assert seen.model_dump(include=same) == read.model_dump(include=same)
    kept = await gateway.service.database.pages.find_one({"_id": page.page_id})
    assert kept
    assert kept["reading"]["reading"]["words"] == read.words


async def test_every_page_of_a_file_is_announced_with_its_picture(gateway: Neighbour) -> None:
    """The second page decides, each has a picture, which is accounted for; what was read sets right the first alone."""
    good_page, dark = (Image.fromarray(picture) for picture in (letter(BRIEF), np.full((1754, 1240, 3), 12, np.uint8)))
    out = io.BytesIO()
    good_page.save(out, "PDF", save_all=True, append_images=[dark], resolution=150)
    page = await gateway.store(out.getvalue())
    await gateway.announce(uploaded(page, len(out.getvalue())))
    seen, read = [await gateway.hears(PageChecked, page.page_id) for _ in range(2)]
    for fact in (seen, read):
        assert (fact.page, fact.pages, fact.verdict, fact.reasons[0]) == (2, 2, "retake", "too_dark")
        assert [(sheet.number, sheet.verdict) for sheet in fact.sheets] == [(1, "good"), (2, "retake")]
        keys = [sheet.annotated_key for sheet in fact.sheets]
        assert keys == [picture_key(page.page_id), picture_key(page.page_id, 2)]
        assert fact.annotated_key == keys[1]
    assert (seen.stage, read.stage) == ("seen", "read")
    assert (read.words or 0) > 30
    papers = Papers(gateway.service.database, gateway.service.objects)
    [pictures] = [inventory for inventory in papers.inventories if inventory.prefix == ANNOTATED]
    lost = picture_key(page.page_id, 3)
    assert await pictures.needed([*filter(None, keys), lost]) == set(keys)
    for key in filter(None, keys):
        assert (await gateway.service.objects.get(key)).startswith(b"\xff\xd8")


async def test_a_page_that_only_looks_soft_is_good_once_it_was_read(gateway: Neighbour) -> None:
    """The second verdict may be better than the first: recognition reads what looks a little blurred."""
    page = await gateway.store(soft())
    await gateway.announce(uploaded(page, len(soft())))
    seen, read = [await gateway.hears(PageChecked, page.page_id) for _ in range(2)]
    assert (seen.verdict, seen.reasons) == ("usable", ("soft",))
    assert (read.stage, read.verdict, read.reasons) == ("read", "good", ())


async def test_what_shows_no_page_is_not_read(gateway: Neighbour) -> None:
    """Neither a picture without a page nor a file that is no picture is probed; the next page is."""
    unread: set[str] = set()
    for data in (b"Sehr geehrte Damen und Herren", desk()):
        page = await gateway.store(data)
        await gateway.announce(uploaded(page, len(data)))
        assert (await gateway.hears(PageChecked, page.page_id)).verdict == "retake"
        unread.add(page.page_id)
    page = await gateway.store(cut())
    await gateway.announce(uploaded(page, len(cut())))
    seen, read = [await gateway.hears(PageChecked, page.page_id) for _ in range(2)]
    assert (seen.stage, read.stage, read.reasons[0]) == ("seen", "read", "cut")
    rows = await gateway.service.database.pages.find({"_id": {"$in": list(unread)}}).to_list(None)
    assert [("reading" in row) for row in rows] == [False, False]


async def test_a_file_that_is_no_picture_gets_its_reason(gateway: Neighbour) -> None:
    """There is a verdict, and no annotated picture."""
    page = await gateway.store(b"Sehr geehrte Damen und Herren")
    await gateway.announce(uploaded(page, 29))
    checked = await gateway.hears(PageChecked, page.page_id)
    assert (checked.verdict, checked.reasons, checked.annotated_key, checked.width) == (
        "retake",
        ("not_an_image",),
        None,
        0,
    )


async def test_a_document_is_filed_with_its_pages_in_order(gateway: Neighbour) -> None:
    """A document whose pages were never checked is filed; the unreadable page is named."""
    pages = [await gateway.store(data) for data in (good(), b"no picture", good())]
    document = submitted(*pages)
    await gateway.announce(document)
    filed = await gateway.hears(DocumentFiled, document.document_id)
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
    failed = await gateway.hears(DocumentFailed, document.document_id)
    assert (failed.document_id, failed.reason) == (document.document_id, "not_an_image")
    assert await gateway.service.objects.get(page.object_key, sha256=page.sha256) == b"no picture"


async def test_an_event_that_arrives_twice_takes_effect_once(gateway: Neighbour) -> None:
    """One verdict of each stage, however often the event is delivered: the copy is handled, and changes nothing."""
    page = await gateway.store(cut())
    database = gateway.service.database

    async def relayed() -> bool:
        read = await database.pages.find_one({"_id": page.page_id, "reading": {"$exists": True}})
        return read is not None and await database.outbox.count_documents({}) == 0

    with capture_logs() as log:

        async def repeated() -> bool:
            return any(line["event"] == "message.repeated" for line in log)

        await gateway.twice(uploaded(page, len(cut())))
        await until(repeated)
    await until(relayed)
    assert [subject for _, subject in await gateway.told() if subject == page.page_id] == [page.page_id] * 2


async def test_an_original_that_was_altered_goes_to_a_person(gateway: Neighbour) -> None:
    """What is no longer what was handed in is not filed: its event is in the dead queue with the reason."""
    page = await gateway.store(good())
    await gateway.service.objects.put(page.object_key, cut(), size_bytes=len(cut()), media_type="image/jpeg")
    await gateway.announce(submitted(page))
    connection = await aio_pika.connect(gateway.service.connections.rabbit_url.get_secret_value())
    async with connection, asyncio.timeout(60):
        queue = await (await connection.channel()).declare_queue("upload.file.dead", passive=True)
        async with queue.iterator() as messages:
            async for message in messages:
                await message.ack()
                assert message.headers["x-reason"] == "object.altered"
                break
