"""A message is handled once in effect; what cannot be read or handled is kept with its reason."""

import asyncio
from contextlib import suppress
from typing import Any, cast

import pytest
from faststream.rabbit import RabbitExchange

from shared.errors import PublishError
from shared.events.event import Event
from shared.ids import new_id
from shared.messaging.publish import publish
from shared.messaging.topology import DELIVERY_LIMIT
from shared.service import Service
from tests.faults import Proxy
from tests.integration.messaging.conftest import Composer, settle, subscriber, up
from tests.integration.messaging.facts import Followed, Happened, happened
from tests.integration.messaging.outside import Outside
from tests.waiting import until

pytestmark = pytest.mark.live

QUEUE = "tested.work"
DEAD = "tested.work.dead"


def effects_of(service: Service) -> Any:
    """Return the collection in which these tests leave effects."""
    return service.database.effects


async def make_effects(service: Service) -> None:
    """Have one effect per event, in the unit of work."""
    await service.database.create_collection("effects")

    async def handle(event: Event[Happened]) -> None:
        async with service.ledger.once(QUEUE, event) as work:
            await effects_of(service).insert_one({"_id": new_id(), "event_id": event.id}, session=work.session)

    service.on("work", handle, Happened)


async def test_no_more_handlers_run_at_once_than_prefetch_allows(service: Service, outside: Outside) -> None:
    """With a prefetch of 3, three of twelve messages are in hand and the others wait at the broker."""
    running: set[str] = set()
    go_on = asyncio.Event()

    async def handle(event: Event[Happened]) -> None:
        running.add(event.id)
        await go_on.wait()

    service.on("work", handle, Happened, prefetch=3)
    await up(service)
    await outside.put_event(QUEUE, *(happened() for _ in range(12)))
    await until(lambda: len(running) == 3)
    await until(lambda: _waiting(outside, QUEUE, 9))
    assert len(running) == 3
    go_on.set()
    await until(lambda: len(running) == 12)


async def test_failed_publish_leaves_running_handlers_alone(service: Service, outside: Outside) -> None:
    """A publish that closes its channel does not cancel handlers: consumers have channels of their own."""
    calls = []
    go_on = asyncio.Event()

    async def handle(event: Event[Happened]) -> None:
        calls.append(event.id)
        await go_on.wait()

    service.on("work", handle, Happened)
    await up(service)
    await outside.put_event(QUEUE, happened())
    await until(lambda: calls)
    with pytest.raises(PublishError):
        await publish(service.broker, b"", exchange=RabbitExchange("no-such-exchange"), routing_key="x")
    go_on.set()
    await settle(service, outside)
    assert len(calls) == 1


async def test_slow_subscriber_does_not_hold_up_another(service: Service, outside: Outside) -> None:
    """A subscriber whose prefetch is used up leaves the others of its service theirs."""
    handled = []
    go_on = asyncio.Event()

    async def hang(_: Event[Happened]) -> None:
        await go_on.wait()

    async def handle(event: Event[Followed]) -> None:
        handled.append(event.id)

    service.on("hang", hang, Happened, prefetch=1)
    service.on("work", handle, Followed, prefetch=1)
    await up(service)
    await outside.put_event("tested.hang", happened(), happened())
    async with service.ledger.begin() as work:
        for _ in range(5):
            work.announce(Followed(thing_id=new_id()))
    await until(lambda: len(handled) == 5)
    go_on.set()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\xff not JSON", "event.malformed"),
        (b"", "event.malformed"),
        (b"[]", "event.malformed"),
        (b'{"type": "de.amtsbote.test.happened.v1"}', "event.malformed"),
        (happened().to_json().replace(b"happened.v1", b"happened.v2"), "event.unknown_type"),
        (happened().to_json().replace(b"test.happened", b"test.unheard_of"), "event.unknown_type"),
        (happened().to_json().replace(b'"specversion":"1.0"', b'"specversion":"2.0"'), "event.malformed"),
    ],
)
async def test_unreadable_message_is_buried_with_its_reason(
    service: Service, outside: Outside, body: bytes, reason: str
) -> None:
    """What is no event, or of a type or version the handler does not know, goes to the dead queue at once."""

    async def handle(_: Event[Happened]) -> None:
        raise AssertionError("it cannot be read")

    service.on("work", handle, Happened)
    await up(service)
    await outside.put(QUEUE, body)
    message = await outside.arrival(DEAD)
    assert (message.body, message.headers["x-reason"]) == (body, reason)


async def test_message_with_broken_headers_is_kept(service: Service, outside: Outside) -> None:
    """Even a message whose own retry headers are nonsense ends in the dead queue, not in nothing."""

    async def handle(_: Event[Happened]) -> None:
        raise RuntimeError

    service.on("work", handle, Happened)
    await up(service)
    await outside.put(QUEUE, happened().to_json(), {"x-attempt": "many"})
    message = await outside.arrival(DEAD)
    assert message.headers["x-first-death-reason"] == "rejected"


async def test_eight_copies_at_once_have_one_effect(service: Service, outside: Outside) -> None:
    """Copies of one event that are handled at the same time have one effect, and none is buried."""
    await make_effects(service)
    await up(service)
    event = happened()
    await outside.put_event(QUEUE, *[event] * 8)
    await settle(service, outside)
    assert await effects_of(service).count_documents({"event_id": event.id}) == 1
    assert await outside.count(DEAD) == 0


async def test_handler_cancelled_in_its_commit_has_one_effect(
    compose_service: Composer, virtual_host: str, outside: Outside
) -> None:
    """A handler that is cancelled while it commits is called again, and the event still has one effect."""
    async with Proxy(virtual_host) as proxy:
        service = compose_service(rabbit_url=proxy.url)
        await service.database.create_collection("effects")
        calls: list[asyncio.Task[Any]] = []

        async def handle(event: Event[Happened]) -> None:
            task = cast("asyncio.Task[Any]", asyncio.current_task())
            calls.append(task)
            async with service.ledger.once(QUEUE, event) as work:
                await effects_of(service).insert_one({"_id": new_id(), "event_id": event.id}, session=work.session)
                if len(calls) == 1:  # the commit comes next, and meets the cancellation
                    asyncio.get_running_loop().call_soon(task.cancel)

        service.on("work", handle, Happened)
        await up(service)
        event = happened()
        await outside.put_event(QUEUE, event)
        (task,) = await until(lambda: calls)
        await asyncio.wait([task])
        assert task.cancelled()
        proxy.cut()
        await until(lambda: len(calls) > 1)
        await settle(service, outside)
        assert await effects_of(service).count_documents({"event_id": event.id}) == 1


async def test_handler_that_does_not_end_gives_its_place_back(service: Service, outside: Outside) -> None:
    """One that goes on although its time is over and it was cancelled holds up no other message."""
    over, handled = asyncio.Event(), list[str]()

    async def handle(event: Event[Happened]) -> None:
        handled.append(event.id)
        while len(handled) == 1 and not over.is_set():
            with suppress(asyncio.CancelledError):
                await over.wait()

    service.on("work", handle, Happened, prefetch=1, deadline_s=0.1)
    await up(service)
    for _ in range(2):
        await outside.put_event(QUEUE, happened())
    try:
        await until(lambda: len(set(handled)) == 2, seconds=20)
    finally:
        over.set()


async def test_handler_past_its_deadline_is_tried_again_and_then_buried(service: Service, outside: Outside) -> None:
    """A handler that never ends uses up its tries, unlike a server that is away."""
    calls = []

    async def hang(event: Event[Happened]) -> None:
        calls.append(event.id)
        await asyncio.Event().wait()

    service.on("work", hang, Happened, deadline_s=0.1)
    await up(service)
    await outside.put_event(QUEUE, happened())
    message = await outside.arrival(DEAD)
    assert message.headers["x-reason"] == "handler.too_slow"
    assert len(calls) == 3


async def test_message_that_kills_its_consumer_is_buried_by_the_broker(service: Service, outside: Outside) -> None:
    """A message given back more often than the delivery limit goes to the dead queue."""

    async def handle(_: Event[Happened]) -> None: ...

    service.on("work", handle, Happened)
    await up(service)
    await subscriber(service, QUEUE).stop()
    await outside.put_event(QUEUE, happened())
    for _ in range(DELIVERY_LIMIT + 1):
        await outside.give_back(QUEUE)
    dead = await outside.arrival(DEAD)
    assert dead.headers["x-first-death-reason"] == "delivery_limit"


async def _waiting(outside: Outside, queue: str, expected: int) -> bool:
    return await outside.count(queue) == expected
