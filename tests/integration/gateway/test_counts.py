"""Limits that hold for all gateways together: none is passed by asking another one, or several at once."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pymongo.errors import DuplicateKeyError
from pymongo.results import UpdateResult

from services.gateway.domain.refusal import RefusedError
from services.gateway.store.counts import Counts, Most
from shared.clock import utc_now
from shared.ids import new_id
from shared.storage.documents import Collection
from tests.integration.gateway.door import Door

pytestmark = pytest.mark.live
DAY = timedelta(days=1)
Row = dict[str, Any]


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


class Overtaken:
    """The rows of a real collection, where somebody else begins a count just before us, as MongoDB then says."""

    def __init__(self, rows: Collection) -> None:
        """Stand before `rows`."""
        self._rows = rows

    async def update_one(self, query: Row, step: Row, *, upsert: bool = False) -> UpdateResult:
        """Change a row; one that would be made is there by now."""
        done = await self._rows.update_one(query, step, upsert=upsert)
        if done.upserted_id is not None:
            raise DuplicateKeyError("E11000")
        return done


async def test_two_who_are_the_first_at_the_same_moment_are_both_served(door: Door) -> None:
    """Nobody is refused for the day while there is room, because another one was faster by a blink."""
    most, who = Most(new_id(), 2, DAY), new_id()
    counts = Counts(SimpleNamespace(counts=Overtaken(door.database.counts)), utc_now)  # type: ignore[arg-type] # a part
    assert [await _taken(counts, most, who) for _ in range(2)] == [True, False]
    assert await Counts(door.database, utc_now).used(most, who) == 2


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
    assert await counts.expiring.sweep(utc_now()) >= 1
    assert await door.database.counts.count_documents({"_id": {"$regex": f"^{most.what} "}}) == 1
