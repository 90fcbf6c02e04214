"""Waiting for a condition, with a limit: the only place in the tests where time is let pass."""

import asyncio
import time
from collections.abc import Awaitable, Callable

POLL_S = 0.05


async def until(
    holds: Callable[[], Awaitable[object]], *, seconds: float = 60, what: Callable[[], str] = lambda: ""
) -> None:
    """Return when `holds()` is true.

    Raises:
        AssertionError: it was not within `seconds`; `what` says what was waited for.
    """
    deadline = time.monotonic() + seconds
    while not await holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what()}")
        await asyncio.sleep(POLL_S)
