"""Dead queues seen by a person: what is in them and why, and the ways out: back to work, or away."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import ChannelNotFoundEntity
from aiormq.exceptions import ChannelLockedResource
from faststream.rabbit import RabbitBroker, RabbitExchange

from shared.clock import utc_now
from shared.messaging.broker import connect
from shared.messaging.publish import publish
from shared.messaging.salvage import BROKERS_OWN
from shared.messaging.topology import UNROUTED, Ladder, dead_name

LOCK = "amtsbote.redriving"
# What `Salvage` wrote about failures; a message that starts anew has had none.
_FAILURES = ("x-attempt", "x-waits", "x-first-seen", "x-reason", "x-error")


class RedriveRunningError(Exception):
    """Somebody else is moving dead messages just now."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in a dead queue, without what it says."""

    event_id: str | None
    reason: str
    error: str | None
    attempts: int
    first_seen: str | None
    redriven: int
    exchange: str
    routing_key: str
    size_bytes: int
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one message: `redriven`, `copy` (of one that was redriven just before), or `dropped`."""

    letter: Letter
    what: str


class DeadQueues:
    """One connection to the broker, for looking into dead queues and emptying them."""

    def __init__(self, broker: RabbitBroker, channel: AbstractChannel) -> None:
        """Publish through `broker`, take from queues on `channel`."""
        self._broker = broker
        self._channel = channel

    async def count(self, queue: str) -> int | None:
        """Return how many messages wait in a queue; nothing if there is no such queue."""
        try:
            found = await self._find(queue)
        except ChannelNotFoundEntity:
            return None
        return found.declaration_result.message_count or 0

    async def look(self, queue: str, limit: int) -> list[Letter]:
        """Return the first `limit` messages of a queue; they stay in it."""
        found = await self._find(queue)
        letters = [_letter(message) async for message in _take(found, limit)]
        await self._let_go()
        return letters

    async def redrive(
        self, queue: str, *, event_id: str | None = None, pause_s: float = 0, dry_run: bool = False
    ) -> AsyncGenerator[Moved, None]:
        """Put the messages of a queue (or of one event) back to where they failed; yield each as it is moved.

        Each is taken away only after the broker confirmed its copy. What this run has already put back to the same
        place is dropped as a copy. What arrives meanwhile is left for the next run.

        Raises:
            RedriveRunningError: two runs at once would move each other's messages.
            PublishError: the broker did not take one; it and the rest stay.
        """
        await self._lock()
        done: set[tuple[str | None, str, str]] = set()
        async for message in self._chosen(queue, event_id):
            letter = _letter(message)
            exchange, routing_key = _way_back(queue, message)
            put_back = (letter.event_id, exchange, routing_key)
            is_copy = put_back in done
            if not (dry_run or is_copy):
                await self._put_back(message, exchange, routing_key)
            if not dry_run:
                await message.ack()
            if letter.event_id:
                done.add(put_back)
            yield Moved(letter, "copy" if is_copy else "redriven")
            await asyncio.sleep(0 if dry_run else pause_s)
        await self._let_go()

    async def drop(self, queue: str, *, event_id: str | None = None) -> AsyncGenerator[Moved, None]:
        """Throw away the messages of a queue (or of one event); yield each as it goes."""
        await self._lock()
        async for message in self._chosen(queue, event_id):
            await message.ack()
            yield Moved(_letter(message), "dropped")
        await self._let_go()

    async def _chosen(self, queue: str, event_id: str | None) -> AsyncIterator[AbstractIncomingMessage]:
        found = await self._find(queue)
        async for message in _take(found, found.declaration_result.message_count or 0):
            if event_id in {None, message.headers.get("x-event-id")}:
                yield message

    async def _put_back(self, message: AbstractIncomingMessage, exchange: str, routing_key: str) -> None:
        redriven = int(str(message.headers.get("x-redrive", 0))) + 1
        told = {k: v for k, v in message.headers.items() if not k.startswith((*BROKERS_OWN, *_FAILURES))}
        await publish(
            self._broker,
            message.body,
            exchange=RabbitExchange(exchange),
            routing_key=routing_key,
            headers={**told, "x-attempt": 0, "x-redrive": redriven},
            content_type=message.content_type,
            correlation_id=message.correlation_id,
        )

    async def _find(self, queue: str) -> AbstractQueue:
        await self._let_go()
        return await self._channel.declare_queue(queue, passive=True)

    async def _lock(self) -> None:
        """Hold a queue that only one connection can have; the broker ends it with the connection."""
        try:
            await self._channel.declare_queue(LOCK, exclusive=True, auto_delete=True)
        except ChannelLockedResource as error:
            raise RedriveRunningError from error

    async def _let_go(self) -> None:
        """Give back what was taken and not acknowledged, by taking another channel."""
        connection = await self._broker.connect()
        if not self._channel.is_closed:
            await self._channel.close()
        self._channel = await connection.channel()


@asynccontextmanager
async def dead_queues(url: str) -> AsyncIterator[DeadQueues]:
    """Connect to the broker of `url`; raises what aio-pika raises if it does not answer."""
    broker = connect(url, Ladder("dead", ()), utc_now)
    connection = await broker.connect()
    try:
        yield DeadQueues(broker, await connection.channel())
    finally:
        await broker.stop()


def dead_queues_of(work_queues: Sequence[str]) -> list[str]:
    """Return the dead queues of some work queues, and the queue of unrouted messages."""
    return [*sorted(dead_name(queue) for queue in work_queues), UNROUTED]


def _way_back(queue: str, message: AbstractIncomingMessage) -> tuple[str, str]:
    """Return the exchange and the routing key that lead a dead message to where it failed."""
    if queue == UNROUTED:
        return message.exchange or "", message.routing_key or ""
    return "", queue.removesuffix(dead_name(""))


async def _take(queue: AbstractQueue, limit: int) -> AsyncIterator[AbstractIncomingMessage]:
    for _ in range(limit):
        message = await queue.get(fail=False)
        if message is None:
            return
        yield message


def _letter(message: AbstractIncomingMessage) -> Letter:
    headers = {name: str(value) for name, value in message.headers.items()}
    event_id = headers.get("x-event-id")
    return Letter(
        event_id=event_id,
        reason=headers.get("x-reason") or headers.get("x-first-death-reason") or "unrouted",
        error=headers.get("x-error"),
        attempts=int(headers.get("x-attempt", 0)),
        first_seen=headers.get("x-first-seen"),
        redriven=int(headers.get("x-redrive", 0)),
        exchange=message.exchange or "",
        routing_key=message.routing_key or "",
        size_bytes=len(message.body),
        headers=headers,
    )
