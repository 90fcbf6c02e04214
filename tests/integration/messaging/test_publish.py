"""A publish is confirmed or raises, whatever the broker and the network do."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio
from faststream.rabbit import RabbitBroker, RabbitExchange

from deploy.local.stack import LocalStack
from shared.clock import utc_now
from shared.errors import NotTakenError, PublishError
from shared.messaging.broker import connect
from shared.messaging.publish import publish
from shared.messaging.topology import EVENTS, UNROUTED, Ladder
from shared.service import Service
from tests.faults import Proxy
from tests.integration.messaging.conftest import up
from tests.integration.messaging.outside import Outside
from tests.waiting import until

pytestmark = pytest.mark.live

NOT_LATER_THAN_S = 5.5


@pytest_asyncio.fixture
async def proxy(virtual_host: str) -> AsyncIterator[Proxy]:
    """The network between broker and client."""
    async with Proxy(virtual_host) as proxy:
        yield proxy


@pytest_asyncio.fixture
async def broker(proxy: Proxy) -> AsyncIterator[RabbitBroker]:
    """Our client of the broker, connected through `proxy`."""
    client = connect(proxy.url, Ladder("tested", ()), utc_now)
    await client.connect()
    yield client
    await proxy.refuse()
    await client.stop()


async def raises_in_time(broker: RabbitBroker) -> None:
    """Publish, expecting `PublishError` within the promised time."""
    started = time.monotonic()
    with pytest.raises(PublishError):
        await publish(broker, b"", routing_key="q")
    assert time.monotonic() - started < NOT_LATER_THAN_S


async def with_queue(outside: Outside) -> None:
    """Make the queue `q`."""
    await (await outside.channel()).declare_queue("q", durable=True)


async def test_message_is_durable_and_has_an_id_of_its_own(broker: RabbitBroker, outside: Outside) -> None:
    """A published message survives a restart of the broker, and carries our event id apart from the AMQP id."""
    await with_queue(outside)
    await publish(broker, b"body", routing_key="q", headers={"x-event-id": "e"})
    message = await outside.take("q")
    assert message is not None
    assert (message.body, message.delivery_mode, message.headers["x-event-id"]) == (b"body", 2, "e")
    assert message.message_id not in {None, "e"}


async def test_message_without_a_queue_raises(broker: RabbitBroker) -> None:
    """What the broker cannot put into any queue is an error, not a silent loss."""
    with pytest.raises(PublishError):
        await publish(broker, b"", routing_key="no-such-queue")


async def test_each_of_many_copies_without_a_queue_raises(broker: RabbitBroker) -> None:
    """Ten copies of one event in flight at once are all seen to be unroutable."""
    copies = (publish(broker, b"", routing_key="nowhere", headers={"x-event-id": "same"}) for _ in range(10))
    outcomes = await asyncio.gather(*copies, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [NotTakenError] * 10


async def test_missing_exchange_raises_and_publishing_recovers(broker: RabbitBroker, outside: Outside) -> None:
    """A missing exchange closes the channel; the client opens another, and the next publishes work."""
    await with_queue(outside)
    with pytest.raises(PublishError):
        await publish(broker, b"", exchange=RabbitExchange("no-such-exchange"), routing_key="q")

    async def works() -> bool:
        with suppress(PublishError):
            await publish(broker, b"", routing_key="q")
            return True
        return False

    await until(works)


async def test_full_queue_raises(broker: RabbitBroker, outside: Outside) -> None:
    """A queue that refuses more is an error."""
    full: dict[str, Any] = {"x-max-length": 1, "x-overflow": "reject-publish"}
    await (await outside.channel()).declare_queue("q", durable=True, arguments=full)
    await publish(broker, b"", routing_key="q")
    with pytest.raises(PublishError):
        await publish(broker, b"", routing_key="q")


async def test_event_nobody_subscribes_to_is_kept(service: Service, outside: Outside) -> None:
    """What no queue is bound for waits in the queue of unrouted messages, where a person sees it."""
    await up(service)
    await publish(service.broker, b"", exchange=EVENTS, routing_key="test.unheard_of.v1")
    assert await outside.count(UNROUTED) == 1


async def test_absent_broker_raises_in_time(broker: RabbitBroker, proxy: Proxy) -> None:
    """With nobody listening, a publish does not wait for better times."""
    await proxy.refuse()
    await raises_in_time(broker)


async def test_silence_ends_a_publish_in_time(
    broker: RabbitBroker, proxy: Proxy, virtual_host: str, stack: LocalStack
) -> None:
    """A network that swallows everything, and a broker that keeps its connections and says nothing, hold nobody up."""
    beside_the_proxy = connect(virtual_host, Ladder("tested", ()), utc_now)
    await beside_the_proxy.connect()
    proxy.blackhole()
    await stack.rabbit.freeze()
    try:
        await asyncio.gather(raises_in_time(broker), raises_in_time(beside_the_proxy))
    finally:
        await stack.rabbit.thaw()
        await beside_the_proxy.stop()


async def test_stray_cancellation_is_a_failed_publish(broker: RabbitBroker, proxy: Proxy) -> None:
    """A connection that breaks as "stuck" cancels its publishers; nobody cancelled us, so it is an error like any."""
    proxy.blackhole()
    publishing = asyncio.create_task(publish(broker, b"", routing_key="q"))
    connection = await broker.connect()
    await until(lambda: _confirms_awaited(broker))
    assert connection.transport is not None
    await connection.transport.connection.close(asyncio.CancelledError())
    with pytest.raises(PublishError, match="connection was lost"):
        await publishing


async def test_real_cancellation_stays_one(broker: RabbitBroker, proxy: Proxy) -> None:
    """Who cancels a publish gets a cancellation."""
    proxy.blackhole()
    publishing = asyncio.create_task(publish(broker, b"", routing_key="q"))
    await until(lambda: _confirms_awaited(broker))
    publishing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await publishing


async def _confirms_awaited(broker: RabbitBroker) -> int:
    """Return how many publishes are on their way."""
    channel = broker._channel  # noqa: SLF001 - the driver has no public word for it
    assert channel is not None
    return len((await channel.get_underlay_channel()).confirmations)  # type: ignore[attr-defined]
