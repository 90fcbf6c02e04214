"""What was committed is published: at once, after a crash, after the broker's absence; and it has one effect."""

import asyncio
from datetime import timedelta
from typing import Any

import aio_pika
import pytest

from deploy.local.stack import LocalStack
from shared.clock import utc_now
from shared.events.event import Event
from shared.ids import first_id_of, new_id
from shared.messaging.relay import IN_FLIGHT, LONGEST_PAUSE, SHORTEST_PAUSE
from shared.messaging.topology import DESK
from shared.service import Service
from tests.faults import Proxy
from tests.integration.messaging.conftest import Composer, settle, up
from tests.integration.messaging.facts import Happened
from tests.integration.messaging.outside import Outside
from tests.waiting import until

pytestmark = pytest.mark.live

QUEUE = "tested.work"


def subscribe(service: Service) -> list[str]:
    """Have the service count effects in its database; the list has every call of the handler."""
    calls: list[str] = []

    async def handle(event: Event[Happened]) -> None:
        calls.append(event.id)
        async with service.ledger.once(QUEUE, event) as work:
            await service.database.effects.insert_one({"_id": new_id(), "event_id": event.id}, session=work.session)

    async def prepare() -> None:
        if "effects" not in await service.database.list_collection_names():
            await service.database.create_collection("effects")

    service.prepares.append(prepare)
    service.on("work", handle, Happened)
    return calls


async def announce(service: Service, count: int = 1) -> list[str]:
    """Commit `count` units of work, each with an event; return the events' ids."""
    ids = []
    for _ in range(count):
        async with service.ledger.begin() as work:
            ids.append(work.announce(Happened(thing_id=new_id())))
    return ids


async def effects(service: Service) -> list[str]:
    """Return the event ids that had an effect, one entry an effect."""
    return sorted([row["event_id"] async for row in service.database.effects.find()])


async def is_empty(collection: Any) -> bool:
    """Tell whether a collection has no documents."""
    return not await collection.count_documents({})


async def test_committed_event_is_published_and_forgotten(service: Service) -> None:
    """What a unit of work announces reaches its subscriber, and the outbox is empty afterwards."""
    calls = subscribe(service)
    await up(service)
    ids = await announce(service)
    await until(lambda: calls == ids)
    await until(lambda: is_empty(service.database.outbox))


async def test_unit_of_work_that_fails_announces_nothing(service: Service) -> None:
    """An exception inside takes back state and announcement together."""
    calls = subscribe(service)
    await up(service)

    async def fail() -> None:
        async with service.ledger.begin() as work:
            work.announce(Happened(thing_id=new_id()))
            await service.database.effects.insert_one({"_id": "x"}, session=work.session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    ids = await announce(service)
    await until(lambda: calls)
    assert calls == ids
    assert await service.database.effects.find_one({"_id": "x"}) is None


async def test_crash_between_commit_and_publish_loses_nothing(compose_service: Composer) -> None:
    """What a process committed before it died is published by the next one."""
    dead = compose_service()
    await dead.ledger.prepare()
    ids = await announce(dead, 3)
    later = compose_service(clock=_in_ten_seconds)
    calls = subscribe(later)
    await up(later)
    await until(lambda: sorted(calls) == sorted(ids))


async def test_crash_between_confirm_and_delete_has_one_effect(compose_service: Composer, outside: Outside) -> None:
    """A row that was published and is still there is published again, and its event has one effect."""
    service = compose_service(clock=_in_ten_seconds)
    calls = subscribe(service)
    await up(service)
    async with service.ledger.begin() as work:
        ids = [work.announce(Happened(thing_id=new_id()))]
    row = {"_id": new_id(), "at": utc_now(), "messages": work.messages}
    await until(lambda: is_empty(service.database.outbox))
    await service.database.outbox.insert_one(row)
    await until(lambda: len(calls) > 1)
    await until(lambda: is_empty(service.database.outbox))
    await settle(service, outside)
    assert await effects(service) == ids


async def test_rows_that_cannot_be_published_hold_up_no_others(compose_service: Composer) -> None:
    """More undeliverable rows than are looked at in one go do not keep a later one from being delivered."""
    service, dead = compose_service(clock=_in_ten_seconds), compose_service()
    calls = subscribe(service)
    await service.ledger.prepare()
    bad = {"exchange": "no-such-exchange", "routing_key": "x", "event_id": "x", "correlation_id": "x", "body": b""}
    start = utc_now() - timedelta(hours=1)
    ids = [first_id_of(start + timedelta(milliseconds=n)) for n in range(IN_FLIGHT + 5)]
    await service.database.outbox.insert_many([{"_id": i, "at": start, "messages": [bad]} for i in ids])
    good = await announce(dead)  # found by sweeping only
    await up(service)
    await until(lambda: set(calls) == set(good))
    await until(lambda: _only_left(service, {*ids}))


async def test_refused_message_is_tried_more_and_more_seldom_and_alone(
    compose_service: Composer, virtual_host: str
) -> None:
    """A queue that is full costs its neighbours no stream of copies: what was confirmed is not published again."""
    later = timedelta(seconds=10)
    service = compose_service(clock=lambda: utc_now() + later)
    calls = subscribe(service)
    await up(service)
    full: dict[str, Any] = {"x-max-length": 1, "x-overflow": "reject-publish"}
    async with await aio_pika.connect(virtual_host) as connection, connection.channel() as channel:
        queue = await channel.declare_queue("desk.full", durable=True, arguments=full)
        await channel.default_exchange.publish(aio_pika.Message(b"unread"), queue.name)
        await queue.bind(DESK.name, "team.#")
        async with service.ledger.begin() as work:
            work.announce(Happened(thing_id=new_id()), exchange=DESK, routing_key="team.power_cut")
            ids = [work.announce(Happened(thing_id=new_id()))]
        await until(lambda: _refused(service, 2))
        assert calls == ids
        [row] = await service.database.outbox.find().to_list(None)
        assert [message["exchange"] for message in row["messages"]] == [DESK.name]
        assert row["due_at"] > utc_now() + later + SHORTEST_PAUSE
        await queue.purge()
        later += LONGEST_PAUSE
        await until(lambda: is_empty(service.database.outbox))


async def test_more_events_than_the_relay_holds_are_all_published(compose_service: Composer, outside: Outside) -> None:
    """A burst larger than the relay keeps in memory waits in the outbox, and is published too."""
    service = compose_service(clock=_in_ten_seconds)
    calls = subscribe(service)
    await service.ledger.prepare()
    service.relay._fresh = asyncio.Queue(maxsize=2)  # noqa: SLF001 - a burst of thousands would take minutes
    ids = await announce(service, 6)
    await up(service)
    await until(lambda: set(calls) == set(ids))
    await settle(service, outside)
    assert await effects(service) == sorted(ids)


async def test_events_wait_while_the_broker_is_away(compose_service: Composer, virtual_host: str) -> None:
    """What is committed without a broker is published when it is back."""
    async with Proxy(virtual_host) as proxy:
        service = compose_service(rabbit_url=proxy.url, clock=_in_ten_seconds)
        calls = subscribe(service)
        await up(service)
        await proxy.refuse()
        ids = await announce(service, 5)
        await proxy.heal()
        await until(lambda: set(calls) == set(ids))


async def test_relay_outlives_stray_cancellation(compose_service: Composer, virtual_host: str) -> None:
    """A connection that breaks as "stuck" while the relay publishes does not end the relay."""
    async with Proxy(virtual_host) as proxy:
        service = compose_service(rabbit_url=proxy.url + "?heartbeat=2", clock=_in_ten_seconds)
        calls = subscribe(service)
        await up(service)
        proxy.blackhole()
        ids = await announce(service)
        connection = await service.broker.connect()
        assert connection.transport is not None
        await connection.transport.connection.close(asyncio.CancelledError())
        await proxy.heal()
        ids += await announce(service)
        await until(lambda: set(calls) == set(ids), seconds=40)


async def test_relay_outlives_the_database(compose_service: Composer, stack: LocalStack) -> None:
    """A relay whose database was killed goes on when it is back, and what was committed is published."""
    service = compose_service(clock=_in_ten_seconds)
    calls = subscribe(service)
    await up(service)
    await stack.mongo.kill()
    await stack.mongo.start()
    ids = await announce(service, 3)
    await until(lambda: set(calls) >= set(ids))


async def test_stopping_service_publishes_what_it_committed(compose_service: Composer) -> None:
    """A service that stops right after a commit leaves an empty outbox."""
    service = compose_service()
    subscribe(service)
    await up(service)
    await announce(service, 20)
    await service.stop()
    reader = compose_service()
    assert await is_empty(reader.database.outbox)


async def test_second_process_sweeps_only_when_the_first_is_gone(compose_service: Composer) -> None:
    """Of two processes one sweeps; the other takes over when the first gives the work back."""
    first, second = compose_service(), compose_service()
    assert await first.relay._lease.hold()  # noqa: SLF001 - the lease is what is tested
    assert not await second.relay._lease.hold()  # noqa: SLF001
    await first.relay.drain(1)
    assert await second.relay._lease.hold()  # noqa: SLF001


async def _refused(service: Service, times: int) -> bool:
    return bool(await service.database.outbox.find_one({"refused": times}))


async def test_lease_taken_by_a_clock_that_was_ahead_holds_nobody_up(compose_service: Composer) -> None:
    """A process whose clock was ten minutes ahead and that died does not stop sweeping for ten minutes."""
    ahead, right = compose_service(clock=lambda: utc_now() + timedelta(minutes=10)), compose_service()
    assert await ahead.relay._lease.hold()  # noqa: SLF001 - the lease is what is tested
    assert await right.relay._lease.hold()  # noqa: SLF001


async def _only_left(service: Service, ids: set[str]) -> bool:
    return {row["_id"] async for row in service.database.outbox.find()} == ids


def _in_ten_seconds() -> Any:
    """Return a time at which rows written now are no longer fresh."""
    return utc_now() + timedelta(seconds=10)
