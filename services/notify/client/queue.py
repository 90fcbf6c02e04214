"""Tells a supplier by its own queue: published with a confirm, so that "sent" is known and not hoped."""

from faststream.rabbit import RabbitBroker

from services.notify.domain.retry import Outcome
from shared.errors import PublishError
from shared.events.event import CONTENT_TYPE
from shared.messaging.publish import publish
from shared.messaging.topology import SUPPLIER, dead_name, quorum_queue, work_queue


class SupplierQueues:
    """Sends notices to the queues `supplier.<id>`."""

    def __init__(self, broker: RabbitBroker) -> None:
        """Publish through `broker`."""
        self._broker = broker

    async def send(self, supplier_id: str, *, message_id: str, correlation_id: str, body: bytes) -> Outcome:
        """Put one notice into the supplier's queue; a repeat carries the same `x-event-id`.

        The queue and its binding are made sure of first: the exchange passes what no queue is bound for to
        `amtsbote.unrouted` and confirms it, and that would not be the supplier's queue.
        """
        name = f"supplier.{supplier_id}"
        try:
            await self._broker.declare_queue(quorum_queue(dead_name(name)))
            queue = await self._broker.declare_queue(work_queue(name, routing_key=supplier_id))
            await queue.bind(await self._broker.declare_exchange(SUPPLIER), routing_key=supplier_id)
            await publish(
                self._broker,
                body,
                exchange=SUPPLIER,
                routing_key=supplier_id,
                headers={"x-event-id": message_id},
                content_type=CONTENT_TYPE,
                correlation_id=correlation_id,
            )
        except PublishError:
            return Outcome("ours", "broker_unavailable")
        return Outcome("taken")
