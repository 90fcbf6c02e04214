"""A new version empties the queues it gave up: nothing that waited there is lost, nothing takes effect twice."""

from datetime import datetime, timedelta

import pytest

from shared.clock import utc_now
from shared.events.event import Event
from shared.ids import new_id
from shared.messaging.ledger import Work
from shared.messaging.reading import Reader
from shared.messaging.retired import Retired
from shared.messaging.topology import EVENTS, declare_with_dead
from shared.service import Service
from tests.integration.messaging.conftest import up
from tests.integration.messaging.facts import Happened, happened
from tests.integration.messaging.outside import Outside

pytestmark = pytest.mark.live


class Old:
    """A task that an older version had in the queue `tested.old`, and `tested.heir` has now."""

    def __init__(self, service: Service) -> None:
        """Do the task in the database of `service`."""
        self.done: list[str] = []
        self.failing: set[str] = set()
        self._service = service
        self._database = service.database
        facts = (Happened,)
        self.retired = Retired(
            consumer="tested.old",
            heir="tested.heir",
            effect=self._effect,
            reader=Reader(facts),
            keys=(Happened.type,),
            broker=service.broker,
            ledger=service.ledger,
            database=service.database,
            clock=utc_now,
        )

    async def start(self) -> None:
        """Start the new version, which has the heir alone."""

        async def nothing(_event: Event[Happened], _work: Work) -> None: ...

        self._service.once("heir", nothing, Happened)
        await self._database.create_collection("effects")
        await up(self._service)

    async def _effect(self, event: Event[Happened], work: Work) -> None:
        if event.id in self.failing:
            raise OSError
        self.done.append(event.id)
        await self._database.effects.insert_one({"_id": new_id()}, session=work.session)

    async def handled_by_heir(self, event: Event[Happened], at: datetime) -> None:
        """Have it that the heir handled an event at some time."""
        await self._database.inbox.insert_one({"_id": f"tested.heir:{event.id}", "at": at})


async def test_what_waits_in_a_queue_that_was_given_up_takes_effect_once(service: Service, outside: Outside) -> None:
    """What the heir handled without this task is done; what it handles with it is not done again."""
    old = Old(service)
    await old.start()
    await old.retired.drain(outside.channel)  # there never was such a queue
    await declare_with_dead(await outside.channel(), "tested.old", EVENTS, (Happened.type,))
    await old.retired.prepare()
    before, after, never, broken = (happened() for _ in range(4))
    await old.handled_by_heir(before, utc_now() - timedelta(hours=1))
    await old.handled_by_heir(after, utc_now() + timedelta(seconds=1))
    await outside.put_event("tested.old", before, after, never, before)
    await outside.put("tested.old", broken.to_json()[:-9])
    await old.retired.drain(outside.channel)
    assert old.done == [before.id]
    assert await outside.count("tested.old") == 0
    assert (await outside.arrival("tested.heir.dead")).headers["x-reason"] == "event.malformed"
    async with service.ledger.begin() as work:  # nothing new comes to it
        work.announce(Happened(thing_id=new_id()))
    await service.relay.drain(10)
    assert await outside.count("tested.old") == 0


async def test_what_fails_in_a_queue_that_was_given_up_holds_up_nothing(service: Service, outside: Outside) -> None:
    """It comes again in the next round; what waits behind it is done in this one."""
    old = Old(service)
    await old.start()
    await declare_with_dead(await outside.channel(), "tested.old", EVENTS, (Happened.type,))
    await old.retired.prepare()
    fails, waits = happened(), happened()
    for event in (fails, waits):
        await old.handled_by_heir(event, utc_now() - timedelta(hours=1))
    old.failing.add(fails.id)
    await outside.put_event("tested.old", fails)
    await outside.put_event("tested.old", waits)
    await old.retired.drain(outside.channel)
    assert (old.done, await outside.count("tested.old")) == ([waits.id], 1)
    old.failing.clear()
    await old.retired.drain(outside.channel)
    assert (old.done, await outside.count("tested.old")) == ([waits.id, fails.id], 0)
