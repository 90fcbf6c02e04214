"""What every service gets for free: broker, database, objects, delivery, periodic jobs, health and shutdown."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from inspect import getdoc
from typing import Any

import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection
from faststream.rabbit import RabbitBroker
from starlette.types import ASGIApp

from shared.clock import Clock
from shared.deadlines import within
from shared.events.event import Event, Fact
from shared.loops import Pulse, Step, attempt, for_ever, until_done
from shared.messaging.broker import GOODBYE_S, close
from shared.messaging.delivery import Delivery
from shared.messaging.ledger import Ledger
from shared.messaging.looking import answers
from shared.messaging.reading import Reader
from shared.messaging.relay import Relay
from shared.messaging.retired import Retired
from shared.messaging.subscribing import Handler, finish, subscribe
from shared.messaging.together import SIDE_BY_SIDE, Effect, Together
from shared.messaging.topology import Ladder, declare_all
from shared.settings import Connections
from shared.storage.documents import Client, Database
from shared.storage.inventory import Inventory
from shared.storage.objects import Objects
from shared.storage.sweeping import sweep
from shared.telemetry.health import Check
from shared.telemetry.metrics import OUTBOX_AGE

log = structlog.get_logger()

AGAIN_S = 1.0
DRAIN_S = 5.0
START_S = 30.0
RETIRED_EVERY_S = 60.0
JOB_S = 120.0


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
    delivery: Delivery
    web: ASGIApp | None = None
    web_port: int | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    consumers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    prepares: list[Step] = field(default_factory=list)
    cleanups: list[Step] = field(default_factory=list)
    ready_checks: list[Check] = field(default_factory=list)
    live_checks: list[Check] = field(default_factory=list)
    inventories: list[Inventory] = field(default_factory=list)
    pulses: list[Pulse] = field(default_factory=list)
    _jobs: list[tuple[Pulse, float, Step]] = field(default_factory=list)
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
        subscribe(self.broker, queue, handler, facts, prefetch=prefetch, deadline_s=deadline_s)

    def once(self, task: str, effect: Effect, *facts: type[Fact], together: int = 20, deadline_s: float = 60) -> None:
        """Give each of `facts` one effect on this service's database, in the ledger's unit of work.

        Args:
            task: what the effect does, a verb; the queue and the inbox entries are named for it.
            effect: called with an event and the unit of work; everything it does is in that transaction.
            facts: the fact classes to receive.
            together: how many events that wait may share one transaction.
            deadline_s: an event that takes longer is tried again later.
        """
        joined = Together(self.ledger, f"{self.name}.{task}", effect, together)

        async def handle(event: Event[Any]) -> None:
            await joined.handle(event)

        handle.__doc__ = getdoc(getattr(effect, "func", effect))
        self.on(task, handle, *facts, prefetch=(SIDE_BY_SIDE + 1) * together, deadline_s=deadline_s)

    def gave_up(self, task: str, heir: str, effect: Effect, *facts: type[Fact]) -> None:
        """Empty the queue of a task that an older version had, and whose work `heir` does now as a part of its own."""
        keys, reader = tuple(fact.type for fact in facts), Reader(facts)
        consumer, heir = f"{self.name}.{task}", f"{self.name}.{heir}"
        retired = Retired(consumer, heir, effect, reader, keys, self.broker, self.ledger, self.database, self.clock)

        async def drain() -> None:
            if self._connection and await answers(self.broker):
                await retired.drain(self._connection.channel)

        self.prepares.append(retired.prepare)
        self.every(RETIRED_EVERY_S, drain, name=f"{task}.retired")

    def every(self, seconds: float, job: Step, *, name: str, deadline_s: float = JOB_S) -> None:
        """Run `job` again and again, `seconds` apart; a failure is logged and the next round comes.

        Args:
            seconds: the pause between two rounds.
            job: what one round does; it may go on for ever if it says `shared.loops.beat` meanwhile.
            name: for log lines and health.
            deadline_s: a round that goes on for so many seconds without a beat is ended.
        """
        self._jobs.append((self._pulse(name, deadline_s), seconds, job))

    def _pulse(self, name: str, deadline_s: float) -> Pulse:
        self.pulses.append(Pulse(f"{self.name}.{name}", deadline_s))
        return self.pulses[-1]

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
        starting = self._pulse("start", JOB_S)
        await until_done(self._prepare_storage, starting, pause_s=AGAIN_S)
        for pulse, seconds, job in self._jobs:
            repeating = for_ever(job, pulse, pause_s=seconds, pause_after_failure_s=seconds)
            self._tasks.append(asyncio.create_task(repeating, name=pulse.name))
        await until_done(self._start_broker, starting, pause_s=AGAIN_S)
        self.pulses.remove(starting)
        self._relaying = asyncio.create_task(self.relay.run(), name=f"{self.name}.relay")

    async def _prepare_storage(self) -> None:
        await self.ledger.prepare()
        await self.delivery.prepare()
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
        await asyncio.gather(*(finish(subscriber) for subscriber in self.broker.subscribers), return_exceptions=True)
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
            await within(GOODBYE_S, self.broker.stop())
        finally:
            await close([self._connection] if self._connection else [])

    def has_started(self) -> bool:
        """Tell whether the broker has what this service needs, and its consumers and relay run."""
        return self._relaying is not None

    async def measure(self) -> None:
        """Refresh what is measured rather than counted."""
        OUTBOX_AGE.labels(self.name).set(await self.relay.oldest_age_s())


async def _cancel(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
