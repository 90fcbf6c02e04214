"""Announces events of the journal again, to the queue that lacks them."""

import asyncio
from collections.abc import Sequence

import structlog
from faststream.rabbit import RabbitBroker, RabbitExchange

from shared.events.delivery import EventsMissed, MissedMinutes
from shared.events.event import CONTENT_TYPE
from shared.ids import minute_of
from shared.messaging.journal import Journal, Message
from shared.messaging.publish import publish
from shared.messaging.topology import EVENTS
from shared.storage.deleting import parts_of
from shared.telemetry.metrics import REPEATED

log = structlog.get_logger()

IN_FLIGHT = 100
# Straight to a queue, by its name as routing key.
STRAIGHT: RabbitExchange | None = None


async def put_again(
    broker: RabbitBroker, messages: Sequence[Message], exchange: RabbitExchange | None, *, to: str | None = None
) -> None:
    """Publish messages of a journal as they were, under the routing key `to` if one is given; all are confirmed.

    Raises:
        PublishError: one was not; others may have been, and whoever gets them twice drops the copy.
    """
    for part in parts_of(messages, IN_FLIGHT):
        await asyncio.gather(
            *(
                publish(
                    broker,
                    message["body"],
                    exchange=exchange,
                    routing_key=to or message["routing_key"],
                    headers={"x-event-id": message["event_id"]},
                    content_type=CONTENT_TYPE,
                    correlation_id=message["correlation_id"],
                )
                for message in part
            )
        )


class Repeating:
    """Answers those who lack events that this service has announced."""

    def __init__(self, broker: RabbitBroker, journal: Journal) -> None:
        """Publish what `journal` has through `broker`."""
        self._broker = broker
        self._journal = journal

    async def answer(self, missed: EventsMissed) -> None:
        """Put the events asked for into the queue that lacks them, and into no other.

        Raises:
            PublishError: the broker did not take one; the request is tried again.
        """
        repeated = 0
        minutes = sorted({minute for span in missed.spans for minute in range(span.first, span.last + 1)})
        async for part in self._journal.messages(minutes):
            wanted = [message for message in part if _is_in(message, missed.spans)]
            await put_again(self._broker, wanted, STRAIGHT, to=missed.queue)
            repeated += len(wanted)
        if repeated:
            REPEATED.labels(missed.queue, missed.reason).inc(repeated)
            log.warning("events.repeated", queue=missed.queue, reason=missed.reason, events=repeated)


def _is_in(message: Message, spans: Sequence[MissedMinutes]) -> bool:
    minute = minute_of(message["event_id"])
    return message["exchange"] == EVENTS.name and any(
        span.type == message["routing_key"] and span.first <= minute <= span.last for span in spans
    )
