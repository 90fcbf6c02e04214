"""Whose documents a process works on, and who gives way."""

import asyncio
from contextlib import AsyncExitStack, suppress

import pytest

from services.upload.client.turns import Turns
from shared.errors import TurnError


async def test_one_citizen_never_has_all_places() -> None:
    """While one citizen's document is worked on, another's begins at once, and a second of the first waits."""
    turns = Turns(2, in_hand=4, seconds=60)
    async with turns.of("many"):
        second = asyncio.create_task(_hold(turns, "many"))
        async with turns.of("one"):
            assert not second.done()
    await second


async def test_who_has_as_much_as_is_free_gives_way() -> None:
    """Of forty documents of one citizen half the places are taken; the next citizen finds one free."""
    turns = Turns(2, in_hand=8, seconds=60)
    async with AsyncExitStack() as held, asyncio.TaskGroup() as group:
        await held.enter_async_context(turns.of("many"))
        flood = [group.create_task(_outcome(turns, "many")) for _ in range(40)]
        await asyncio.sleep(0)
        given_way = [task for task in flood if task.done()]
        assert len(given_way) == 36
        assert await _outcome(turns, "one") == "worked"
        await held.aclose()
    assert sorted({task.result() for task in flood}) == ["gave way", "worked"]


async def test_many_citizens_with_much_leave_a_place() -> None:
    """The more of them come with many documents, the less each may have in hand."""
    turns = Turns(2, in_hand=32, seconds=60)
    async with AsyncExitStack() as held:
        for name in ("a", "b"):
            await held.enter_async_context(turns.of(name))
        async with asyncio.TaskGroup() as group:
            for number in range(200):
                group.create_task(_outcome(turns, f"many-{number % 4}"))
            await asyncio.sleep(0)
            last = group.create_task(_outcome(turns, "one"))
            await asyncio.sleep(0)
            assert not last.done()
            await held.aclose()
        assert last.result() == "worked"


async def test_strangers_leave_half_to_those_we_know() -> None:
    """However many newcomers come with however much, those we know find a place to work, and places to wait."""
    turns = Turns(4, in_hand=32, seconds=60)
    async with AsyncExitStack() as held, asyncio.TaskGroup() as group:
        for number in range(2):
            await held.enter_async_context(turns.of(f"stranger-{number}", newcomer=True))
        flood = [group.create_task(_outcome(turns, f"stranger-{number}", newcomer=True)) for number in range(200)]
        await asyncio.sleep(0)
        waiting = [task for task in flood if not task.done()]
        assert len(waiting) <= 16
        assert await _outcome(turns, "known") == "worked"
        await held.aclose()
    assert all(task.result() == "worked" for task in waiting)


async def test_nobody_waits_for_ever() -> None:
    """Whose turn does not come in time gives way as well, and leaves its place to others."""
    turns = Turns(1, in_hand=2, seconds=0.01)
    async with turns.of("first"):
        with pytest.raises(TurnError):
            await _hold(turns, "second")
    await _hold(turns, "second")


async def _hold(turns: Turns, citizen_id: str, *, newcomer: bool = False) -> None:
    async with turns.of(citizen_id, newcomer=newcomer):
        await asyncio.sleep(0)


async def _outcome(turns: Turns, citizen_id: str, *, newcomer: bool = False) -> str:
    with suppress(TurnError):
        await _hold(turns, citizen_id, newcomer=newcomer)
        return "worked"
    return "gave way"
