"""Workers who look for the same things take turns."""

import asyncio

from services.notify.handlers.looking import Looking


async def test_many_workers_look_as_often_as_one() -> None:
    """However many wait, one looks at a time; each thing goes to one of them, and the next one looks on at once."""
    answers = [None, None, "first", None, "second", "third"]
    looking, under_way = Looking(0.001), 0

    async def claim() -> str | None:
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

    async def fail() -> str | None:
        raise OSError

    async def claim() -> str | None:
        return "found"

    failed, found = await asyncio.gather(looking.found(fail), looking.found(claim), return_exceptions=True)
    assert isinstance(failed, OSError)
    assert found == "found"
