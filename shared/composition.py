"""Puts the parts of a service together: who publishes, who remembers, who watches."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from faststream.rabbit import RabbitBroker

from shared.clock import Clock, utc_now
from shared.events.delivery import EventsAnnounced, EventsMissed
from shared.messaging.arrivals import watching
from shared.messaging.broker import connect as broker_client
from shared.messaging.comparing import Voice
from shared.messaging.crashes import Crashes
from shared.messaging.dead_letters import TELL_EVERY_S, DeadLetters
from shared.messaging.delivery import ANSWERED_WITHIN_S, FORGET_EVERY_S, LOOK_EVERY_S, ROUND_EVERY_S, Delivery
from shared.messaging.lease import Lease
from shared.messaging.ledger import Ledger
from shared.messaging.recovery import RECOVER_EVERY_S, Recovery
from shared.messaging.relay import Relay
from shared.messaging.topology import Ladder, declare_all
from shared.service import Service
from shared.settings import Connections
from shared.storage.documents import connect
from shared.storage.objects import Objects
from shared.telemetry.health import UNCONSUMED, broker_check, consumers_check, database_check, lasting, loops_check

LEASE = timedelta(minutes=3)


def compose(name: str, connections: Connections, clock: Clock = utc_now) -> Service:
    """Put the parts of a service together; nothing is connected yet."""
    client = connect(connections.mongo_url.get_secret_value())
    database = client[connections.database_prefix + name]
    ladder = Ladder(name, connections.retry_delays_ms)
    crashes = Crashes(database.crashes, connections.most_crashes, clock)
    broker = broker_client(connections.rabbit_url.get_secret_value(), ladder, clock, crashes)
    consumers: dict[str, tuple[str, ...]] = {}
    declare, voice = partial(_declare, broker, ladder, consumers), Voice(broker, name, connections.tenant, clock)
    delivery = Delivery(database, voice, connections, consumers=consumers, declare=declare)
    relay = Relay(database, broker, clock, delivery.journal)
    ledger = Ledger(database, relay, delivery.arrivals, source=name, tenant=connections.tenant, clock=clock)
    objects = Objects(connections.objects)
    parts = (client, database, objects, broker, ladder, relay, ledger, delivery)
    service = Service(name, connections, clock, *parts, consumers=consumers)
    _watch_deliveries(service)
    _watch_health(service)
    service.every(10, service.measure, name="measure")
    return service


def _watch_health(service: Service) -> None:
    """Have a service know whether it lives and is ready, mend its connection, and tell what the broker gave up."""
    broker, has_started, consumers = service.broker, service.has_started, service.consumers
    consumed = consumers_check(broker, consumers)
    service.ready_checks = [database_check(service.client), broker_check(broker, has_started), consumed]
    service.pulses.extend(service.relay.pulses)
    service.live_checks = [loops_check(service.pulses), lasting(consumed, UNCONSUMED)]
    service.every(RECOVER_EVERY_S, Recovery(broker, has_started, consumed.ask).look, name="recover")
    lease = Lease(service.database.leases, "dead", LEASE, service.clock)
    service.every(TELL_EVERY_S, DeadLetters(broker, has_started, consumers, lease).look, name="dead_letters")


def _watch_deliveries(service: Service) -> None:
    """Have a service compare what others announced with what arrived, and others what it announced."""
    delivery = service.delivery
    service.broker.insert_middleware(watching(delivery.arrivals, but=delivery.queue))
    task = delivery.queue.removeprefix(f"{service.name}.")
    service.on(task, delivery.hear, EventsAnnounced, EventsMissed, prefetch=1, deadline_s=ANSWERED_WITHIN_S)
    service.cleanups.append(delivery.arrivals.write_down)
    service.every(ROUND_EVERY_S, delivery.round, name="delivery.round")
    service.every(LOOK_EVERY_S, delivery.look, name="delivery.look")
    service.every(FORGET_EVERY_S, delivery.forget, name="delivery.forget")


async def _declare(broker: RabbitBroker, ladder: Ladder, consumers: Mapping[str, Sequence[str]]) -> None:
    """Declare all that a service needs, on a channel for this once."""
    await (await declare_all(await broker.connect(), ladder, consumers)).close()
