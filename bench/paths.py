"""The ways an event can be published and handled: the bare driver, ours, and ours with a part left out."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Self

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from pydantic import TypeAdapter

from bench.pace import CLIENTS, IN_FLIGHT, SINK, side_by_side
from shared.clock import utc_now
from shared.events.event import CONTENT_TYPE, Event, envelop
from shared.events.gateway import CallReported
from shared.ids import new_id
from shared.messaging.publish import publish
from shared.messaging.topology import EVENTS, declare_exchanges, declare_queue, declare_work_queue, quorum_queue
from shared.service import Service, compose
from shared.settings import Connections
from shared.telemetry.health import failures

Measure = Callable[[int], Awaitable[float]]


class Paths:
    """Measures on one broker and one database; each returns the seconds it spent on preparation."""

    def __init__(self, connections: Connections) -> None:
        """Connect to nothing yet."""
        self._connections = connections
        self._publisher = compose("publisher", connections)

    async def __aenter__(self) -> Self:
        """Start the publishing service, and bind a queue that nobody reads."""
        self._connection = await aio_pika.connect(self._connections.rabbit_url.get_secret_value())
        self._channel: AbstractChannel = await self._connection.channel()
        await self._channel.set_qos(prefetch_count=IN_FLIGHT)
        await declare_exchanges(self._channel)
        self._sink = await declare_queue(self._channel, quorum_queue(SINK))
        await self._sink.bind(EVENTS.name, CallReported.type)
        await self._publisher.start()
        await _until_started(self._publisher)
        for collection in (self._publisher.database.effects, compose("handler", self._connections).database.effects):
            await collection.insert_one({})  # a transaction would create it, and its neighbours would conflict
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go of everything."""
        await self._publisher.stop()
        await self._connection.close()

    def measures(self) -> dict[str, Measure]:
        """Return what can be measured, by its name in the table."""
        return {
            "publish: bare driver": self._publish_bare,
            "publish: safe publish": self._publish_safe,
            "publish: ours": lambda count: self._publish_ours(count, each=1),
            "publish: ours, 10 a transaction": lambda count: self._publish_ours(count, each=10),
            "publish: transaction alone": self._transactions,
            "handle: bare driver": self._handle_bare,
            "handle: without ledger": lambda count: self._handle_ours(count, ledger=False),
            "handle: ours": lambda count: self._handle_ours(count, ledger=True),
            "handle: transaction alone": self._effects,
        }

    async def _publish_bare(self, count: int) -> float:
        exchange = await self._channel.get_exchange(EVENTS.name, ensure=False)

        async def one() -> None:
            message = aio_pika.Message(_event().to_json(), delivery_mode=2, content_type=CONTENT_TYPE)
            await exchange.publish(message, CallReported.type)

        await side_by_side(one, count, IN_FLIGHT)
        return await self._empty()

    async def _publish_safe(self, count: int) -> float:
        broker = self._publisher.broker

        async def one() -> None:
            body = _event().to_json()
            await publish(broker, body, exchange=EVENTS, routing_key=CallReported.type, content_type=CONTENT_TYPE)

        await side_by_side(one, count, IN_FLIGHT)
        return await self._empty()

    async def _publish_ours(self, count: int, *, each: int) -> float:
        async def one() -> None:
            async with self._publisher.ledger.begin() as work:
                for _ in range(each):
                    work.announce(_fact())

        await side_by_side(one, count // each, CLIENTS)
        await _until(self._outbox_is_empty)
        return await self._empty()

    async def _outbox_is_empty(self) -> bool:
        return await self._publisher.database.outbox.find_one() is None

    async def _transactions(self, count: int) -> float:
        rows = self._publisher.database.effects

        async def one() -> None:
            async with self._publisher.ledger.begin() as work:
                await rows.insert_one({"_id": new_id(), "body": _event().to_json()}, session=work.session)

        await side_by_side(one, count, CLIENTS)
        return 0

    async def _handle_bare(self, count: int) -> float:
        started = time.perf_counter()
        await self._fill(SINK, count)
        adapter, pace = TypeAdapter(Event[CallReported]), _Pace(count)

        async def handle(message: AbstractIncomingMessage) -> None:
            pace.begin()
            adapter.validate_json(message.body)
            await message.ack()
            pace.count()

        tag = await self._sink.consume(handle)
        await pace.done()
        taken = pace.seconds()
        await self._sink.cancel(tag)
        return time.perf_counter() - started - taken

    async def _handle_ours(self, count: int, *, ledger: bool) -> float:
        """Let a service of its own handle what waits in its queue."""
        started = time.perf_counter()
        service, pace = compose("handler", self._connections), _Pace(count)

        async def handle(event: Event[Any]) -> None:
            pace.begin()
            if ledger:
                async with service.ledger.once("handler.count", event) as work:
                    await service.database.effects.insert_one({"_id": event.id}, session=work.session)
            pace.count()

        service.on("count", handle, CallReported, prefetch=CLIENTS if ledger else IN_FLIGHT)
        await declare_work_queue(self._channel, "handler.count", [CallReported.type])
        await self._fill("handler.count", count)
        await service.start()
        await pace.done()
        taken = pace.seconds()
        await service.stop()
        await self._empty()
        return time.perf_counter() - started - taken

    async def _effects(self, count: int) -> float:
        event, database = _event(), self._publisher.database

        async def one() -> None:
            async with self._publisher.ledger.once(new_id(), event) as work:
                await database.effects.insert_one({"_id": new_id()}, session=work.session)

        await side_by_side(one, count, CLIENTS)
        return 0

    async def _fill(self, queue: str, count: int) -> None:
        async def one() -> None:
            message = aio_pika.Message(_event().to_json(), delivery_mode=2, content_type=CONTENT_TYPE)
            await self._channel.default_exchange.publish(message, queue)

        await side_by_side(one, count, IN_FLIGHT)

    async def _empty(self) -> float:
        """Empty the queue that nobody reads; returns the seconds it took."""
        started = time.perf_counter()
        await self._sink.purge()
        return time.perf_counter() - started


class _Pace:
    """The time from the first handled event to the last."""

    def __init__(self, count: int) -> None:
        self._left = count
        self._over = asyncio.Event()
        self._begun = self._ended = 0.0

    def begin(self) -> None:
        self._begun = self._begun or time.perf_counter()

    def count(self) -> None:
        self._left -= 1
        if not self._left:
            self._ended = time.perf_counter()
            self._over.set()

    async def done(self) -> None:
        await self._over.wait()

    def seconds(self) -> float:
        return self._ended - self._begun


async def _until_started(service: Service) -> None:
    async def ready() -> bool:
        return not await failures(service.ready_checks)

    await _until(ready)


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    while True:
        if await holds():
            return
        await asyncio.sleep(0.01)


def _fact() -> CallReported:
    return CallReported(callback_id=new_id(), call_id=new_id(), tool_id="bench", outcome="reached", called_at=utc_now())


def _event() -> Event[CallReported]:
    return envelop(_fact(), id=new_id(), time=utc_now(), source="bench", tenant="bench")
