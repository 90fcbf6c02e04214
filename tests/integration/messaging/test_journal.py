"""What the broker confirmed and lost is noticed, announced again, and takes effect; once."""

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from deploy.local.stack import LocalStack
from shared.clock import utc_now
from shared.events.event import envelop
from shared.ids import first_id_of, new_id
from tests.integration.messaging.conftest import Composer
from tests.integration.messaging.facts import Happened
from tests.integration.messaging.outside import Outside
from tests.integration.messaging.pair import DEAD, QUEUE, Hands, Pair, pair
from tests.waiting import until, until_ready

pytestmark = pytest.mark.live


async def lose(both: Pair, outside: Outside, count: int) -> list[str]:
    """Announce events, and have the broker lose them after it has confirmed them; return their ids."""
    await both.stop_work()
    ids = await both.announce(count)
    await until(lambda: _count_is(outside, QUEUE, count))
    await until(lambda: _emptied(outside, QUEUE))
    await both.resume_work()
    return ids


async def test_what_the_broker_confirmed_and_dropped_is_announced_again(
    compose_service: Composer, outside: Outside
) -> None:
    """Events that vanish from a queue after their confirm take effect some minutes later, once."""
    both = await pair(compose_service)
    there = await both.announce(2)
    await until(lambda: _effects_are(both, there))
    lost = await lose(both, outside, 3)
    await both.minutes_pass(outside, 8)
    await until(lambda: _effects_are(both, [*there, *lost]))


async def test_a_clock_that_was_ahead_delays_no_comparison(compose_service: Composer, outside: Outside) -> None:
    """Events that vanish after their publisher's clock was half an hour ahead for a while are brought back as soon."""
    both = await pair(compose_service)
    both.hands.put_forward(minutes=30)
    await both.announcing.delivery.round()
    both.hands.put_forward(minutes=-30)
    lost = await lose(both, outside, 3)
    await both.minutes_pass(outside, 8)
    await until(lambda: _effects_are(both, lost), seconds=20)


async def test_without_the_comparison_they_stay_lost(compose_service: Composer, outside: Outside) -> None:
    """The same with the comparison off: what vanished has no effect, so it is the comparison that brings it back."""
    both = await pair(compose_service, missing_after_minutes=0)
    await lose(both, outside, 3)
    await both.minutes_pass(outside, 8)
    later = await both.announce(1)
    await until(both.effects)
    assert await both.effects() == later


async def test_nothing_is_repeated_when_all_arrived(compose_service: Composer, outside: Outside) -> None:
    """Events that took effect, were let pass without an effect, or lie in a dead queue are not announced again."""
    both = await pair(compose_service)
    seen: list[str] = []

    async def look_on(event: object) -> None:
        seen.append(event.id)  # type: ignore[attr-defined]

    onlooker = compose_service("looking", clock=both.hands)
    onlooker.on("on", look_on, Happened)
    await onlooker.start()
    await until_ready(onlooker)
    await both.announce(2)
    both.broken = True
    await both.announce(2)
    await until(lambda: _count_is(outside, DEAD, 2))
    await until(lambda: len(seen) == 4)
    with capture_logs() as logged:
        await both.minutes_pass(outside, 10)
        await onlooker.delivery.round()
        await both.minutes_pass(outside, 25)
    assert (len(both.calls), len(seen)) == (4, 4)
    assert not {line["event"] for line in logged} & {"events.missing", "events.repeated"}


async def test_event_that_cannot_arrive_is_given_up(compose_service: Composer, outside: Outside) -> None:
    """What stays away however often it is announced again is asked for less and less, then counted and let be."""
    both = await pair(compose_service)
    await both.stop_work()
    await both.announce(1)
    asked = []
    with capture_logs() as logged:
        for minutes in (0, 6, 2, 3, 5, 9, 17, 33, 65, 65, 65):
            await until(lambda: _emptied(outside, QUEUE))
            both.hands.put_forward(minutes=minutes)
            await both.minutes_pass(outside, 1)
            asked.append([line["event"] for line in logged].count("events.repeated"))
    assert (asked[:2], asked[-1]) == ([0, 0], 6)
    assert [line["event"] for line in logged].count("events.given_up") == 1


async def test_what_waits_in_a_queue_is_not_announced_again(compose_service: Composer, outside: Outside) -> None:
    """A service that was away for an hour finds each event once, however many minutes are compared meanwhile."""
    both = await pair(compose_service)
    await both.stop_work()
    ids = await both.announce(3)
    await both.minutes_pass(outside, 60)
    assert await outside.count(QUEUE) == 3
    await both.resume_work()
    await until(lambda: _effects_are(both, ids))
    assert len(both.calls) == 3


async def test_service_that_comes_later_misses_nothing_of_before(compose_service: Composer, outside: Outside) -> None:
    """A new subscriber is not sent what was announced before it was there."""
    hands_before = await pair(compose_service)
    await hands_before.announce(2)
    hands_before.hands.put_forward(minutes=3)
    late: list[str] = []

    async def take(event: object) -> None:
        late.append(event.id)  # type: ignore[attr-defined]

    newcomer = compose_service("newcomer", clock=hands_before.hands)
    newcomer.on("take", take, Happened)
    await newcomer.start()
    await until_ready(newcomer)
    with capture_logs() as logged:
        await hands_before.minutes_pass(outside, 5)
        await newcomer.delivery.round()
        await hands_before.minutes_pass(outside, 5)
    assert not late
    assert not [line for line in logged if line["event"] == "events.missing"]


async def test_journal_and_inbox_forget_in_their_time(compose_service: Composer) -> None:
    """Announced events are forgotten after 30 days, what took effect after 45; what is younger stays."""
    both = await pair(compose_service)
    ids = await both.announce(2)
    await until(lambda: _effects_are(both, ids))
    for days, announced, remembered in ((29, True, 2), (2, False, 2), (15, False, 0)):
        both.hands.put_forward(days=days)
        for service in (both.announcing, both.receiving):
            await service.delivery.forget()
        assert bool(await both.announcing.database.journal.count_documents({})) == announced
        assert await both.receiving.database.inbox.count_documents({}) == remembered


async def test_inbox_rows_of_an_earlier_version_are_forgotten_too(compose_service: Composer) -> None:
    """What an earlier version wrote down, more than one batch, goes after 45 days like everything else."""
    hands = Hands()
    service = compose_service(clock=hands)
    await service.database.inbox.insert_many([{"_id": f"{QUEUE}:{new_id()}", "at": hands()} for _ in range(600)])
    await service.ledger.prepare()
    for days, remembered in ((44, 600), (2, 0)):
        hands.put_forward(days=days)
        await service.delivery.forget()
        assert await service.database.inbox.count_documents({}) == remembered


async def test_notes_of_what_failed_and_then_had_its_effect_go(compose_service: Composer) -> None:
    """Others stay: their events wait, or lie in a dead queue, and would be asked for if the broker lost its memory."""
    service = compose_service()
    settled, waiting = [{"_id": f"{QUEUE}:{new_id()}", "at": utc_now()} for _ in range(2)]
    await service.database.arrivals.insert_many([{**row, "failed": True} for row in (settled, waiting)])
    await service.database.inbox.insert_one(settled)
    await service.delivery.forget()
    assert [row["_id"] async for row in service.database.arrivals.find()] == [waiting["_id"]]
    assert [row["_id"] for row in await service.delivery.arrivals.settle()] == [waiting["_id"]]


async def test_inbox_of_an_earlier_version_is_deleted_by_ttl_no_more(compose_service: Composer) -> None:
    """A start takes the TTL index of earlier versions away: it would forget after 30 days, and stall the database."""
    service = compose_service()
    await service.database.inbox.create_index("at", expireAfterSeconds=30 * 86_400)
    await service.ledger.prepare()
    indexes = await service.database.inbox.index_information()
    assert not [index for index in indexes.values() if "expireAfterSeconds" in index]


@pytest_asyncio.fixture
async def own_broker(tmp_path: Path) -> AsyncIterator[LocalStack]:
    """A broker whose memory may be wiped."""
    async with LocalStack(tmp_path, parts=("rabbit",)) as broker:
        yield broker


async def test_broker_without_memory_loses_nothing(compose_service: Composer, own_broker: LocalStack) -> None:
    """A broker whose data is wiped while events wait in its queues, a dead one too: all take effect once it is back."""
    both = await pair(compose_service, rabbit_url=own_broker.rabbit.url)
    outside = Outside(own_broker.rabbit.url)
    await until(lambda: _has_marker(both))
    there = await both.announce(2)
    await until(lambda: _effects_are(both, there))
    both.broken = True
    hours_old = first_id_of(utc_now() - timedelta(hours=3))
    buried = envelop(Happened(thing_id=new_id()), id=hours_old, time=utc_now(), source="announcing", tenant="test")
    async with both.announcing.ledger.begin() as work:
        work.repeat(buried)
    await until(lambda: _count_is(outside, DEAD, 1))
    await both.stop_work()
    lost = await both.announce(5)
    both.broken = False
    await until(lambda: _count_is(outside, QUEUE, 5))
    await outside.close()
    await own_broker.rabbit.kill()
    shutil.rmtree(own_broker.folder / "rabbit/data")
    await own_broker.rabbit.start()
    await both.resume_work()
    await until(lambda: _effects_are(both, [*there, buried.id, *lost]))
    await outside.close()


async def _has_marker(both: Pair) -> bool:
    return bool(await both.receiving.database.delivery.count_documents({"_id": "marker"}))


async def _emptied(outside: Outside, queue: str) -> bool:
    """Throw away what waits in a queue, and tell whether it is empty."""
    await (await (await outside.channel()).declare_queue(queue, passive=True)).purge()
    return await outside.count(queue) == 0


async def _count_is(outside: Outside, queue: str, expected: int) -> bool:
    return await outside.count(queue) == expected


async def _effects_are(both: Pair, expected: list[str]) -> bool:
    return await both.effects() == sorted(expected)
