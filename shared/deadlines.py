"""Bounds that hold: work is let go in time, even if it does not end when it is cancelled."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

# What a driver gets to clean up after it was cancelled; RabbitMQ's waits for ever to say goodbye on a full line.
GRACE_S = 3.0


def is_cancelled() -> bool:
    """Tell whether the calling task is really being cancelled.

    A driver whose connection broke cancels its callers although nobody asked for it.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def ended(task: "asyncio.Task[Any]", *, grace_s: float) -> bool:
    """Cancel a task unless it is done, and return whether it then ended within `grace_s` seconds."""
    if not task.done():
        task.cancel()
        await asyncio.wait((task,), timeout=grace_s)
    return task.done()


async def within(seconds: float, work: Coroutine[Any, Any, T], *, grace_s: float = GRACE_S) -> T:
    """Return what `work` returns; unlike `asyncio.timeout`, without waiting for one that does not end when cancelled.

    Raises:
        TimeoutError: it was not done in `seconds`.
    """
    task = asyncio.create_task(work)
    task.add_done_callback(seen)
    in_time = False
    try:
        await asyncio.wait((task,), timeout=seconds)
        in_time = task.done()
    finally:
        await ended(task, grace_s=grace_s)
    return await result_of(task, "work", in_time=in_time)


async def result_of(task: "asyncio.Task[T]", name: str, *, in_time: bool) -> T:
    """Return the result of a task that was done in time.

    Whether it was cancelled does not tell: until Python 3.13 a `TaskGroup` whose child fails leaves its task marked so.
    """
    if not in_time:
        raise TimeoutError(name)
    return await task


def seen(task: "asyncio.Task[Any]") -> None:
    """Look at how a task ended that nobody may wait for any more, or asyncio complains that nobody did."""
    if not task.cancelled():
        task.exception()
