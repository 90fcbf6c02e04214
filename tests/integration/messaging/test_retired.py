"""A new version empties the queues it gave up: nothing that waited there is lost, nothing takes effect twice."""

from datetime import timedelta

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


async def test_what_waits_in_a_queue_that_was_given_up_takes_effect_once(service: Service, outside: Outside) -> None:
    """What the heir handled without this task is done; what the heir handles with it is not done again."""
    database, done, failing = service.database, list[str](), set[str]()

    async def effect(event: Event[Happened], work: Work) -> None:
        if event.id in failing:
            raise OSError
        done.append(event.id)
        await work.session.client[database.name].effects.insert_one({"_id": new_id()}, session=work.session)

    async def nothing(_event: Event[Happened], _work: Work) -> None: ...

    service.once("heir", nothing, Happened)
    await database.create_collection("effects")
    await up(service)
    keys, reader = (Happened.type,), Reader((Happened,))
    retired = Retired(
        "tested.old", "tested.heir", effect, reader, keys, service.broker, service.ledger, database, utc_now
    )
    await retired.drain(outside.channel)  # there never was such a queue
    await declare_with_dead(await outside.channel(), "tested.old", EVENTS, keys)
    await retired.prepare()
    before, after, never, broken, fails = (happened() for _ in range(5))
    failing.add(fails.id)
    long_ago = utc_now() - timedelta(hours=1)
    for event, at in ((fails, long_ago), (before, long_ago), (after, utc_now() + timedelta(seconds=1))):
        await database.inbox.insert_one({"_id": f"tested.heir:{event.id}", "at": at})
    await outside.put_event("tested.old", fails)
    await outside.put_event("tested.old", before, after, never, before)
    await outside.put("tested.old", broken.to_json()[:-9])
    await retired.drain(outside.channel)
    assert done == [before.id]  # what failed held it up no longer than its own try
    assert await outside.count("tested.old") == 1
    assert (await outside.arrival("tested.heir.dead")).headers["x-reason"] == "event.malformed"
    failing.clear()
    await retired.drain(outside.channel)
    assert done == [before.id, fails.id]
    assert await outside.count("tested.old") == 0
    async with service.ledger.begin() as work:  # nothing new comes to it
        work.announce(Happened(thing_id=new_id()))
    await service.relay.drain(10)
    assert await outside.count("tested.old") == 0
