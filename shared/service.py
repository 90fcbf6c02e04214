"""What every service gets for free: broker, database, objects, delivery, periodic jobs, health and shutdown."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from inspect import getdoc
from typing import TYPE_CHECKING, Any, cast

import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection
from faststream.rabbit import Channel, RabbitBroker
from starlette.types import ASGIApp

from shared.clock import Clock, utc_now
from shared.errors import DeadlineError
from shared.events.event import Event, Fact
from shared.loops import Step, attempt, for_ever, until_done
from shared.messaging.broker import GOODBYE_S, GRACE_S, close
from shared.messaging.broker import connect as broker_client
from shared.messaging.ledger import Ledger
from shared.messaging.reading import Reader
from shared.messaging.relay import Relay
from shared.messaging.topology import EVENTS, Ladder, declare_all, work_queue
from shared.settings import Connections
from shared.storage.documents import Client, Database, connect
from shared.storage.inventory import Inventory
from shared.storage.objects import Objects
from shared.storage.sweeping import sweep
from shared.telemetry.health import (
    UNCONSUMED,
    Check,
    broker_check,
    consumers_check,
    database_check,
    freshness_check,
    lasting,
)
from shared.telemetry.metrics import OUTBOX_AGE

if TYPE_CHECKING:
    from faststream._internal.endpoint.subscriber import SubscriberUsecase
    from faststream._internal.endpoint.subscriber.utils import MultiLock

log = structlog.get_logger()

Handler = Callable[[Event[Any]], Awaitable[None]]

AGAIN_S = 1.0
DRAIN_S = 5.0
START_S = 30.0


@dataclass(slots=True)
class Service:
    """One service, composed but not started: made by `compose`, filled by the service's `app.py`."""

    name: str
    connections: Connections
    clock: Clock
    client: Client
    database: Database
    objects: Objects
    broker: RabbitBroker
    ladder: Ladder
    relay: Relay
    ledger: Ledger
    web: ASGIApp | None = None
    web_port: int | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    consumers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    prepares: list[Step] = field(default_factory=list)
    cleanups: list[Step] = field(default_factory=list)
    ready_checks: list[Check] = field(default_factory=list)
    live_checks: list[Check] = field(default_factory=list)
    inventories: list[Inventory] = field(default_factory=list)
    _jobs: list[tuple[str, float, Step]] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _stopped: bool = False
    _relaying: asyncio.Task[None] | None = None
    _connection: AbstractConnection | None = None
    _topology: AbstractChannel | None = None

    def on(self, task: str, handler: Handler, *facts: type[Fact], prefetch: int = 10, deadline_s: float = 60) -> None:
        """Subscribe `handler` to facts through the durable queue `<service>.<task>`.

        Args:
            task: what the handler does, a verb; the queue and the inbox entries are named for it.
            handler: called with each event; its failures go to `salvage`.
            facts: the fact classes to receive.
            prefetch: how many run at once.
            deadline_s: a handler that takes longer is cancelled, and tried again later.
        """
        queue = f"{self.name}.{task}"
        self.consumers[queue] = tuple(fact.type for fact in facts)
        reader = Reader(facts)

        async def receive(body: Any) -> None:
            event = reader.read(body)
            try:
                async with asyncio.timeout(deadline_s) as deadline:
                    await handler(event)
            except TimeoutError as error:
                if deadline.expired():
                    raise DeadlineError from error
                raise

        receive.__annotations__["body"] = reader.annotation
        subscriber = self.broker.subscriber(
            work_queue(queue, routing_key=facts[0].type),
            EVENTS,
            channel=Channel(prefetch_count=prefetch),
            title=queue,
            description=getdoc(getattr(handler, "func", handler)),
        )
        subscriber(receive)

    def every(self, seconds: float, job: Step, *, name: str) -> None:
        """Run `job` again and again, `seconds` apart; a failure is logged and the next round comes."""
        self._jobs.append((name, seconds, job))

    def account_for(self, *inventories: Inventory, sweep_every_s: float) -> None:
        """Answer for the objects under some prefixes: what no row of ours accounts for is removed after a day."""
        self.inventories += inventories
        for inventory in inventories:
            job = partial(self._sweep, inventory, timedelta(seconds=sweep_every_s))
            self.every(sweep_every_s, job, name=f"sweep.{inventory.prefix.strip('/')}")

    async def _sweep(self, inventory: Inventory, every: timedelta) -> None:
        await sweep(self.objects, inventory, self.clock(), every)

    async def start(self) -> None:
        """Prepare storage, then start jobs, consumers and relay; returns at once, `ready` tells when all run."""
        self._tasks = [asyncio.create_task(self._run(), name=f"{self.name}.run")]

    async def _run(self) -> None:
        await until_done(self._prepare_storage, f"{self.name}.prepare", pause_s=AGAIN_S)
        for name, seconds, job in self._jobs:
            repeating = for_ever(job, f"{self.name}.{name}", pause_s=seconds, pause_after_failure_s=seconds)
            self._tasks.append(asyncio.create_task(repeating, name=f"{self.name}.{name}"))
        await until_done(self._start_broker, f"{self.name}.broker", pause_s=AGAIN_S)
        self._relaying = asyncio.create_task(self.relay.run(), name=f"{self.name}.relay")

    async def _prepare_storage(self) -> None:
        await self.ledger.prepare()
        await self.objects.prepare()
        for prepare in self.prepares:
            await prepare()

    async def _start_broker(self) -> None:
        async with asyncio.timeout(START_S):
            self._connection = await self.broker.connect()
            self._topology = await declare_all(self._connection, self.ladder, self.consumers)
            for subscriber in self.broker.subscribers:
                if not subscriber.running:  # from an earlier try: started twice, it would consume twice
                    await subscriber.start()
        log.info("service.started", service=self.name, queues=len(self.consumers))

    async def stop(self) -> None:
        """Let running handlers end, publish what they announced, then let go of every connection.

        It takes `broker.GRACE_S` and some seconds at most; each part is let go even if one before it fails.
        """
        if self._stopped:
            return
        self._stopped = True
        await _cancel(self._tasks)
        await asyncio.gather(*(_finish(subscriber) for subscriber in self.broker.subscribers), return_exceptions=True)
        if self._relaying:  # without it, nothing would publish what is waited for
            await attempt(partial(self.relay.drain, DRAIN_S), f"{self.name}.drain")
            await _cancel([self._relaying])
        await attempt(self._say_goodbye, f"{self.name}.goodbye")
        for cleanup in self.cleanups:
            await attempt(cleanup, f"{self.name}.cleanup")
        self.objects.close()
        self.client.close()

    async def _say_goodbye(self) -> None:
        """Close the connection; a broker that is gone does not answer, and must not be sought any more."""
        try:
            async with asyncio.timeout(GOODBYE_S):
                await self.broker.stop()
        finally:
            await close([self._connection] if self._connection else [])

    def has_started(self) -> bool:
        """Tell whether the broker has what this service needs, and its consumers and relay run."""
        return self._relaying is not None

    async def measure(self) -> None:
        """Refresh what is measured rather than counted."""
        OUTBOX_AGE.labels(self.name).set(await self.relay.oldest_age_s())


def compose(name: str, connections: Connections, clock: Clock = utc_now) -> Service:
    """Put the parts of a service together; nothing is connected yet."""
    client = connect(connections.mongo_url.get_secret_value())
    database = client[connections.database_prefix + name]
    ladder = Ladder(name, connections.retry_delays_ms)
    broker = broker_client(connections.rabbit_url.get_secret_value(), ladder, clock)
    relay = Relay(database, broker, clock)
    ledger = Ledger(database, relay, source=name, tenant=connections.tenant, clock=clock)
    objects = Objects(connections.objects)
    service = Service(name, connections, clock, client, database, objects, broker, ladder, relay, ledger)
    consumers = consumers_check(broker, service.consumers)
    service.ready_checks = [database_check(client), broker_check(broker, service.has_started), consumers]
    service.live_checks = [freshness_check("relay", lambda: relay.ticked_at), lasting(consumers, UNCONSUMED)]
    service.every(10, service.measure, name="measure")
    return service


async def _cancel(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _finish(subscriber: "SubscriberUsecase[Any]") -> None:
    """Take no more messages, wait for the handlers that run, then cancel the consumer if the broker still answers."""
    if subscriber.running:
        subscriber.running = False
        await cast("MultiLock", subscriber.lock).wait_release(GRACE_S)
        async with asyncio.timeout(GOODBYE_S):
            await subscriber.stop()
