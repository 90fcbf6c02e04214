"""A callback service under test as its neighbours see it: facts go in, facts come out, and time is ours."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from aio_pika import Message
from aio_pika.abc import AbstractIncomingMessage, AbstractRobustChannel
from pydantic_core import from_json

from services.callback.app import app
from services.callback.settings import CallbackSettings
from shared.events.event import Fact, envelop
from shared.events.gateway import CallbackRequested, CallReported
from shared.ids import new_id
from shared.messaging.topology import EVENTS, dead_name
from shared.settings import Connections
from shared.storage.documents import connect
from tests.waiting import until, until_ready

if TYPE_CHECKING:
    from shared.service import Service

PATIENCE_S = 30.0
HALF_DAYS = (("00:00", "12:00"), ("12:00", "23:30"))
SETTINGS = CallbackSettings.model_validate({"week": dict.fromkeys(range(7), HALF_DAYS), "check_every_s": 0.05})


class Office:
    """Runs callback services on one broker and database, publishes to them, and hears what they announce."""

    def __init__(self, connections: Connections, channel: AbstractRobustChannel) -> None:
        """Speak through `channel`; the time is the next opening, and stands still."""
        self._connections = connections
        self._channel = channel
        self.database = connect(connections.mongo_url.get_secret_value())[connections.database_prefix + "callback"]
        self._heard = asyncio.Condition()
        self.announced: list[dict[str, Any]] = []
        self.now = list(islice(SETTINGS.terms().hours.openings(datetime.now(UTC)), 2))[1].start
        self.services: list[Service] = []

    async def open(self, processes: int = 1) -> None:
        """Start services, wait until they are ready, and begin to listen."""
        self.services = [app(self._connections, SETTINGS, lambda: self.now) for _ in range(processes)]
        for service in self.services:
            await service.start()
            await until_ready(service)
        queue = await self._channel.declare_queue(exclusive=True)
        for word in ("promised", "missed", "done", "overdue"):
            await queue.bind(EVENTS.name, f"callback.{word}.v1")
        await queue.consume(self._hear, no_ack=True)

    async def close(self) -> None:
        """Stop the services."""
        services, self.services = self.services, []
        for service in services:
            await service.stop()

    async def _hear(self, message: AbstractIncomingMessage) -> None:
        event = from_json(message.body)
        async with self._heard:
            # A relay may publish a row twice; as any receiver must, we tell copies by their event id.
            if all(known["id"] != event["id"] for known in self.announced):
                self.announced.append(event)
            self._heard.notify_all()

    async def say(self, fact: Fact, *, event_id: str | None = None) -> str:
        """Publish a fact as the gateway would; return its event id."""
        event_id = event_id or new_id()
        event = envelop(fact, id=event_id, time=self.now, source="gateway", tenant="oberhausen")
        exchange = await self._channel.get_exchange(EVENTS.name, ensure=False)
        await exchange.publish(Message(event.to_json(), headers={"x-event-id": event_id}), fact.type)
        return event_id

    async def hear(self, callback_id: str, count: int) -> list[dict[str, Any]]:
        """Wait until so many events about a callback were announced, and return them in the order they came."""
        async with asyncio.timeout(PATIENCE_S), self._heard:
            await self._heard.wait_for(lambda: len(self.about(callback_id)) >= count)
        return self.about(callback_id)

    def about(self, callback_id: str) -> list[dict[str, Any]]:
        """Return what was announced about a callback so far."""
        return [event for event in self.announced if event["subject"] == callback_id]

    async def handled(self, task: str, event_id: str) -> None:
        """Wait until an event has taken effect."""
        await until(lambda: _exists(self.database.inbox, f"callback.{task}:{event_id}"))

    async def taken(self, queue: str) -> None:
        """Wait until every message of a work queue was taken, stop the services, and see that none failed."""
        await until(lambda: self._empty(queue))
        retry = self.services[0].ladder.tier(0)
        await self.close()
        for left in (queue, dead_name(queue), retry):
            assert await self._empty(left), f"messages are left in {left}"

    async def _empty(self, queue: str) -> bool:
        declared = await self._channel.declare_queue(queue, passive=True)
        return declared.declaration_result.message_count == 0

    async def version(self, callback_id: str) -> int:
        """Return how often a callback was written."""
        row = await self.database.callbacks.find_one({"_id": callback_id})
        return int(row["version"]) if row else 0

    def wish(self, **changed: object) -> CallbackRequested:
        """Return a wish to be called within the next hour."""
        fields: dict[str, object] = {
            "callback_id": new_id(),
            "citizen_id": new_id(),
            "topic": "power_cut",
            "window_start": self.now,
            "window_end": self.now + timedelta(hours=1),
            "requested_at": self.now,
        }
        return CallbackRequested.model_validate(fields | changed)

    def call(self, callback_id: str, outcome: Literal["reached", "no_answer"], call_id: str = "") -> CallReported:
        """Return the report of a call that was made just now."""
        return CallReported(
            callback_id=callback_id,
            call_id=call_id or new_id(),
            tool_id="desk",
            outcome=outcome,
            called_at=self.now,
        )


async def _exists(collection: Any, key: str) -> bool:
    return await collection.find_one({"_id": key}) is not None
