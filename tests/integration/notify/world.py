"""The other services' side of the broker: lets things happen, and hears what notify announces."""

import asyncio
import hashlib
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import aio_pika
import pikepdf
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from shared.events.event import TYPE_PREFIX, Fact, envelop
from shared.events.gateway import ConsentGiven
from shared.events.upload import DocumentFiled, TypeSuggestion
from shared.ids import new_id
from shared.storage.objects import Objects

F = TypeVar("F", bound=Fact)


def now() -> datetime:
    """Return the present, as events carry it."""
    return datetime.now(UTC)


def pdf_of(page_ids: tuple[str, ...]) -> bytes:
    """Return a PDF whose pages show their ids."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for page_id in page_ids:
            page = pdf.add_blank_page()
            page.Contents = pdf.make_stream(f"BT /F1 9 Tf ({page_id}) Tj ET".encode())
        pdf.save(out)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Document:
    """A document of three pages, and the id of the citizen it belongs to."""

    document_id: str = field(default_factory=new_id)
    citizen_id: str = field(default_factory=new_id)
    page_ids: tuple[str, ...] = field(default_factory=lambda: (new_id(), new_id(), new_id()))

    def consent(self, supplier_id: str, page_ids: tuple[str, ...] | None = None) -> ConsentGiven:
        """Allow pages (all if none are named) to go to a supplier."""
        return ConsentGiven(
            consent_id=new_id(),
            citizen_id=self.citizen_id,
            document_id=self.document_id,
            page_ids=page_ids or self.page_ids,
            supplier_id=supplier_id,
            purpose="power_cut",
            text_version="1",
            channel="app",
            given_at=now(),
        )


@dataclass(slots=True)
class World:
    """Publishes events as the gateway and upload do, and keeps every event announced on the exchange."""

    channel: AbstractChannel
    objects: Objects
    heard: dict[str, dict[str, Any]] = field(default_factory=dict)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def happen(self, *facts: Fact) -> None:
        """Announce facts; returns when the broker has confirmed them."""
        exchange = await self.channel.get_exchange("amtsbote")
        for fact in facts:
            event = envelop(fact, id=new_id(), time=now(), source="test", tenant="default")
            message = aio_pika.Message(event.to_json(), correlation_id=event.correlation_id, message_id=new_id())
            await exchange.publish(message, routing_key=fact.type)

    async def filed(self, document: Document, **changes: Any) -> DocumentFiled:
        """Put a document's PDF into the store, as upload does before it says so."""
        pages: tuple[str, ...] = changes.pop("page_ids", document.page_ids)
        pdf, key = pdf_of(pages), f"documents/{document.document_id}/{changes.get('version', 1)}.pdf"
        await self.objects.put(key, pdf, size_bytes=len(pdf), media_type="application/pdf")
        return DocumentFiled(
            document_id=document.document_id,
            citizen_id=document.citizen_id,
            pdf_key=key,
            pdf_sha256=hashlib.sha256(pdf).hexdigest(),
            pdf_bytes=len(pdf),
            text_key=f"documents/{document.document_id}.txt",
            page_ids=pages,
            types=changes.pop("types", (TypeSuggestion(type="sperrandrohung", confidence=0.9),)),
            filed_at=now(),
            **changes,
        )

    async def forward(self, supplier_id: str) -> Document:
        """Let a citizen consent to a filed document going to a supplier."""
        document = Document()
        await self.happen(document.consent(supplier_id), await self.filed(document))
        return document

    def all(self, fact: type[F], **like: Any) -> list[F]:
        """Return what was announced of a kind, with these fields."""
        found = [
            fact.model_validate(event["data"])
            for event in self.heard.values()
            if event["type"] == TYPE_PREFIX + fact.type
        ]
        return [each for each in found if all(getattr(each, name) == value for name, value in like.items())]

    async def until(self, fact: type[F], timeout_s: float = 90, **like: Any) -> F:
        """Return the first fact of a kind with these fields, waiting for it."""
        await self.until_true(lambda: bool(self.all(fact, **like)), timeout_s)
        return self.all(fact, **like)[0]

    async def until_true(self, holds: Callable[[], bool], timeout_s: float = 90) -> None:
        """Return when a condition on what was heard holds."""
        async with asyncio.timeout(timeout_s), self._news:
            await self._news.wait_for(holds)

    async def hear(self, message: AbstractIncomingMessage) -> None:
        """Keep one event; of a copy only the first counts, as for every receiver."""
        event = json.loads(message.body)
        async with message.process(), self._news:
            self.heard.setdefault(event["id"], event)
            self._news.notify_all()


@asynccontextmanager
async def world(rabbit_url: str, objects: Objects) -> AsyncIterator[World]:
    """Listen to everything on the exchange of events."""
    async with await aio_pika.connect(rabbit_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind("amtsbote", routing_key="#")
        listening = World(channel, objects)
        await queue.consume(listening.hear)
        yield listening
