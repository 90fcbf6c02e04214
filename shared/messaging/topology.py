"""Exchanges and queues: what they are named, what they promise, and their declaration at start."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractQueue
from faststream.rabbit import ExchangeType, QueueType, RabbitExchange, RabbitQueue
from faststream.rabbit.schemas.queue import QuorumQueueArgs

from shared.events.event import Fact

UNROUTED = "amtsbote.unrouted"

# What no queue is bound for is kept in `amtsbote.unrouted`, where `dead list` shows it to a person.
_KEEP_UNROUTED = {"alternate-exchange": UNROUTED}

EVENTS = RabbitExchange("amtsbote", type=ExchangeType.TOPIC, durable=True, arguments=_KEEP_UNROUTED)
DESK = RabbitExchange("amtsbote.desk", type=ExchangeType.TOPIC, durable=True, arguments=_KEEP_UNROUTED)
SUPPLIER = RabbitExchange("amtsbote.supplier", type=ExchangeType.DIRECT, durable=True, arguments=_KEEP_UNROUTED)
# Where a retry's waiting ends: direct, by the name of the work queue.
RETURN = RabbitExchange("amtsbote.return", type=ExchangeType.DIRECT, durable=True, arguments=_KEEP_UNROUTED)
# What no service of ours reads is bound to this exchange, which leads nowhere: it is not unrouted then, and dropped.
UNREAD = RabbitExchange("amtsbote.unread", type=ExchangeType.FANOUT, durable=True)
EXCHANGES = {exchange.name: exchange for exchange in (EVENTS, DESK, SUPPLIER)}

# Crashes of a consumer count for all its prefetched messages, so this is only the net; see `salvage` for retries.
DELIVERY_LIMIT = 50

# A broker that falls silent in the middle of a start is an error, not a standstill.
_TIMEOUT_S = 5.0

# RabbitMQ 4 drops what was delivered 20 times unless told otherwise, and a look into a dead queue is a delivery.
NEVER = 1_000_000


def quorum_queue(name: str, *, routing_key: str = "", arguments: QuorumQueueArgs | None = None) -> RabbitQueue:
    """Describe a durable, replicated queue that keeps what it has."""
    kept: QuorumQueueArgs = {"x-delivery-limit": NEVER, **(arguments or {})}
    return RabbitQueue(name, queue_type=QueueType.QUORUM, routing_key=routing_key, arguments=kept)


# Dead lettering happens at least once only together with `reject-publish`.
_DEAD_LETTERING: QuorumQueueArgs = {
    "x-dead-letter-exchange": "",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}


def work_queue(name: str, *, routing_key: str = "") -> RabbitQueue:
    """Describe a consumer's queue, for FastStream bound to `routing_key`; what it rejects goes to its dead queue."""
    dead: QuorumQueueArgs = {"x-delivery-limit": DELIVERY_LIMIT, "x-dead-letter-routing-key": dead_name(name)}
    return quorum_queue(name, routing_key=routing_key, arguments={**_DEAD_LETTERING, **dead})


def dead_name(queue: str) -> str:
    """Return the name of the queue that keeps what `queue` could not handle."""
    return f"{queue}.dead"


@dataclass(frozen=True, slots=True)
class Ladder:
    """The delays of one service's retries: one queue per delay, shared by all its work queues.

    A message waits in a tier until its time to live ends; the broker then dead-letters it to the exchange RETURN under
    the routing key it came with, which is the name of its work queue. Were that queue gone, it would otherwise wait in
    the tier for ever, and 32 such messages hold up every other one there; so RETURN passes it to UNROUTED.
    """

    service: str
    delays_ms: Sequence[int]

    def tier(self, step: int) -> str:
        """Return the exchange (and queue) name of retry `step`, counted from 0."""
        return f"{self.service}.wait.{self.delays_ms[step]}ms"

    def exchange(self, step: int) -> RabbitExchange:
        """Describe the exchange in front of a tier's queue, which keeps the routing key as it is."""
        return RabbitExchange(self.tier(step), type=ExchangeType.FANOUT, durable=True)

    async def declare(self, channel: AbstractChannel) -> None:
        """Declare every tier."""
        for step, delay in enumerate(self.delays_ms):
            returning: QuorumQueueArgs = {"x-dead-letter-exchange": RETURN.name, "x-message-ttl": delay}
            waiting = quorum_queue(self.tier(step), arguments={**_DEAD_LETTERING, **returning})
            queue = await declare_queue(channel, waiting)
            await queue.bind(await declare_exchange(channel, self.exchange(step)), timeout=_TIMEOUT_S)


async def declare_exchange(channel: AbstractChannel, exchange: RabbitExchange) -> AbstractExchange:
    """Declare an exchange as it is described."""
    return await channel.declare_exchange(
        exchange.name,
        exchange.type.value,
        durable=exchange.durable,
        arguments=exchange.arguments,
        timeout=_TIMEOUT_S,
    )


async def declare_queue(channel: AbstractChannel, queue: RabbitQueue) -> AbstractQueue:
    """Declare a queue as it is described."""
    return await channel.declare_queue(queue.name, durable=queue.durable, arguments=queue.arguments, timeout=_TIMEOUT_S)


async def _declare_exchanges(channel: AbstractChannel) -> None:
    """Declare what all services share, the keeper of unrouted messages first."""
    keeper = await declare_exchange(channel, RabbitExchange(UNROUTED, type=ExchangeType.FANOUT, durable=True))
    await (await declare_queue(channel, quorum_queue(UNROUTED))).bind(keeper, timeout=_TIMEOUT_S)
    for exchange in (*EXCHANGES.values(), RETURN):
        await declare_exchange(channel, exchange)
    unread = await declare_exchange(channel, UNREAD)
    for fact in Fact.__subclasses__():
        if fact.unread:
            await unread.bind(EVENTS.name, routing_key=fact.type, timeout=_TIMEOUT_S)


async def declare_with_dead(
    channel: AbstractChannel, name: str, exchange: RabbitExchange, routing_keys: Iterable[str]
) -> AbstractQueue:
    """Declare a dead queue, then the work queue whose failures it keeps, with every binding."""
    await declare_queue(channel, quorum_queue(dead_name(name)))
    queue = await declare_queue(channel, work_queue(name))
    source = await declare_exchange(channel, exchange)
    for key in routing_keys:
        await queue.bind(source, routing_key=key, timeout=_TIMEOUT_S)
    return queue


async def declare_all(
    connection: AbstractConnection, ladder: Ladder, consumers: Mapping[str, Iterable[str]]
) -> AbstractChannel:
    """Declare what a service needs, on a channel of its own; keep it, for it declares all again on a reconnect.

    It must not be the channel of FastStream's `declare_queue`: a queue declared there is consumed there too, without
    the subscriber's prefetch, and beside every publish.
    """
    channel = await connection.channel()
    await _declare_exchanges(channel)
    await ladder.declare(channel)
    for name, keys in consumers.items():
        queue = await declare_with_dead(channel, name, EVENTS, keys)
        await queue.bind(await declare_exchange(channel, RETURN), routing_key=name, timeout=_TIMEOUT_S)
    return channel
