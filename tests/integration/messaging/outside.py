"""How a stranger sees a virtual host of the broker: raw messages in, raw messages out, nothing of ours between."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from shared.events.event import Event
from tests.waiting import until


class Outside:
    """Plain AMQP access for tests."""

    def __init__(self, url: str) -> None:
        """Look at the virtual host of `url`."""
        self._url = url
        self._connection: aio_pika.abc.AbstractConnection | None = None
        self._channel: AbstractChannel | None = None

    async def channel(self) -> AbstractChannel:
        """Return a channel that is open, a new one if the last was closed."""
        if self._connection is None or self._connection.is_closed:
            self._connection = await aio_pika.connect(self._url)
        if self._channel is None or self._channel.is_closed:
            self._channel = await self._connection.channel()
        return self._channel

    async def close(self) -> None:
        """Hang up."""
        if self._connection and not self._connection.is_closed:
            await self._connection.close()

    async def put(self, queue: str, body: bytes, headers: Mapping[str, Any] | None = None) -> None:
        """Put a message straight into a queue, with a confirm."""
        message = aio_pika.Message(body, headers=dict(headers or {}), delivery_mode=2)
        await (await self.channel()).default_exchange.publish(message, routing_key=queue)

    async def put_event(self, queue: str, *events: Event[Any]) -> None:
        """Put events straight into a queue, all at once."""
        await asyncio.gather(*(self.put(queue, event.to_json(), {"x-event-id": event.id}) for event in events))

    async def put_to_exchange(self, exchange: str, routing_key: str, body: bytes) -> None:
        """Publish to an exchange, with a confirm."""
        found = await (await self.channel()).get_exchange(exchange)
        await found.publish(aio_pika.Message(body, delivery_mode=2), routing_key)

    async def count(self, queue: str) -> int:
        """Return how many messages wait in a queue, those with a consumer not counted."""
        channel = await self.channel()
        declared = await channel.declare_queue(queue, passive=True)
        return declared.declaration_result.message_count or 0

    async def take(self, queue: str) -> AbstractIncomingMessage | None:
        """Take one message out of a queue, if there is one."""
        found = await (await self.channel()).declare_queue(queue, passive=True)
        return await found.get(fail=False, no_ack=True)

    async def arrival(self, queue: str) -> AbstractIncomingMessage:
        """Take one message out of a queue as soon as there is one."""
        return cast("AbstractIncomingMessage", await until(lambda: self.take(queue)))

    async def give_back(self, queue: str) -> None:
        """Take a message and refuse it, as a process does that dies while it has it in hand."""
        await (await self.found(queue)).reject(requeue=True)

    async def found(self, queue: str) -> AbstractIncomingMessage:
        """Take a message in hand as soon as there is one."""
        there = await (await self.channel()).declare_queue(queue, passive=True)
        return cast("AbstractIncomingMessage", await until(lambda: there.get(fail=False)))

    async def delete_queue(self, queue: str) -> None:
        """Delete a queue with all that is in it."""
        await (await self.channel()).queue_delete(queue)
