"""What a unit of work announces reaches every service that subscribes, with what caused it."""

import pytest

from shared.clock import utc_now
from shared.events.event import Event
from shared.ids import new_id
from shared.messaging.publish import publish
from shared.messaging.topology import EVENTS, UNROUTED
from shared.service import Service
from tests.integration.messaging.conftest import Composer, up
from tests.integration.messaging.facts import Followed, Happened, Unheard, happened
from tests.integration.messaging.outside import Outside
from tests.integration.messaging.test_relay import is_empty
from tests.waiting import until

pytestmark = pytest.mark.live

QUEUE = "tested.work"


async def test_announced_event_keeps_what_caused_it(service: Service) -> None:
    """What a handler announces carries the correlation and tenant of its event, and that event as its cause."""
    followed: list[Event[Followed]] = []

    async def handle(event: Event[Happened]) -> None:
        async with service.ledger.once(QUEUE, event) as work:
            work.announce(Followed(thing_id=event.data.thing_id))

    async def follow(event: Event[Followed]) -> None:
        followed.append(event)

    service.on("work", handle, Happened)
    service.on("follow", follow, Followed)
    await up(service)
    event = happened()
    await publish(service.broker, event.to_json(), exchange=EVENTS, routing_key=Happened.type)
    (result,) = await until(lambda: followed)
    assert (result.correlation_id, result.causation_id, result.tenant) == (event.correlation_id, event.id, event.tenant)
    assert result.time <= utc_now()


async def test_two_services_each_get_the_event(compose_service: Composer) -> None:
    """An event reaches every service that subscribes to it, once."""
    got: dict[str, list[str]] = {"first": [], "second": []}

    def subscribe(service: Service) -> Service:
        async def handle(event: Event[Happened]) -> None:
            got[service.name].append(event.id)

        service.on("work", handle, Happened)
        return service

    first, second = (subscribe(compose_service(name)) for name in got)
    await up(first)
    await up(second)
    async with first.ledger.begin() as work:
        event_id = work.announce(Happened(thing_id=new_id()))
    await until(lambda: all(got.values()))
    assert got == {"first": [event_id], "second": [event_id]}


async def test_event_that_nobody_reads_by_design_is_not_unrouted(service: Service, outside: Outside) -> None:
    """It is published, and dropped where no queue wants it; who binds one gets it."""
    service.on("work", _ignore, Happened)
    await up(service)
    await _announced(service, Unheard(thing_id=new_id()))
    assert await outside.count(UNROUTED) == 0
    channel = await outside.channel()
    await (await channel.declare_queue("listener")).bind(EVENTS.name, Unheard.type)
    await _announced(service, Unheard(thing_id=new_id()))
    await outside.arrival("listener")
    assert await outside.count(UNROUTED) == 0


async def _ignore(_: Event[Happened]) -> None: ...


async def _announced(service: Service, fact: Unheard) -> None:
    async with service.ledger.begin() as work:
        work.announce(fact)
    await until(lambda: is_empty(service.database.outbox))
