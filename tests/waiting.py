"""Waiting for a condition, with a limit: the only place in the tests where time is let pass."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

from shared.service import Service
from shared.telemetry.health import failures

T = TypeVar("T")

LOOK_EVERY_S = 0.03
# After a while, again when this share of the time waited has passed: looking costs servers what they wait for.
LOOK_AFTER = 0.06
LOOK_EVERY_S_AT_LAST = 0.4


@overload
async def until(
    holds: Callable[[], Awaitable[T]], *, seconds: float = ..., what: Callable[[], str] | None = ...
) -> T: ...
@overload
async def until(holds: Callable[[], T], *, seconds: float = ..., what: Callable[[], str] | None = ...) -> T: ...
async def until(holds: Callable[[], Any], *, seconds: float = 60, what: Callable[[], str] | None = None) -> Any:
    """Return what `holds()` returns as soon as that is true.

    Raises:
        AssertionError: it was not within `seconds`; `what` says what was waited for.
    """
    began = time.monotonic()
    while True:
        answer = holds()
        value = await answer if inspect.isawaitable(answer) else answer
        if value:
            return value
        waited = time.monotonic() - began
        if waited > seconds:
            told = what() if what else inspect.getsource(holds).strip()
            raise AssertionError(f"not within {seconds} s: {told}; last: {value!r}")
        await asyncio.sleep(min(max(LOOK_EVERY_S, LOOK_AFTER * waited), LOOK_EVERY_S_AT_LAST))


async def until_ready(service: Service, *, seconds: float = 60) -> None:
    """Wait until a service that was started says that it is ready; raises AssertionError with what is not well."""
    wrong: dict[str, str] = {}

    async def is_ready() -> bool:
        nonlocal wrong
        wrong = await failures(service.ready_checks)
        return not wrong

    await until(is_ready, seconds=seconds, what=lambda: f"{service.name} ready, but {wrong}")
