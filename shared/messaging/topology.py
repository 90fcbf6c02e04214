"""Exchanges and queues: what they are named, what they promise, and their declaration at start."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from faststream.rabbit import ExchangeType, QueueType, RabbitBroker, RabbitExchange, RabbitQueue
from faststream.rabbit.schemas.queue import QuorumQueueArgs

UNROUTED = "amtsbote.unrouted"

# What no queue is bound for is kept in `amtsbote.unrouted`, where `dead list` shows it to a person.
_KEEP_UNROUTED = {"alternate-exchange": UNROUTED}

EVENTS = RabbitExchange("amtsbote", type=ExchangeType.TOPIC, durable=True, arguments=_KEEP_UNROUTED)
DESK = RabbitExchange("amtsbote.desk", type=ExchangeType.TOPIC, durable=True, arguments=_KEEP_UNROUTED)
SUPPLIER = RabbitExchange("amtsbote.supplier", type=ExchangeType.DIRECT, durable=True, arguments=_KEEP_UNROUTED)
EXCHANGES = {exchange.name: exchange for exchange in (EVENTS, DESK, SUPPLIER)}

# Crashes of a consumer count for all its prefetched messages, so this is only the net; see `salvage` for retries.
DELIVERY_LIMIT = 50


def quorum_queue(name: str, *, routing_key: str = "", arguments: QuorumQueueArgs | None = None) -> RabbitQueue:
    """Describe a durable, replicated queue."""
    return RabbitQueue(name, queue_type=QueueType.QUORUM, routing_key=routing_key, arguments=arguments)


# Dead lettering happens at least once only together with `reject-publish`.
_DEAD_LETTERING: QuorumQueueArgs = {
    "x-dead-letter-exchange": "",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}


def work_queue(name: str, *, routing_key: str) -> RabbitQueue:
    """Describe a consumer's queue, bound to `routing_key`; what it rejects goes to its dead queue."""
    dead: QuorumQueueArgs = {"x-delivery-limit": DELIVERY_LIMIT, "x-dead-letter-routing-key": dead_name(name)}
    return quorum_queue(name, routing_key=routing_key, arguments={**_DEAD_LETTERING, **dead})


def dead_name(queue: str) -> str:
    """Return the name of the queue that keeps what `queue` could not handle."""
    return f"{queue}.dead"


@dataclass(frozen=True, slots=True)
class Ladder:
    """The delays of one service's retries: one queue per delay, shared by all its work queues.

    A message waits in a tier until its time to live ends; the broker then dead-letters it through the default
    exchange under the routing key it came with, which is the name of its work queue.
    """

    service: str
    delays_ms: Sequence[int]

    def tier(self, step: int) -> str:
        """Return the exchange (and queue) name of retry `step`, counted from 0."""
        return f"{self.service}.retry.{self.delays_ms[step]}ms"

    def exchange(self, step: int) -> RabbitExchange:
        """Describe the exchange in front of a tier's queue, which keeps the routing key as it is."""
        return RabbitExchange(self.tier(step), type=ExchangeType.FANOUT, durable=True)

    async def declare(self, broker: RabbitBroker) -> None:
        """Declare every tier."""
        for step, delay in enumerate(self.delays_ms):
            waiting = quorum_queue(self.tier(step), arguments={**_DEAD_LETTERING, "x-message-ttl": delay})
            queue = await broker.declare_queue(waiting)
            await queue.bind(await broker.declare_exchange(self.exchange(step)))


async def declare_exchanges(broker: RabbitBroker) -> None:
    """Declare what all services share, the keeper of unrouted messages first."""
    keeper = await broker.declare_exchange(RabbitExchange(UNROUTED, type=ExchangeType.FANOUT, durable=True))
    await (await broker.declare_queue(quorum_queue(UNROUTED))).bind(keeper)
    for exchange in EXCHANGES.values():
        await broker.declare_exchange(exchange)


async def declare_work_queue(broker: RabbitBroker, name: str, routing_keys: Iterable[str]) -> None:
    """Declare a consumer's dead queue, then its work queue with every binding."""
    await broker.declare_queue(quorum_queue(dead_name(name)))
    first, *others = routing_keys
    queue = await broker.declare_queue(work_queue(name, routing_key=first))
    events = await broker.declare_exchange(EVENTS)
    for key in (first, *others):
        await queue.bind(events, routing_key=key)
