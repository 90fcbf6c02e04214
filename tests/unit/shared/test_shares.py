"""Fair shares: nobody takes what is everybody's, and who waits is served in turns."""

import asyncio
from contextlib import AsyncExitStack, ExitStack

import pytest

from shared.shares import NoShareError, Share, Slots


def of(person: str, *, most: int = 2, waiting: int = 0) -> Share:
    """A person's share."""
    return Share(person, most, waiting)


def test_a_person_gets_no_more_than_their_share_while_others_still_get_theirs() -> None:
    """One person with many requests is refused; a neighbour is served."""
    slots = Slots(10)
    with ExitStack() as held:
        held.enter_context(slots.at_once(of("one")))
        held.enter_context(slots.at_once(of("one")))
        with pytest.raises(NoShareError) as refused, slots.at_once(of("one")):
            pass
        assert refused.value.own
        with slots.at_once(of("two")):
            assert slots.held == 3
    assert slots.held == 0


def test_all_of_an_address_together_have_a_share() -> None:
    """Eight accounts at one address count as that address, too."""
    slots, address = Slots(10), Share("address", 3)
    with ExitStack() as held:
        for number in range(3):
            held.enter_context(slots.at_once(of(str(number)), address))
        with pytest.raises(NoShareError), slots.at_once(of("4"), address):
            pass
        with slots.at_once(of("elsewhere"), Share("other address", 3)):
            pass


def test_when_all_slots_are_taken_it_is_nobodys_own_fault() -> None:
    """The answer can tell 429 from 503."""
    slots = Slots(1)
    with slots.at_once(of("one")), pytest.raises(NoShareError) as refused, slots.at_once(of("two")):
        pass
    assert not refused.value.own


async def test_who_waits_is_served_in_turns_between_persons() -> None:
    """Three of one person came first; the one of somebody else comes second all the same."""
    slots, served = Slots(1, waiting=10), list[str]()

    async def work(person: str) -> None:
        async with slots.in_turn(of(person, waiting=5)):
            served.append(person)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as tasks:
        for person in ("many", "many", "many", "many", "one"):
            tasks.create_task(work(person))
    assert served == ["many", "one", "many", "many", "many"]
    assert (slots.held, slots.waiting) == (0, 0)


async def test_the_line_is_bounded_for_a_person_and_for_all() -> None:
    """Refused at once, not after a wait."""
    slots = Slots(1, waiting=2)
    async with slots.in_turn(of("one", waiting=1)):
        first = asyncio.ensure_future(_hold(slots, of("one", waiting=1)))
        await asyncio.sleep(0)
        with pytest.raises(NoShareError) as own:
            await _hold(slots, of("one", waiting=1))
        second = asyncio.ensure_future(_hold(slots, of("two", waiting=1)))
        await asyncio.sleep(0)
        with pytest.raises(NoShareError) as together:
            await _hold(slots, of("three", waiting=1))
    await asyncio.gather(first, second)
    assert (own.value.own, together.value.own) == (True, False)


async def test_who_counts_towards_no_share_is_bounded_by_all_slots_alone() -> None:
    """What has no name takes a slot, waits for one, and leaves none taken."""
    slots = Slots(1, waiting=1)
    with slots.at_once():
        waits = asyncio.ensure_future(_hold(slots))
        await asyncio.sleep(0)
        with pytest.raises(NoShareError) as full, slots.at_once():
            pass
    await waits
    assert (full.value.own, slots.held, slots.waiting) == (False, 0, 0)


async def test_who_leaves_the_line_keeps_nobody_waiting() -> None:
    """A client that hangs up while it waits, even in the moment of its turn, takes no slot with it."""
    slots = Slots(1, waiting=3)
    async with AsyncExitStack() as held:
        await held.enter_async_context(slots.in_turn(of("one")))
        early, late, last = (asyncio.ensure_future(_hold(slots, of(who, waiting=1))) for who in ("a", "b", "c"))
        await asyncio.sleep(0)
        early.cancel()
        await asyncio.sleep(0)
        assert slots.waiting == 2
        await held.aclose()
        late.cancel()  # its turn has come, but it has not run yet
    await last
    assert (slots.held, slots.waiting) == (0, 0)


async def test_who_leaves_in_the_moment_a_slot_is_free_takes_none_along() -> None:
    """Hung up a blink before somebody else is done, and the next in line is served all the same."""
    slots = Slots(1, waiting=2)
    async with slots.in_turn(of("one")):
        gone, last = (asyncio.ensure_future(_hold(slots, of(who, waiting=1))) for who in ("a", "b"))
        await asyncio.sleep(0)
        gone.cancel()
    await last
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert (slots.held, slots.waiting) == (0, 0)


async def _hold(slots: Slots, *shares: Share) -> None:
    async with slots.in_turn(*shares):
        await asyncio.sleep(0)
