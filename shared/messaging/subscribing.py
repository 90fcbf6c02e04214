"""Subscribes handlers to queues, each with a channel and a deadline of its own, and lets them end in order."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from inspect import getdoc
from typing import TYPE_CHECKING, Any, cast

from faststream.rabbit import Channel, RabbitBroker

from shared.deadlines import within
from shared.errors import DeadlineError
from shared.events.event import Event, Fact
from shared.messaging.broker import GOODBYE_S, GRACE_S
from shared.messaging.reading import Reader
from shared.messaging.topology import EVENTS, work_queue

if TYPE_CHECKING:
    from faststream._internal.endpoint.subscriber import SubscriberUsecase
    from faststream._internal.endpoint.subscriber.utils import MultiLock

Handler = Callable[[Event[Any]], Coroutine[Any, Any, None]]


def subscribe(
    broker: RabbitBroker, queue: str, handler: Handler, facts: Sequence[type[Fact]], *, prefetch: int, deadline_s: float
) -> None:
    """Have `handler` called with the facts of a durable queue, `prefetch` at once, each for `deadline_s` at most.

    A handler that goes on although it was cancelled is left behind: its message must not keep its place for ever.
    """
    reader = Reader(facts)

    async def receive(body: Any) -> None:
        await _in_time(handler(reader.read(body)), deadline_s)

    receive.__annotations__["body"] = reader.annotation
    subscriber = broker.subscriber(
        work_queue(queue, routing_key=facts[0].type),
        EVENTS,
        channel=Channel(prefetch_count=prefetch),
        title=queue,
        description=getdoc(getattr(handler, "func", handler)),
    )
    subscriber(receive)


async def _in_time(handling: Coroutine[Any, Any, None], deadline_s: float) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + deadline_s
    try:
        await within(deadline_s, handling)
    except TimeoutError as error:
        if loop.time() < until:
            raise  # the handler's own
        raise DeadlineError from error


async def finish(subscriber: "SubscriberUsecase[Any]") -> None:
    """Take no more messages, wait for the handlers that run, then cancel the consumer if the broker still answers."""
    if subscriber.running:
        subscriber.running = False
        await cast("MultiLock", subscriber.lock).wait_release(GRACE_S)
        await within(GOODBYE_S, subscriber.stop())
