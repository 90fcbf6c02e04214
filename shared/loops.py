"""Steps that come again whatever happens: no failure ends them, a cancellation nobody asked for included."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn

import structlog

from shared.telemetry.logs import where

log = structlog.get_logger()

Step = Callable[[], Awaitable[None]]


def is_cancelled() -> bool:
    """Tell whether the calling task is really being cancelled.

    A driver whose connection broke cancels its callers although nobody asked for it.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def attempt(step: Step, name: str) -> bool:
    """Run `step` once; tell in the log if it failed, and return whether it did not.

    Raises:
        CancelledError: if the calling task is really being cancelled.
    """
    try:
        await step()
    except asyncio.CancelledError as error:
        if is_cancelled():
            raise
        log.warning("step.failed", step=name, error="stray cancellation", where=where(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told and the step comes again
        log.warning("step.failed", step=name, error=type(error).__name__, where=where(error))
    else:
        return True
    return False


async def until_done(step: Step, name: str, *, pause_s: float) -> None:
    """Run `step` until it succeeds once."""
    while not await attempt(step, name):  # noqa: ASYNC110 - the sleep is the pause between two tries, not a poll
        await asyncio.sleep(pause_s)


async def for_ever(step: Step, name: str, *, pause_s: float, pause_after_failure_s: float = 1.0) -> NoReturn:
    """Run `step` until cancelled, `pause_s` apart."""
    while True:
        done = await attempt(step, name)
        await asyncio.sleep(pause_s if done else max(pause_s, pause_after_failure_s))
