"""Steps that come again survive what they raise and what never ends, and end when they are really cancelled."""

import asyncio
import time
from typing import Any

import pytest
import structlog

from shared.deadlines import within
from shared.loops import MOST_ABANDONED, Pulse, attempt, beat, for_ever, until_done
from tests.deaf import deaf
from tests.waiting import until


def quick(deadline_s: float = 5) -> Pulse:
    """Return the pulse of a loop whose rounds may take so long."""
    return Pulse("step", deadline_s)


async def test_stray_cancellation_ends_no_loop() -> None:
    """A cancellation nobody asked for is a failure like any; a real one ends the loop."""
    rounds = []

    async def step() -> None:
        rounds.append(1)
        if len(rounds) == 1:
            raise asyncio.CancelledError
        if len(rounds) == 2:
            raise ValueError
        loop.cancel()

    loop = asyncio.create_task(for_ever(step, quick(), pause_s=0, pause_after_failure_s=0))
    with pytest.raises(asyncio.CancelledError):
        await loop
    assert len(rounds) == 3


async def test_round_that_ignores_its_cancellation_does_not_stop_the_loop(grace: None) -> None:
    """A round that never ends is left behind and told, and the next one comes."""
    go_on, rounds = asyncio.Event(), []

    async def step() -> None:
        rounds.append(1)
        if len(rounds) == 1:
            await deaf(go_on)

    pulse = quick(0.05)
    with structlog.testing.capture_logs() as logs:
        loop = asyncio.create_task(for_ever(step, pulse, pause_s=0, pause_after_failure_s=0))
        await until(lambda: len(rounds) > 1, what=lambda: "another round")
        loop.cancel()
    assert pulse.late_s < 0
    [line] = [entry for entry in logs if entry["event"] == "step.abandoned"]
    assert "deaf" in line["where"] or "wait" in line["where"]
    go_on.set()


async def test_loop_whose_rounds_never_end_is_late(grace: None) -> None:
    """After a few rounds that do not end no other one begins, and health sees a loop that shows no life."""
    go_on, rounds = asyncio.Event(), []

    async def step() -> None:
        rounds.append(1)
        await deaf(go_on)

    pulse = quick(0.02)
    loop = asyncio.create_task(for_ever(step, pulse, pause_s=0, pause_after_failure_s=0.01))
    await until(lambda: pulse.is_stuck and pulse.late_s > 0.1, what=lambda: "a loop that is late")
    assert len(rounds) == MOST_ABANDONED
    go_on.set()
    await until(lambda: len(rounds) > MOST_ABANDONED, what=lambda: "a loop that goes on")
    loop.cancel()


async def test_round_may_go_on_for_as_long_as_it_shows_life() -> None:
    """What runs for ever by design, as a dispatcher, is not ended while it says that it lives."""
    rounds: list[int] = []
    pulse, began, never = quick(0.1), time.monotonic(), asyncio.get_running_loop().create_future()

    async def step() -> None:
        rounds.append(1)
        while pulse.deadline_s > time.monotonic() - began - 0.2:
            beat()
            await asyncio.wait((never,), timeout=0.01)

    await until_done(step, pulse, pause_s=0)
    assert len(rounds) == 1


async def test_silent_round_is_ended() -> None:
    """A round that shows no life is cancelled at its deadline, and the loop goes on at once."""
    rounds = []

    async def step() -> None:
        rounds.append(1)
        if len(rounds) == 1:
            await asyncio.Event().wait()

    await until_done(step, quick(0.05), pause_s=0)
    assert len(rounds) == 2


async def test_step_is_tried_until_it_succeeds() -> None:
    """A start that fails is tried again."""
    outcomes = iter([OSError(), asyncio.CancelledError(), None])

    async def step() -> None:
        if error := next(outcomes):
            raise error

    await until_done(step, quick(), pause_s=0)
    assert next(outcomes, "none left") == "none left"


async def test_attempt_tells_whether_it_succeeded() -> None:
    """One try, one answer."""

    async def fail() -> None:
        raise OSError

    async def succeed() -> None: ...

    assert (await attempt(fail, "fail"), await attempt(succeed, "succeed")) == (False, True)


async def test_who_waits_for_something_deaf_is_let_go_in_time() -> None:
    """A bound on work holds even if the work ignores it."""
    go_on = asyncio.Event()
    with pytest.raises(TimeoutError):
        await within(0.01, deaf(go_on), grace_s=0.01)
    go_on.set()


async def test_work_within_its_bound_returns_or_raises_as_ever() -> None:
    """Results, errors and stray cancellations come through."""

    async def give(outcome: Any) -> Any:
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    assert await within(5, give(7)) == 7
    for error in (KeyError("x"), asyncio.CancelledError()):
        with pytest.raises(type(error)):
            await within(5, give(error))


@pytest.fixture
def grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver gets a moment to end, not seconds."""
    monkeypatch.setattr("shared.loops.GRACE_S", 0.02)


async def test_work_whose_task_group_failed_raises_what_failed() -> None:
    """An error of a child is the work's own, not a lack of time: a handler's reason must not be lost."""

    async def fail() -> None:
        raise ValueError

    async def work() -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(fail())
        except* ValueError:
            pass
        raise KeyError

    with pytest.raises(KeyError):
        await within(5, work())
