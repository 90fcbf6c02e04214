"""A broker that we cannot reach is our own outage: it costs the supplier none of its tries."""

import asyncio

import pytest
from aio_pika import RobustConnection
from aio_pika.exceptions import ChannelInvalidStateError
from faststream.rabbit import RabbitBroker

from services.notify.client.queue import SupplierQueues
from services.notify.domain.retry import Outcome

AWAY = Outcome("ours", "broker_unavailable")


class BreakingBroker(RabbitBroker):
    """Breaks as a connection does, when it is asked for."""

    def __init__(self, error: BaseException) -> None:
        """Raise `error` when connected."""
        super().__init__("amqp://127.0.0.1:9")
        self._error = error
        self.asked = 0

    async def connect(self) -> RobustConnection:
        """Count the attempt, and break."""
        self.asked += 1
        raise self._error


async def told(broker: RabbitBroker, *, started: bool) -> Outcome:
    """Tell a supplier."""
    queues = SupplierQueues(broker, lambda: started)
    return await queues.send("stadtwerke", message_id="1", correlation_id="1", body=b"{}")


async def test_nothing_connects_the_broker_before_the_service_has() -> None:
    """A dispatcher that runs early leaves the connection to the start of the service and comes again."""
    broker = BreakingBroker(AssertionError("connected too early"))
    assert (await told(broker, started=False), broker.asked) == (AWAY, 0)


@pytest.mark.parametrize(
    "error", [ChannelInvalidStateError("closed"), ConnectionError(), TimeoutError(), asyncio.CancelledError()], ids=repr
)
async def test_a_connection_that_breaks_is_our_outage(error: BaseException) -> None:
    """Whatever shape the driver gives to it, a stray cancellation included."""
    broker = BreakingBroker(error)
    assert (await told(broker, started=True), broker.asked) == (AWAY, 1)


async def test_a_real_cancellation_ends_the_try() -> None:
    """Who stops the service is not told that the broker is away."""
    connecting = asyncio.Event()

    class Silent(RabbitBroker):
        async def connect(self) -> RobustConnection:
            connecting.set()
            await asyncio.Event().wait()
            raise AssertionError

    task = asyncio.create_task(told(Silent("amqp://127.0.0.1:9"), started=True))
    await connecting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
