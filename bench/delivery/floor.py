"""What the drivers do without us: bare, and with the least that is safe (an outbox, an inbox)."""

import asyncio
from collections.abc import Callable
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractRobustConnection

from bench.delivery.fact import IN_FLIGHT, PREFETCH, WORKERS, measured
from bench.delivery.pace import Handled, seconds_for
from shared.clock import utc_now
from shared.ids import new_id
from shared.storage.documents import Database, again_on_conflict

QUEUE = "bench.floor"


async def declare(channel: AbstractChannel) -> None:
    """Make the quorum queue of these ways, empty."""
    await channel.queue_delete(QUEUE)
    await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})


async def publish_raw(channel: AbstractChannel, count: int) -> float:
    """Publish with confirms, durably."""
    body = measured().to_json()

    async def step() -> None:
        await channel.default_exchange.publish(aio_pika.Message(body, delivery_mode=2), QUEUE)

    return await seconds_for(count, step, at_once=IN_FLIGHT)


async def publish_with_outbox(channel: AbstractChannel, database: Database, count: int) -> float:
    """Commit each event in a transaction, publish it with a confirm, delete the rows in hundreds: nothing else."""
    confirmed: list[str] = []

    async def step() -> None:
        row: dict[str, Any] = {"_id": new_id(), "at": utc_now(), "body": measured().to_json()}
        async with await database.client.start_session() as session, session.start_transaction():
            await database.floor_outbox.insert_one(row, session=session)
        await channel.default_exchange.publish(aio_pika.Message(row["body"], delivery_mode=2), QUEUE)
        confirmed.append(row["_id"])

    async def delete() -> None:
        batch, confirmed[:] = confirmed[:IN_FLIGHT], confirmed[IN_FLIGHT:]
        await database.floor_outbox.delete_many({"_id": {"$in": batch}})

    seconds = await seconds_for(count, step, at_once=WORKERS)
    return seconds + await seconds_for(-(-count // IN_FLIGHT), delete, at_once=1)


async def handle_raw(connection: AbstractRobustConnection, count: int) -> float:
    """Take and acknowledge."""
    handled = Handled(count)

    async def handle(message: AbstractIncomingMessage) -> None:
        await message.ack()
        handled.one()

    return await _consume(connection, handle, handled)


async def handle_with_inbox(connection: AbstractRobustConnection, database: Database, count: int) -> float:
    """Take, record inbox and effect in a transaction, acknowledge: nothing else."""
    handled = Handled(count)

    async def effect() -> None:
        async with await database.client.start_session() as session, session.start_transaction():
            await database.floor_inbox.insert_one({"_id": new_id(), "at": utc_now()}, session=session)
            await database.floor_effects.insert_one({"_id": new_id()}, session=session)

    async def handle(message: AbstractIncomingMessage) -> None:
        await again_on_conflict(effect)
        await message.ack()
        handled.one()

    return await _consume(connection, handle, handled)


async def _consume(
    connection: AbstractRobustConnection, handle: Callable[[AbstractIncomingMessage], object], handled: Handled
) -> float:
    channel = await connection.channel()
    await channel.set_qos(PREFETCH)
    queue = await channel.declare_queue(QUEUE, passive=True)
    await queue.consume(handle)
    seconds = await handled.seconds()
    await asyncio.sleep(0)
    await channel.close()
    return seconds
