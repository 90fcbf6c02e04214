"""Looks at queues on a channel of its own: a look that closes it disturbs nobody, and nothing is restored later."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiormq.abc import AbstractChannel
from aiormq.exceptions import ChannelNotFoundEntity
from faststream.rabbit import RabbitBroker

from shared.errors import UnavailableError

_TIMEOUT_S = 5.0


@asynccontextmanager
async def bare_channel(broker: RabbitBroker) -> AsyncIterator[AbstractChannel]:
    """Open a channel of the driver below aio-pika, which does not restore what is done on it.

    Raises:
        UnavailableError: the broker is not connected.
    """
    transport = (await broker.connect()).transport if await broker.ping(0.1) else None
    if transport is None:
        raise UnavailableError
    channel = await transport.connection.channel(publisher_confirms=False, timeout=_TIMEOUT_S)
    try:
        yield channel
    finally:
        await channel.close()


async def waiting_at(channel: AbstractChannel, queues: Iterable[str]) -> int | None:
    """Return how many messages wait at all of the queues, those in somebody's hand left out; None if one is gone."""
    waiting = 0
    for name in queues:
        try:
            declared = await channel.queue_declare(name, passive=True, timeout=_TIMEOUT_S)
        except ChannelNotFoundEntity:
            return None
        waiting += declared.message_count or 0
    return waiting
