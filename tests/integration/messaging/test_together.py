"""Events that wait are handled in one transaction; none suffers from its neighbours, none takes effect twice."""

import asyncio
from typing import Any

import pytest
import structlog

from shared.errors import AlreadyHandledError, NotYetError, PermanentError
from shared.events.event import Event
from shared.ids import new_id
from shared.messaging.ledger import Work
from shared.messaging.together import Effect, Together
from shared.service import Service
from tests.integration.messaging.conftest import Composer, settle, subscriber, up
from tests.integration.messaging.facts import Followed, Happened, happened
from tests.integration.messaging.outside import Outside
from tests.waiting import until

pytestmark = pytest.mark.live

QUEUE = "tested.work"


class Effects:
    """One row for each event, and a fact that follows from it; some events can be made to fail."""

    def __init__(self, service: Service) -> None:
        """Leave rows in the database of `service`."""
        self.rows = service.database.effects
        self.sums = service.database.sums
        self.failing: dict[str, Exception] = {}
        self.sessions: dict[str, Any] = {}
        self.cleaned: list[str] = []

    async def prepare(self) -> None:
        """Make the collections, which a transaction cannot."""
        await self.rows.database.create_collection("effects")
        await self.sums.insert_one({"_id": "sum", "value": 0})

    async def __call__(self, event: Event[Happened], work: Work) -> None:
        """Leave a row."""
        if error := self.failing.get(event.id):
            raise error
        number = len(self.sessions)
        self.sessions[event.id] = work.session
        row = {"_id": new_id(), "event_id": event.id, "number": number}
        await self.rows.insert_one(row, session=work.session)
        work.announce(Followed(thing_id=event.data.thing_id))

        async def clean() -> None:
            self.cleaned.append(event.id)
            raise OSError

        work.after_commit(clean)


async def _waiting(
    service: Service, outside: Outside, effects: Effects, *events: Event[Happened], effect: Effect | None = None
) -> None:
    """Have events wait in the queue before the service takes the first of them."""
    await effects.prepare()
    service.once("work", effect or effects, Happened)
    other = await outside.channel()
    await other.declare_queue("heard", durable=True)
    await up(service)
    await (await other.get_queue("heard")).bind("amtsbote", "test.followed.v1")
    consumer = subscriber(service, QUEUE)
    await consumer.stop()
    await outside.put_event(QUEUE, *events)
    await consumer.start()


async def test_events_that_wait_share_transactions_in_their_order(service: Service, outside: Outside) -> None:
    """A hundred events make a few commits, each takes effect once, announces what follows, and is acknowledged."""
    effects, events = Effects(service), [happened() for _ in range(100)]
    await _waiting(service, outside, effects, *events)
    await until(lambda: _count(effects, 100))
    await settle(service, outside)
    assert len({id(session) for session in effects.sessions.values()}) < 40
    assert {row["event_id"] async for row in effects.rows.find()} == {event.id for event in events}
    assert await service.database.inbox.count_documents({}) == 100
    await until(lambda: _heard(outside, 100))
    assert sorted(effects.cleaned) == sorted(event.id for event in events)


async def test_transactions_that_meet_at_a_row_take_turns(service: Service, outside: Outside) -> None:
    """A hundred events that all count in one row: none is lost, none counts twice, and most still share commits."""
    effects, events = Effects(service), [happened() for _ in range(100)]

    async def effect(event: Event[Happened], work: Work) -> None:
        await effects(event, work)
        await effects.sums.update_one({"_id": "sum"}, {"$inc": {"value": 1}}, session=work.session)

    await _waiting(service, outside, effects, *events, effect=effect)
    await until(lambda: _count(effects, 100))
    await settle(service, outside)
    assert await effects.sums.find_one() == {"_id": "sum", "value": 100}
    assert await effects.rows.count_documents({}) == 100
    assert len({id(session) for session in effects.sessions.values()}) < 40


async def test_an_event_that_fails_is_buried_alone(service: Service, outside: Outside) -> None:
    """Two poisoned events among forty: these are dead, each of the others took effect once, and none was retried."""
    effects, events = Effects(service), [happened() for _ in range(40)]
    effects.failing = {events[7].id: PermanentError("test.poison"), events[21].id: PermanentError("test.poison")}
    await _waiting(service, outside, effects, *events)
    await until(lambda: _count(effects, 38))
    await settle(service, outside)
    dead = [await outside.arrival(f"{QUEUE}.dead") for _ in effects.failing]
    assert {message.headers["x-event-id"] for message in dead} == effects.failing.keys()
    assert await outside.count(f"{QUEUE}.dead") == 0
    assert await effects.rows.count_documents({}) == 38


async def test_an_event_that_is_early_waits_alone(service: Service, outside: Outside) -> None:
    """Its neighbours take effect at once, it does when what it waits for has come."""
    effects, events = Effects(service), [happened() for _ in range(20)]
    effects.failing = {events[3].id: NotYetError("test")}
    await _waiting(service, outside, effects, *events)
    await until(lambda: _count(effects, 19))
    effects.failing = {}
    await until(lambda: _count(effects, 20))


async def test_copies_among_waiting_events_have_one_effect(service: Service, outside: Outside) -> None:
    """Copies in one transaction, in several, and of an event that was handled before."""
    effects, events = Effects(service), [happened() for _ in range(10)]
    await _waiting(service, outside, effects, *events * 5)
    await until(lambda: _count(effects, 10))
    await settle(service, outside)
    await outside.put_event(QUEUE, *events)
    await subscriber(service, QUEUE).start()
    await settle(service, outside)
    assert await effects.rows.count_documents({}) == 10
    assert await outside.count(f"{QUEUE}.dead") == 0


async def test_two_processes_share_a_queue_and_its_copies(compose_service: Composer, outside: Outside) -> None:
    """Copies that two processes take into transactions of their own have one effect."""
    services = [compose_service(), compose_service()]
    effects = [Effects(service) for service in services]
    await effects[0].prepare()
    for service, effect in zip(services, effects, strict=True):
        service.once("work", effect, Happened)
        await up(service)
    events = [happened() for _ in range(60)]
    await outside.put_event(QUEUE, *events, *events)
    await until(lambda: _count(effects[0], 60))
    await asyncio.gather(*(settle(service, outside) for service in services))
    assert await effects[0].rows.count_documents({}) == 60
    assert await outside.count(f"{QUEUE}.dead") == 0


async def test_who_no_longer_waits_ends_no_other(service: Service) -> None:
    """A handler that is cancelled while its event waits leaves the others' effects as they are."""
    effects = Effects(service)
    await effects.prepare()
    await service.ledger.prepare()
    together = Together(service.ledger, QUEUE, effects, 20)
    events = [happened() for _ in range(12)]
    tasks = [asyncio.create_task(together.handle(event)) for event in events]
    await asyncio.sleep(0)
    tasks[5].cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [end for number, end in enumerate(ends) if number != 5] == [None] * 11
    assert await effects.rows.count_documents({"event_id": {"$ne": events[5].id}}) == 11
    with pytest.raises(AlreadyHandledError):
        await together.handle(events[0])


async def test_an_effect_that_does_not_end_holds_nobody_up_for_good(service: Service) -> None:
    """Its own handler is cut off at its deadline; those behind it take effect as soon as the round is over."""
    effects, stuck = Effects(service), happened()
    await effects.prepare()
    await service.ledger.prepare()

    async def effect(event: Event[Happened], work: Work) -> None:
        if event.id == stuck.id:
            await asyncio.Event().wait()
        await effects(event, work)

    together = Together(service.ledger, QUEUE, effect, 20, round_s=0.5)
    first = asyncio.create_task(together.handle(stuck))
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        await together.handle(happened())
    first.cancel()
    assert [row["event_id"] async for row in effects.rows.find()] != [stuck.id]


async def test_what_an_effect_logs_carries_the_ids_of_its_own_event(service: Service) -> None:
    """Also when the event came alone while another one's handler was at work."""
    await service.ledger.prepare()
    events, logged = [happened() for _ in range(2)], dict[str, str]()

    async def effect(event: Event[Happened], _: Work) -> None:
        logged[event.id] = structlog.contextvars.get_contextvars()["event_id"]

    together = Together(service.ledger, QUEUE, effect, 1)

    async def handle(event: Event[Happened]) -> None:
        with structlog.contextvars.bound_contextvars(event_id=event.id):
            await together.handle(event)

    await asyncio.gather(*map(handle, events))
    assert logged == {event.id: event.id for event in events}


async def _count(effects: Effects, expected: int) -> bool:
    return bool(await effects.rows.count_documents({}) >= expected)


async def _heard(outside: Outside, expected: int) -> bool:
    return await outside.count("heard") == expected
