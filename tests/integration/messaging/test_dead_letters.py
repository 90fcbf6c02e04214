"""What the broker moves to a dead queue by itself is told and counted, once."""

from functools import partial

import pytest
import structlog
from prometheus_client import REGISTRY

from shared.clock import utc_now
from shared.composition import LEASE
from shared.events.event import Event
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.lease import Lease
from shared.service import Service
from tests.integration.messaging.conftest import subscriber, up
from tests.integration.messaging.facts import Happened, happened
from tests.integration.messaging.outside import Outside
from tests.waiting import until

QUEUE = "tested.work"
pytestmark = pytest.mark.live


async def test_dead_letters_of_the_broker_are_told_once(service: Service, outside: Outside) -> None:
    """A message that was rejected past our handlers has a line in the log and counts; what we buried was told."""

    async def handle(_: Event[Happened]) -> None: ...

    service.on("work", handle, Happened)
    await up(service)
    rejected, buried = happened(), happened()
    await outside.put(f"{QUEUE}.dead", buried.to_json(), {"x-event-id": buried.id, "x-reason": "handler.failed"})
    await subscriber(service, QUEUE).stop()
    await outside.put_event(QUEUE, rejected)
    await (await outside.found(QUEUE)).reject(requeue=False)
    await until(partial(_lie_there, outside))
    lease = Lease(service.database.leases, "looking", LEASE, utc_now)
    letters = DeadLetters(service.broker, service.has_started, service.consumers, lease)
    before = counted()
    with structlog.testing.capture_logs() as logs:
        await letters.look()
        await letters.look()
    told = [(line["event_id"], line["reason"]) for line in logs if line["event"] == "message.dead_lettered"]
    assert told == [(rejected.id, "rejected")]
    assert counted() == before + 1
    assert await outside.count(f"{QUEUE}.dead") == 2


async def _lie_there(outside: Outside) -> bool:
    return await outside.count(f"{QUEUE}.dead") == 2


def counted() -> float:
    """Return how many were counted for the queue."""
    labels = {"queue": QUEUE, "reason": "rejected"}
    return REGISTRY.get_sample_value("amtsbote_messages_dead_lettered_total", labels) or 0
