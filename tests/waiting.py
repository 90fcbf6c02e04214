"""Waiting for a condition, instead of for a time."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

T = TypeVar("T")


async def until(condition: Callable[[], T | Awaitable[T]], *, within_s: float = 20, look_every_s: float = 0.02) -> T:
    """Return what `condition` returns as soon as that is true.

    Raises:
        AssertionError: it was not true within `within_s` seconds; the text has what it returned last.
    """
    end = time.monotonic() + within_s
    while True:
        answer = condition()
        value = cast("T", await answer if inspect.isawaitable(answer) else answer)
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {within_s} s: {inspect.getsource(condition).strip()}; last: {value!r}")
        await asyncio.sleep(look_every_s)
