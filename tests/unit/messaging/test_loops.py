"""Steps that come again survive what they raise, and end when they are really cancelled."""

import asyncio

import pytest

from shared.loops import attempt, for_ever, until_done


async def test_stray_cancellation_ends_no_loop() -> None:
    """A cancellation nobody asked for is a failure like any."""
    rounds = []

    async def step() -> None:
        rounds.append(1)
        if len(rounds) == 1:
            raise asyncio.CancelledError
        if len(rounds) == 2:
            raise ValueError
        asyncio.current_task().cancel()  # type: ignore[union-attr]

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(for_ever(step, "step", pause_s=0, pause_after_failure_s=0))
    assert len(rounds) == 3


async def test_step_is_tried_until_it_succeeds() -> None:
    """A start that fails is tried again."""
    outcomes = iter([OSError(), asyncio.CancelledError(), None])

    async def step() -> None:
        if error := next(outcomes):
            raise error

    await until_done(step, "start", pause_s=0)
    assert next(outcomes, "none left") == "none left"


async def test_attempt_tells_whether_it_succeeded() -> None:
    """One try, one answer."""

    async def fail() -> None:
        raise OSError

    async def succeed() -> None: ...

    assert (await attempt(fail, "fail"), await attempt(succeed, "succeed")) == (False, True)
