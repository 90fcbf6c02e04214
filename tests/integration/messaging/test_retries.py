"""A failed message comes again after a delay, to its own queue only, and ends in the dead queue with its reason."""

import asyncio
from datetime import timedelta

import pytest

from shared.clock import utc_now
from shared.errors import PermanentError, UnavailableError
from shared.events.event import Event
from shared.messaging.publish import publish
from shared.messaging.topology import EVENTS, UNROUTED, dead_name, declare_queue, quorum_queue
from shared.service import Service
from tests.faults import Proxy
from tests.integration.messaging.conftest import Composer, settle, up
from tests.integration.messaging.facts import Happened, happened
from tests.integration.messaging.outside import Outside
from tests.waiting import until

pytestmark = pytest.mark.live

QUEUE = "tested.work"
DEAD = "tested.work.dead"


class Failing:
    """A handler that raises its errors in turn, then succeeds."""

    def __init__(self, *errors: BaseException) -> None:
        """Raise `errors`, one a call."""
        self.errors = list(errors)
        self.calls: list[str] = []
        self.done: list[str] = []

    async def handle(self, event: Event[Happened]) -> None:
        """Fail, or succeed."""
        self.calls.append(event.id)
        if self.errors:
            raise self.errors.pop(0)
        self.done.append(event.id)


@pytest.mark.parametrize("failures", [1, 2])
async def test_message_that_fails_is_tried_again_until_it_succeeds(
    service: Service, outside: Outside, failures: int
) -> None:
    """A handler that fails at its first tries and then succeeds leaves nothing behind."""
    failing = Failing(*[RuntimeError()] * failures)
    service.on("work", failing.handle, Happened)
    await up(service)
    event = happened()
    await outside.put_event(QUEUE, event)
    await until(lambda: failing.done)
    await settle(service, outside)
    assert failing.calls == [event.id] * (failures + 1)
    assert await outside.count(DEAD) == 0


async def test_cancellation_that_nobody_asked_for_is_a_servers_absence(service: Service, outside: Outside) -> None:
    """A driver that cancels its caller costs a message time and no tries, and its place among the handlers is free."""
    failing = Failing(*[asyncio.CancelledError()] * 4)
    service.on("work", failing.handle, Happened, prefetch=1)
    await up(service)
    await outside.put_event(QUEUE, happened())
    await until(lambda: failing.done)
    await settle(service, outside)
    assert await outside.count(DEAD) == 0


async def test_message_that_fails_at_every_try_is_buried_with_its_story(service: Service, outside: Outside) -> None:
    """After a try more than there are delays, the dead queue has the message, its reason, tries and first failure."""
    before = utc_now()
    failing = Failing(*[KeyError("a person's name")] * 3)
    service.on("work", failing.handle, Happened)
    await up(service)
    event = happened()
    await outside.put_event(QUEUE, event)
    message = await outside.arrival(DEAD)
    assert message.body == event.to_json()
    assert message.delivery_mode == 2
    told = {name: message.headers[name] for name in ("x-event-id", "x-attempt", "x-reason", "x-error")}
    assert told == {"x-event-id": event.id, "x-attempt": 3, "x-reason": "handler.failed", "x-error": "KeyError"}
    assert before.isoformat() <= str(message.headers["x-first-seen"]) <= utc_now().isoformat()
    assert "a person's name" not in str(message.headers)
    assert len(failing.calls) == 3


async def test_permanent_failure_is_buried_at_once(service: Service, outside: Outside) -> None:
    """What another try cannot help is not tried again."""
    failing = Failing(PermanentError("page.missing"))
    service.on("work", failing.handle, Happened)
    await up(service)
    await outside.put_event(QUEUE, happened())
    message = await outside.arrival(DEAD)
    assert message.headers["x-reason"] == "page.missing"
    assert len(failing.calls) == 1


async def test_absence_of_a_server_uses_up_no_tries(service: Service, outside: Outside) -> None:
    """While a server is away a message waits, more often than it could fail, and is handled when it is back."""
    failing = Failing(*[UnavailableError()] * 6)
    service.on("work", failing.handle, Happened)
    await up(service)
    await outside.put_event(QUEUE, happened())
    await until(lambda: failing.done)
    await settle(service, outside)
    assert await outside.count(DEAD) == 0


async def test_absence_of_a_day_is_shown_to_a_person(compose_service: Composer, outside: Outside) -> None:
    """A message that has waited for a server longer than a day is buried."""
    service = compose_service(clock=lambda: utc_now() + timedelta(hours=25))
    failing = Failing(UnavailableError())
    service.on("work", failing.handle, Happened)
    await up(service)
    await outside.put(QUEUE, happened().to_json(), {"x-first-seen": utc_now().isoformat()})
    message = await outside.arrival(DEAD)
    assert message.headers["x-reason"] == "server.unavailable"


async def test_retry_returns_to_the_queue_it_came_from_only(compose_service: Composer, outside: Outside) -> None:
    """Queues share the delays, but a retry is seen by nobody but the handler that failed."""
    failing, neighbour, stranger = Failing(RuntimeError(), RuntimeError()), Failing(), Failing()
    service = compose_service()
    service.on("work", failing.handle, Happened)
    service.on("neighbour", neighbour.handle, Happened)
    other = compose_service("other")
    other.on("work", stranger.handle, Happened)
    await up(other)
    await up(service)
    event = happened()
    await publish(service.broker, event.to_json(), exchange=EVENTS, routing_key=Happened.type)
    await until(lambda: failing.done)
    await settle(service, outside)
    await settle(other, outside)
    assert (failing.calls, neighbour.calls, stranger.calls) == ([event.id] * 3, [event.id], [event.id])


async def test_retries_of_a_queue_that_is_gone_are_kept_and_hold_nothing_up(
    compose_service: Composer, outside: Outside
) -> None:
    """When a queue is deleted, what waits to return to it goes to a person, and the others' retries pass."""
    service = compose_service(retry_delays_ms=(1000,))
    failing = Failing(RuntimeError())
    service.on("work", failing.handle, Happened)
    await up(service)
    for _ in range(40):  # the broker holds up a queue at 32 dead letters that it cannot deliver
        await outside.put_to_exchange(service.ladder.tier(0), "tested.removed", happened().to_json())
    await outside.put_event(QUEUE, happened())
    await until(lambda: failing.done)
    await until(lambda: _count_is(outside, UNROUTED, 40))


async def test_failed_message_stays_while_its_dead_queue_is_missing(service: Service, outside: Outside) -> None:
    """A message that cannot be moved is kept where it is, its handler is not called again, and it moves later."""
    failing = Failing(PermanentError("page.missing"))
    service.on("work", failing.handle, Happened)
    await up(service)
    await outside.delete_queue(DEAD)
    await outside.put_event(QUEUE, happened())
    await until(lambda: failing.calls)
    await declare_queue(await outside.channel(), quorum_queue(dead_name(QUEUE)))
    await outside.arrival(DEAD)
    assert len(failing.calls) == 1


async def test_failed_message_survives_the_end_of_its_process(
    compose_service: Composer, virtual_host: str, outside: Outside
) -> None:
    """A message whose copy could not be placed before its process was cut off is delivered to the next process."""
    failing = Failing(PermanentError("page.missing"))
    async with Proxy(virtual_host) as proxy:
        service = compose_service(rabbit_url=proxy.url)
        service.on("work", failing.handle, Happened)
        await up(service)
        await outside.delete_queue(DEAD)
        await outside.put_event(QUEUE, happened())
        await until(lambda: failing.calls)
    next_one = compose_service()
    next_one.on("work", failing.handle, Happened)
    await up(next_one)
    await until(lambda: failing.done)


async def _count_is(outside: Outside, queue: str, expected: int) -> bool:
    return await outside.count(queue) == expected
