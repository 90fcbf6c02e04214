"""Two services on one broker: one announces, the other has effects; and a clock that can be put forward."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.clock import utc_now
from shared.errors import PermanentError
from shared.events.event import Event
from shared.ids import new_id
from shared.loops import attempt
from shared.service import Service
from tests.integration.messaging.conftest import Composer, subscriber, up
from tests.integration.messaging.facts import Happened
from tests.integration.messaging.outside import Outside
from tests.waiting import until

QUEUE = "receiving.work"
DEAD = "receiving.work.dead"


@dataclass(slots=True)
class Hands:
    """A clock that goes right until it is put forward."""

    forward: timedelta = timedelta()

    def __call__(self) -> datetime:
        """Return the time it shows."""
        return utc_now() + self.forward

    def put_forward(self, **time: float) -> None:
        """Put it forward by `time`, in the words of `timedelta`."""
        self.forward += timedelta(**time)


@dataclass(slots=True)
class Pair:
    """The service `announcing` and the service `receiving`, which has one effect an event."""

    announcing: Service
    receiving: Service
    hands: Hands
    calls: list[str] = field(default_factory=list)
    broken: bool = False

    async def handle(self, event: Event[Happened]) -> None:
        """Have one effect, or fail for good."""
        self.calls.append(event.id)
        if self.broken:
            raise PermanentError("test.broken")
        async with self.receiving.ledger.once(QUEUE, event) as work:
            row = {"_id": new_id(), "event_id": event.id}
            await self.receiving.database.effects.insert_one(row, session=work.session)

    async def announce(self, count: int) -> list[str]:
        """Announce events and wait until the broker has confirmed all; return their ids, in order."""
        ids = []
        for _ in range(count):
            async with self.announcing.ledger.begin() as work:
                ids.append(work.announce(Happened(thing_id=new_id())))
        await until(self.all_confirmed)
        return sorted(ids)

    async def all_confirmed(self) -> bool:
        """Tell whether everything announced is in the journal."""
        return not await self.announcing.database.outbox.count_documents({})

    async def effects(self) -> list[str]:
        """Return the ids of events that took effect, one entry an effect."""
        return sorted([row["event_id"] async for row in self.receiving.database.effects.find()])

    async def stop_work(self) -> None:
        """Stop taking messages from the work queue; the service stays up."""
        await subscriber(self.receiving, QUEUE).stop()

    async def resume_work(self) -> None:
        """Take messages from the work queue again, as soon as the connection is there."""
        await until(lambda: attempt(subscriber(self.receiving, QUEUE).start, "resume"))

    async def a_minute_passes(self) -> None:
        """Put the clock forward by a minute, and do what both services do once a minute."""
        self.hands.put_forward(minutes=1)
        for service in (self.announcing, self.receiving):
            await service.delivery.round()

    async def minutes_pass(self, outside: Outside, minutes: int) -> None:
        """Let minutes pass, each when what services said in the one before has been heard."""
        for _ in range(minutes):
            await self.a_minute_passes()
            await until(lambda: self._heard(outside))

    async def _heard(self, outside: Outside) -> bool:
        queues = [service.delivery.queue for service in (self.announcing, self.receiving)]
        unheard = sum([await outside.count(queue) for queue in queues])
        listening = any(service.delivery.is_listening for service in (self.announcing, self.receiving))
        return not unheard and not listening


async def pair(compose_service: Composer, **connections: object) -> Pair:
    """Start both services."""
    hands = Hands()
    announcing, receiving = (compose_service(name, clock=hands, **connections) for name in ("announcing", "receiving"))
    both = Pair(announcing, receiving, hands)
    await receiving.database.create_collection("effects")
    receiving.on("work", both.handle, Happened)
    await up(announcing)
    await up(receiving)
    await announcing.delivery.round()
    return both
