"""Looks at queues on a channel of its own: a look that closes it disturbs nobody, and nothing is restored later."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiormq.abc import AbstractChannel
from aiormq.exceptions import ChannelNotFoundEntity
from faststream.rabbit import RabbitBroker

from shared.errors import UnavailableError
from shared.telemetry.health import connection_of, is_blocked

_TIMEOUT_S = 5.0


@asynccontextmanager
async def bare_channel(broker: RabbitBroker) -> AsyncIterator[AbstractChannel]:
    """Open a channel of the driver below aio-pika, which does not restore what is done on it.

    Raises:
        UnavailableError: the broker is not connected, or answers nothing.
    """
    connection = await connection_of(broker)
    if connection is None or await is_blocked(connection):
        raise UnavailableError
    channel = await connection.channel(publisher_confirms=False, timeout=_TIMEOUT_S)
    try:
        yield channel
    finally:
        await channel.close()


async def answers(broker: RabbitBroker) -> bool:
    """Tell whether the broker is connected and answers: under an alarm it does not, and channels asked for stay."""
    connection = await connection_of(broker)
    return connection is not None and not await is_blocked(connection)


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
