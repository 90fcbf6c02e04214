"""Messages that nobody can handle, put in on purpose: they must end in dead queues, and nothing else may."""

import asyncio
from contextlib import suppress
from random import Random

from aio_pika import DeliveryMode, Message

from shared.ids import new_id
from tests.storm.servers import connect
from tests.storm.site import Site

ROUTES = ("page.uploaded.v1", "document.submitted.v1", "consent.given.v1", "callback.requested.v1")


async def poison(it: Site, chance: Random) -> str:
    """Publish one, again and again until the broker confirmed it; returns its event id."""
    event_id, route = new_id(), chance.choice(ROUTES)
    body = f'{{"id": "{event_id}", "type": "de.amtsbote.{route}", "data": "poison"}}'.encode()
    message = Message(body, headers={"x-event-id": event_id}, delivery_mode=DeliveryMode.PERSISTENT)
    while True:
        with suppress(Exception):
            async with asyncio.timeout(10), await connect(it.direct["AMTSBOTE_RABBIT_URL"]) as connection:
                exchange = await (await connection.channel()).get_exchange("amtsbote", ensure=False)
                await exchange.publish(message, routing_key=route)
                return event_id
        if (task := asyncio.current_task()) and task.cancelling():
            raise asyncio.CancelledError
        await asyncio.sleep(1)
