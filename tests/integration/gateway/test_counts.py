"""Limits that hold for all gateways together: none is passed by asking another one, or several at once."""

import asyncio
from datetime import timedelta

import pytest

from services.gateway.domain.refusal import RefusedError
from services.gateway.store.counts import Counts, Most
from shared.clock import utc_now
from shared.ids import new_id
from tests.integration.gateway.door import Door

pytestmark = pytest.mark.live
DAY = timedelta(days=1)


async def _taken(counts: Counts, most: Most, who: str, amount: int = 1) -> bool:
    try:
        await counts.take(most, who, amount)
    except RefusedError as refused:
        return not (refused.code == most.refusal and refused.retry_after_s)
    return True


async def test_many_at_once_at_two_gateways_get_no_more_than_there_is(door: Door) -> None:
    """Of forty who ask at the same time, ten are served; each other thing and person has a count of its own."""
    first, second = Counts(door.database, utc_now), Counts(door.database, utc_now)
    most, who = Most(new_id(), 10, DAY), new_id()
    tries = [_taken(counts, most, who) for counts in (first, second) for _ in range(20)]
    assert sum(await asyncio.gather(*tries)) == 10
    assert await first.used(most, who) == 10
    assert await _taken(first, most, new_id())
    assert await _taken(first, Most(new_id(), 10, DAY), who)


async def test_who_would_use_too_much_is_charged_nothing(door: Door) -> None:
    """A large wish is refused, and a smaller one that fits is met."""
    counts, most, who = Counts(door.database, utc_now), Most(new_id(), 10, DAY), new_id()
    assert not await _taken(counts, most, who, 11)
    assert await _taken(counts, most, who, 6)
    assert not await _taken(counts, most, who, 5)
    assert await _taken(counts, most, who, 4)


async def test_a_window_that_is_over_is_forgotten(door: Door) -> None:
    """The next day begins at nothing, and no row of the day before stays."""
    most, who = Most(new_id(), 1, DAY), new_id()
    assert await _taken(Counts(door.database, lambda: utc_now() - DAY), most, who)
    counts = Counts(door.database, utc_now)
    assert await _taken(counts, most, who)
    assert not await _taken(counts, most, who)
    assert await counts.sweep() >= 1
    assert await door.database.counts.count_documents({"_id": {"$regex": f"^{most.what} "}}) == 1
