"""Tells a supplier by its own queue: published with a confirm, so that "sent" is known and not hoped."""

import asyncio
from collections.abc import Callable

from aio_pika.exceptions import AMQPError, ChannelInvalidStateError, DeliveryError
from faststream.rabbit import RabbitBroker

from services.notify.domain.retry import Outcome
from shared.deadlines import is_cancelled
from shared.errors import PublishError
from shared.events.event import CONTENT_TYPE
from shared.messaging.publish import publish
from shared.messaging.topology import SUPPLIER, declare_with_dead

DECLARED_WITHIN_S = 15.0
_AWAY = Outcome("ours", "broker_unavailable")
_FULL = Outcome("again", "queue_full")


class SupplierQueues:
    """Sends notices to the queues `supplier.<id>`."""

    def __init__(self, broker: RabbitBroker, started: Callable[[], bool]) -> None:
        """Publish through `broker` once its service has `started`; who connects earlier opens a second connection."""
        self._broker = broker
        self._started = started

    async def send(self, supplier_id: str, *, message_id: str, correlation_id: str, body: bytes) -> Outcome:
        """Put one notice into the supplier's queue; a repeat carries the same `x-event-id`."""
        if not self._started():
            return _AWAY
        try:
            await self._make_sure_of_queue(supplier_id)
            await publish(
                self._broker,
                body,
                exchange=SUPPLIER,
                routing_key=supplier_id,
                headers={"x-event-id": message_id},
                content_type=CONTENT_TYPE,
                correlation_id=correlation_id,
            )
        except PublishError as error:
            return _FULL if isinstance(error.__cause__, DeliveryError) else _AWAY
        except (AMQPError, ChannelInvalidStateError, OSError, TimeoutError):
            return _AWAY
        except asyncio.CancelledError:
            if is_cancelled():
                raise
            return _AWAY
        return Outcome("taken")

    async def waiting(self, queue: str) -> int | None:
        """Return how many messages wait in a partner's queue; nothing if that cannot be told now."""
        if not self._started():
            return None
        try:
            async with asyncio.timeout(DECLARED_WITHIN_S):
                connection = await self._broker.connect()
                async with connection.channel() as channel:
                    asked = await channel.declare_queue(queue, passive=True)
                    return asked.declaration_result.message_count
        except (AMQPError, ChannelInvalidStateError, OSError, TimeoutError):
            return None

    async def _make_sure_of_queue(self, supplier_id: str) -> None:
        """Declare queue and binding, on a channel whose failure hurts nobody else.

        The exchange hands what no queue is bound for to `amtsbote.unrouted` and confirms it; that would not be "sent".
        """
        async with asyncio.timeout(DECLARED_WITHIN_S):
            connection = await self._broker.connect()
            async with connection.channel() as channel:
                await declare_with_dead(channel, f"supplier.{supplier_id}", SUPPLIER, [supplier_id])
