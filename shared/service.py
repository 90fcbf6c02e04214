"""What every service gets for free: broker, database, objects, delivery, periodic jobs, health and shutdown."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from inspect import getdoc
from typing import Annotated, Any, Union

import structlog
from faststream import AckPolicy
from faststream.message import StreamMessage
from faststream.rabbit import Channel, RabbitBroker
from pydantic import Discriminator, Tag
from pydantic_core import from_json
from starlette.types import ASGIApp

from shared.clock import Clock, utc_now
from shared.events.event import TYPE_PREFIX, Event, Fact
from shared.messaging.correlation import Correlation
from shared.messaging.ledger import Ledger
from shared.messaging.relay import Relay
from shared.messaging.salvage import Salvage
from shared.messaging.topology import EVENTS, Ladder, declare_exchanges, declare_work_queue, work_queue
from shared.settings import Connections
from shared.storage.documents import Client, Database, connect
from shared.storage.objects import Objects
from shared.telemetry.health import Check, broker_check, database_check, freshness_check
from shared.telemetry.logs import where
from shared.telemetry.metrics import OUTBOX_AGE

log = structlog.get_logger()

Handler = Callable[[Event[Any]], Awaitable[None]]
Step = Callable[[], Awaitable[None]]

PREPARE_AGAIN_S = 1.0
DRAIN_S = 5.0


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
    _jobs: list[tuple[str, float, Step]] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

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

        async def receive(event: Any) -> None:
            async with asyncio.timeout(deadline_s):
                await handler(event)

        receive.__annotations__["event"] = _any_event_of(facts)
        subscriber = self.broker.subscriber(
            work_queue(queue, routing_key=facts[0].type),
            EVENTS,
            channel=Channel(prefetch_count=prefetch),
            decoder=_decode,
            title=queue,
            description=getdoc(getattr(handler, "func", handler)),
        )
        subscriber(receive)

    def every(self, seconds: float, job: Step, *, name: str) -> None:
        """Run `job` again and again, `seconds` apart; a failure is logged and the next round comes."""
        self._jobs.append((name, seconds, job))

    async def start(self) -> None:
        """Prepare storage, then start relay, jobs and consumers; returns at once, `ready` tells when all run."""
        self._tasks = [asyncio.create_task(self._run(), name=f"{self.name}.run")]

    async def _run(self) -> None:
        await self._persist(self._prepare_storage, "prepare")
        running = [asyncio.create_task(self._repeat(*job)) for job in self._jobs]
        self._tasks += running
        await self._persist(self._start_broker, "broker")
        self._tasks.append(asyncio.create_task(self.relay.run(), name=f"{self.name}.relay"))

    async def _persist(self, step: Step, name: str) -> None:
        """Try a starting step until its server is there."""
        while True:
            try:
                return await step()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told and tried again
                log.warning(
                    "service.waiting",
                    service=self.name,
                    step=name,
                    error=type(error).__name__,
                    where=where(error),
                )
                await asyncio.sleep(PREPARE_AGAIN_S)

    async def _prepare_storage(self) -> None:
        await self.ledger.prepare()
        await self.objects.prepare()
        for prepare in self.prepares:
            await prepare()

    async def _start_broker(self) -> None:
        await self.broker.connect()
        await declare_exchanges(self.broker)
        await self.ladder.declare(self.broker)
        for queue, keys in self.consumers.items():
            await declare_work_queue(self.broker, queue, keys)
        await self.broker.start()
        log.info("service.started", service=self.name, queues=len(self.consumers))

    async def _repeat(self, name: str, seconds: float, job: Step) -> None:
        while True:
            try:
                await job()
            except Exception as error:  # noqa: BLE001 - a periodic job must come again
                log.warning("job.failed", service=self.name, job=name, error=type(error).__name__, where=where(error))
            await asyncio.sleep(seconds)

    async def stop(self) -> None:
        """Let running handlers end, publish what they announced, then let go of every connection."""
        with suppress(Exception):  # a broker that is gone needs no goodbye
            for subscriber in self.broker.subscribers:
                await subscriber.stop()
        await self.relay.drain(DRAIN_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(Exception):
            await self.broker.stop()
        for cleanup in self.cleanups:
            await cleanup()
        self.objects.close()
        self.client.close()

    async def measure(self) -> None:
        """Refresh what is measured rather than counted."""
        OUTBOX_AGE.labels(self.name).set(await self.relay.oldest_age_s())


def compose(name: str, connections: Connections, clock: Clock = utc_now) -> Service:
    """Put the parts of a service together; nothing is connected yet."""
    client = connect(connections.mongo_url.get_secret_value())
    database = client[connections.database_prefix + name]
    ladder = Ladder(name, connections.retry_delays_ms)
    broker = _broker(connections, ladder, clock)
    relay = Relay(database, broker, clock)
    ledger = Ledger(database, relay, source=name, tenant=connections.tenant, clock=clock)
    objects = Objects(connections.objects)
    service = Service(name, connections, clock, client, database, objects, broker, ladder, relay, ledger)
    service.ready_checks = [database_check(client), broker_check(broker, service.consumers)]
    service.live_checks = [freshness_check("relay", lambda: relay.ticked_at)]
    service.every(10, service.measure, name="measure")
    return service


def _broker(connections: Connections, ladder: Ladder, clock: Clock) -> RabbitBroker:
    """Return a broker whose every default that loses or hangs has been replaced; reasons in docs/delivery.md."""
    url = connections.rabbit_url.get_secret_value()
    broker = RabbitBroker(
        url + ("&" if "?" in url else "?") + "heartbeat=10",
        timeout=5,
        reconnect_interval=1,
        fail_fast=False,
        graceful_timeout=25,
        logger=None,
        default_channel=Channel(on_return_raises=True),
        ack_policy=AckPolicy.REJECT_ON_ERROR,
        middlewares=[Correlation],
    )
    broker.add_middleware(partial(Salvage, broker=broker, ladder=ladder, clock=clock))
    return broker


async def _decode(msg: StreamMessage[Any]) -> Any:
    """Parse JSON; what is no JSON stays bytes, so that its validation fails where `salvage` sees it."""
    try:
        return from_json(msg.body)
    except ValueError:
        return msg.body


def _any_event_of(facts: Sequence[type[Fact]]) -> Any:
    """Return the annotation of an event that carries one of `facts`, told apart by its wire type."""
    tagged = tuple(Annotated[Event[fact], Tag(TYPE_PREFIX + fact.type)] for fact in facts)  # type: ignore[valid-type]
    return tagged[0] if len(tagged) == 1 else Annotated[Union[tagged], Discriminator(_wire_type)]  # noqa: UP007


def _wire_type(value: Any) -> str | None:
    return value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
