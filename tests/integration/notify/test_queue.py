"""A supplier with a queue of its own receives notices there, with its own login."""

import json

import aio_pika
import pytest

from shared.events.event import Event
from shared.events.notify import ForwardSent, PacketOffered
from shared.service import Service
from tests.integration.notify.conftest import Place
from tests.integration.notify.world import World

pytestmark = pytest.mark.live


async def test_a_notice_waits_in_the_suppliers_queue(events: World, place: Place) -> None:
    """The notice is a durable event of its own type, and the forward is sent when the broker has confirmed it."""
    supplier = place.add_supplier("--queue")
    document = await events.forward(supplier["id"])
    sent = await events.until(ForwardSent, document_id=document.document_id)
    async with await aio_pika.connect(supplier["amqp_url"]) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(supplier["queue"], ensure=False)
        message = await queue.get(timeout=10)
        assert message
        await message.ack()
        assert await queue.get(timeout=10, fail=False) is None
    event = Event[PacketOffered].model_validate_json(message.body)
    assert (sent.way, event.data.forward_id, event.subject) == ("queue", sent.forward_id, sent.forward_id)
    assert message.headers["x-event-id"] == event.id
    assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    assert document.citizen_id not in message.body.decode()


async def test_a_suppliers_queue_that_is_gone_is_made_again(events: World, place: Place, notify: Service) -> None:
    """A notice never counts as sent while it lies with what nobody receives."""
    supplier = place.add_supplier("--queue")
    channel = await events.channel.get_queue(supplier["queue"])
    await channel.channel.queue_delete(supplier["queue"])
    document = await events.forward(supplier["id"])
    await events.until(ForwardSent, document_id=document.document_id)
    message = await (await events.channel.get_queue(supplier["queue"])).get(timeout=10)
    assert message
    assert json.loads(message.body)["data"]["supplier_id"] == supplier["id"]
    assert await notify.relay.oldest_age_s() < 60
