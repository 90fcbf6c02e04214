"""Says some events twice: delivery is at least once, so whatever a copy does is a fault."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError

from tests.storm.servers import connect
from tests.storm.site import Site

SHARE = 0.1  # of all events
MARK = "x-said-again"
AGAIN_S = 1.0


class Echo:
    """Hears every event, and publishes some of them once more, as they were."""

    def __init__(self, it: Site, chance: Random, share: float = SHARE) -> None:
        """Hear nothing yet."""
        self._url = it.direct["AMTSBOTE_RABBIT_URL"]
        self._chance = chance
        self._share = share
        self.said = 0
        self.listening = asyncio.Event()

    @asynccontextmanager
    async def about(self) -> AsyncIterator[None]:
        """Repeat events until the context ends."""
        task = asyncio.create_task(self._repeat_for_ever())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _repeat_for_ever(self) -> None:
        """Listen; a broker that is away is sought again."""
        task = asyncio.current_task()
        while not (task and task.cancelling()):
            with suppress(Exception):
                async with asyncio.timeout(10):
                    connection = await connect(self._url, heartbeat=5)
                closed = asyncio.Event()
                connection.close_callbacks.add(lambda *_, closed=closed: closed.set())
                try:
                    await self._listen(await connection.channel())
                    await closed.wait()
                finally:
                    await connection.close()
            await asyncio.sleep(AGAIN_S)

    async def _listen(self, channel: AbstractChannel) -> None:
        await channel.set_qos(prefetch_count=50)
        exchange = await channel.get_exchange("amtsbote", ensure=False)
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(exchange, routing_key="#")

        async def hear(message: AbstractIncomingMessage) -> None:
            async with message.process():
                if MARK not in message.headers and self._chance.random() < self._share:
                    copy = Message(
                        message.body, headers={**message.headers, MARK: 1}, delivery_mode=DeliveryMode.PERSISTENT
                    )
                    with suppress(AMQPError):  # it takes nothing while its disk is full
                        await exchange.publish(copy, routing_key=message.routing_key or "")
                        self.said += 1

        await queue.consume(hear)
        self.listening.set()
