"""Our own path, in parts and whole: publish, ledger with relay, and handlers with and without the ledger."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.delivery.fact import IN_FLIGHT, PREFETCH, WORKERS, Measured, measured
from bench.delivery.pace import Handled, seconds_for
from shared.composition import compose
from shared.events.event import Event
from shared.ids import new_id
from shared.messaging.ledger import Work
from shared.messaging.publish import publish
from shared.service import Service
from shared.settings import Connections
from shared.telemetry.health import failures

QUEUE = "bench.ours"


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[Service]:
    """Start a service, wait until it is ready, stop it at the end."""
    await service.start()
    while await failures(service.ready_checks):
        pass
    try:
        yield service
    finally:
        await service.stop()


async def publish_ours(service: Service, count: int) -> float:
    """Publish through `shared.messaging.publish`, straight to the floor's queue."""
    body = measured().to_json()

    async def step() -> None:
        await publish(service.broker, body, routing_key="bench.floor")

    return await seconds_for(count, step, at_once=IN_FLIGHT)


async def commit_ours(service: Service, count: int) -> float:
    """Commit units of work that announce an event each; publishing goes on beside and is not waited for."""

    async def step() -> None:
        async with service.ledger.begin() as work:
            work.announce(Measured(thing_id=new_id()))

    return await seconds_for(count, step, at_once=WORKERS)


async def relay_ours(service: Service, count: int) -> float:
    """Commit units of work that announce an event each, until the broker has confirmed all and the outbox is empty."""
    seconds = await commit_ours(service, count)

    async def drained() -> None:
        await service.relay.drain(60)

    return seconds + await seconds_for(1, drained, at_once=1)


async def handle_ours(connections: Connections, count: int, *, ledger: bool) -> float:
    """Handle `count` messages that wait already: with an empty handler, or with one effect in the ledger's unit."""
    service = compose("bench", connections)
    handled = Handled(count)

    async def handle(event: Event[Measured]) -> None:
        if ledger:
            async with service.ledger.once(QUEUE, event) as work:
                await service.database.effects.insert_one({"_id": new_id()}, session=work.session)
        handled.one()

    service.on("ours", handle, Measured, prefetch=PREFETCH)
    async with running(service):
        return await handled.seconds()


async def handle_together(connections: Connections, count: int) -> float:
    """Handle `count` messages that wait already, with the same effect; those that wait share transactions."""
    service = compose("bench", connections)
    handled = Handled(count)

    async def effect(_event: Event[Measured], work: Work) -> None:
        await service.database.effects.insert_one({"_id": new_id()}, session=work.session)

        async def count_it() -> None:
            handled.one()

        work.after_commit(count_it)

    service.once("ours", effect, Measured)
    async with running(service):
        return await handled.seconds()
