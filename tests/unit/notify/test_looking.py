"""Workers who look for the same things take turns, and look when there is something to see."""

import asyncio
import time

from services.notify.handlers.looking import Looking, Nothing


async def test_many_workers_look_as_often_as_one() -> None:
    """However many wait, one looks at a time; each thing goes to one of them, and the next one looks on at once."""
    answers: list[str | Nothing] = [Nothing(), Nothing(), "first", Nothing(), "second", "third"]
    looking, under_way = Looking(0.001), 0

    async def claim() -> str | Nothing:
        nonlocal under_way
        under_way += 1
        assert under_way == 1
        await asyncio.sleep(0)  # the others' chance
        under_way -= 1
        return answers.pop(0)

    found = await asyncio.gather(*(looking.found(claim) for _ in range(3)))
    assert found == ["first", "second", "third"]
    assert not answers


async def test_who_fails_to_look_makes_room() -> None:
    """A database that is away ends one worker's look, and the next one looks."""
    looking = Looking(0.001)

    async def fail() -> str | Nothing:
        raise OSError

    async def claim() -> str | Nothing:
        return "found"

    failed, found = await asyncio.gather(looking.found(fail), looking.found(claim), return_exceptions=True)
    assert isinstance(failed, OSError)
    assert found == "found"


async def test_a_bell_ends_the_pause() -> None:
    """What a handler of ours brings is looked for at once, however seldom an idle worker looks."""
    answers: list[str | Nothing] = [Nothing(), "brought"]
    looking, looked = Looking(3600), asyncio.Event()

    async def claim() -> str | Nothing:
        looked.set()
        return answers.pop(0)

    finding = asyncio.create_task(looking.found(claim))
    await looked.wait()
    looking.ring()
    async with asyncio.timeout(10):
        assert await finding == "brought"


async def test_a_bell_during_a_look_is_not_missed() -> None:
    """What is brought while a worker looks is seen by the next look."""
    answers: list[str | Nothing] = [Nothing(), "brought"]
    looking = Looking(3600)

    async def claim() -> str | Nothing:
        answer = answers.pop(0)
        if isinstance(answer, Nothing):
            looking.ring()
        return answer

    async with asyncio.timeout(10):
        assert await looking.found(claim) == "brought"


async def test_what_is_due_soon_is_waited_for_and_no_longer() -> None:
    """A time that is known ends the pause; nothing is asked in between."""
    answers: list[str | Nothing] = [Nothing(0.02), "due"]
    looking, began = Looking(3600), time.monotonic()

    async def claim() -> str | Nothing:
        return answers.pop(0)

    async with asyncio.timeout(10):
        assert await looking.found(claim) == "due"
    assert time.monotonic() - began >= 0.02
