"""The gateway's part towards the upload service: stores originals, announces facts, and hears what upload announces."""

import asyncio
import hashlib
import json
from datetime import UTC, datetime
from typing import Any, TypeVar

import aio_pika
from aio_pika.abc import AbstractQueue

from shared.events.event import TYPE_PREFIX, Event, Fact, envelop
from shared.events.gateway import DocumentSubmitted, PageUploaded, SubmittedPage
from shared.ids import new_id
from shared.service import Service

F = TypeVar("F", bound=Fact)
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


class Neighbour:
    """The gateway's part: stores originals, announces facts, and hears what upload announces."""

    def __init__(self, service: Service, channel: aio_pika.abc.AbstractChannel, heard: AbstractQueue) -> None:
        """Speak to a service."""
        self.service = service
        self._channel = channel
        self._heard = heard
        self._known: set[str] = set()

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

    async def hears(self, kind: type[F], about: str | None = None) -> F:
        """Return the next fact of a kind that upload announces, if asked for, about one page or document.

        A copy, which the relay may send, is the same event.
        """
        async with asyncio.timeout(120), self._heard.iterator() as messages:
            async for message in messages:
                await message.ack()
                event = json.loads(message.body)
                if event["id"] in self._known:
                    continue
                self._known.add(event["id"])
                if event["type"] == TYPE_PREFIX + kind.type and about in (None, event["subject"]):
                    return kind.model_validate(event["data"])
        raise AssertionError("the queue was closed")

    async def told(self) -> set[tuple[str, str]]:
        """Return id and subject of each event that waits to be heard; a copy, which the relay may send, is the same."""
        told: set[tuple[str, str]] = set()
        while message := await self._heard.get(fail=False):
            await message.ack()
            event = json.loads(message.body)
            told.add((event["id"], event["subject"]))
        return told


def uploaded(page: SubmittedPage, size: int) -> PageUploaded:
    """Return the fact that a page arrived."""
    return PageUploaded(
        **page.model_dump(), citizen_id=new_id(), size_bytes=size, media_type="image/jpeg", uploaded_at=NOW
    )


def submitted(*pages: SubmittedPage, **changes: Any) -> DocumentSubmitted:
    """Return the fact that a document was handed in."""
    fields = {"document_id": new_id(), "citizen_id": new_id(), "receipt_number": "K7Q2-M9XA-4", "received_at": NOW}
    return DocumentSubmitted.model_validate(fields | {"pages": pages, **changes})
