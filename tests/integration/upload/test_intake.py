"""The running service: events in, events and files out, on the real servers."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

import aio_pika
import pypdfium2
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractQueue
from structlog.testing import capture_logs

from deploy.local.stack import LocalStack
from services.upload.app import app
from services.upload.settings import UploadSettings
from shared.events.event import Event, Fact, envelop
from shared.events.gateway import DocumentSubmitted, PageUploaded, SubmittedPage
from shared.events.upload import DocumentFailed, DocumentFiled, PageChecked
from shared.ids import new_id
from shared.service import Service
from shared.settings import Connections
from shared.telemetry.health import failures
from tests.unit.upload.drawn import corners, cut_off, encoded, letter, photograph
from tests.waiting import until

pytestmark = pytest.mark.live

F = TypeVar("F", bound=Fact)
GOOD = encoded(photograph(letter(), corners(2250, 3000), (2250, 3000)), quality=90)
CUT = encoded(cut_off(letter()), quality=90)
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


class Neighbour:
    """The gateway's part: stores originals, announces facts, and hears what upload announces."""

    def __init__(self, service: Service, channel: aio_pika.abc.AbstractChannel, heard: AbstractQueue) -> None:
        """Speak to a service."""
        self.service = service
        self._channel = channel
        self._heard = heard

    async def store(self, data: bytes) -> SubmittedPage:
        """Store an original as the gateway does."""
        page_id = new_id()
        key = f"originals/{page_id}"
        await self.service.objects.put(key, data, size_bytes=len(data), media_type="image/jpeg")
        return SubmittedPage(page_id=page_id, object_key=key, sha256=hashlib.sha256(data).hexdigest())

    async def announce(self, *facts: Fact) -> None:
        """Publish facts as events."""
        exchange = await self._channel.get_exchange("amtsbote")
        for fact in facts:
            event = envelop(fact, id=new_id(), time=NOW, source="gateway", tenant="default")
            await self.publish(exchange, event)

    async def publish(self, exchange: aio_pika.abc.AbstractExchange, event: Event[Any]) -> None:
        """Publish one event."""
        await exchange.publish(aio_pika.Message(event.to_json()), routing_key=event.data.type)

    async def twice(self, fact: Fact) -> None:
        """Publish one event twice, as a broker may deliver it."""
        exchange = await self._channel.get_exchange("amtsbote")
        event = envelop(fact, id=new_id(), time=NOW, source="gateway", tenant="default")
        for _ in range(2):
            await self.publish(exchange, event)

    async def hears(self, kind: type[F]) -> F:
        """Return the next fact that upload announces."""
        async with asyncio.timeout(120), self._heard.iterator() as messages:
            async for message in messages:
                await message.ack()
                return Event[kind].model_validate_json(message.body).data  # type: ignore[valid-type]  # known at run time
        raise AssertionError("the queue was closed")

    async def told(self) -> set[tuple[str, str]]:
        """Return id and subject of each event that waits to be heard; a copy, which the relay may send, is the same."""
        told: set[tuple[str, str]] = set()
        while message := await self._heard.get(fail=False):
            await message.ack()
            event = json.loads(message.body)
            told.add((event["id"], event["subject"]))
        return told


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(stack: LocalStack) -> AsyncIterator[Service]:
    """The upload service, running."""
    values = {k.removeprefix("AMTSBOTE_").lower(): v for k, v in stack.environment.items()}
    known = {k: v for k, v in values.items() if k in Connections.model_fields}
    connections = Connections.model_validate(known | {"database_prefix": f"t{new_id()[-8:]}_"})
    running = app(connections, UploadSettings(processes=2), clock=lambda: NOW)
    await running.start()

    async def ready() -> bool:
        return not await failures(running.ready_checks)

    await until(ready)
    yield running
    await running.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def gateway(service: Service) -> AsyncIterator[Neighbour]:
    """A neighbour that hears upload's events."""
    connection = await aio_pika.connect(service.connections.rabbit_url.get_secret_value())
    async with connection:
        channel = await connection.channel()
        heard = await channel.declare_queue(exclusive=True)
        for kind in (PageChecked, DocumentFiled, DocumentFailed):
            await heard.bind("amtsbote", routing_key=kind.type)
        yield Neighbour(service, channel, heard)
        with suppress(Exception):
            await heard.delete(if_unused=False, if_empty=False)


def uploaded(page: SubmittedPage, size: int) -> PageUploaded:
    """Return the fact that a page arrived."""
    return PageUploaded(
        **page.model_dump(), citizen_id=new_id(), size_bytes=size, media_type="image/jpeg", uploaded_at=NOW
    )


def submitted(*pages: SubmittedPage) -> DocumentSubmitted:
    """Return the fact that a document was handed in."""
    return DocumentSubmitted(
        document_id=new_id(), citizen_id=new_id(), receipt_number="K7Q2-M9XA-4", pages=pages, received_at=NOW
    )


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
