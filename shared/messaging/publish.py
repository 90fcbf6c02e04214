"""The one safe publish: it confirms, or raises, or was really cancelled."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from aio_pika import DeliveryMode, Message
from aiormq.abc import DeliveredMessage
from aiormq.exceptions import DeliveryError
from faststream.rabbit import RabbitBroker, RabbitExchange

from shared.deadlines import is_cancelled, within
from shared.errors import NotTakenError, PublishError

PUBLISH_TIMEOUT_S = 5.0
GRACE_S = 0.5


async def publish(
    broker: RabbitBroker,
    body: bytes,
    *,
    routing_key: str,
    exchange: RabbitExchange | None = None,
    headers: Mapping[str, Any] | None = None,
    content_type: str | None = None,
    correlation_id: str | None = None,
    mandatory: bool = True,
) -> None:
    """Publish one durable message and return when the broker has confirmed it; if not `mandatory`, nobody may want it.

    The AMQP message id is fresh each time, since drivers match returned messages by it; our event id is a header.

    Raises:
        NotTakenError: refused by a queue, though others may have taken it, or no queue for it.
        PublishError: not confirmed in time. The message may still arrive.
    """
    message = _durable(body, headers or {}, content_type, correlation_id)
    try:
        publishing = broker.publish(message, queue=routing_key, exchange=exchange, mandatory=mandatory)
        confirmation = await within(PUBLISH_TIMEOUT_S, publishing, grace_s=GRACE_S)
    except asyncio.CancelledError as error:
        if is_cancelled():
            raise
        raise PublishError("the connection was lost") from error
    except DeliveryError as error:
        raise NotTakenError("a queue is full") from error
    except Exception as error:
        raise PublishError(type(error).__name__) from error
    if isinstance(confirmation, DeliveredMessage):
        raise NotTakenError("no queue is bound for this message")


def _durable(body: bytes, headers: Mapping[str, Any], content_type: str | None, correlation_id: str | None) -> Message:
    return Message(
        body,
        headers=dict(headers),
        content_type=content_type,
        correlation_id=correlation_id,
        message_id=uuid4().hex,
        delivery_mode=DeliveryMode.PERSISTENT,
    )
