"""How workers look for what is due: one at a time, when something is due or a bell rings, and now and then."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from shared.loops import beat, patiently

T = TypeVar("T")

IDLE = 10
"""So many times the usual pause is slept when nothing happens here: another process may have brought something."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing is due for so many seconds, as far as is known; None: for ever."""

    for_s: float | None = None


class Looking:
    """A place for one worker; the others wait behind it until it has found something."""

    def __init__(self, every_s: float) -> None:
        """Look every so many seconds for a while after the bell rang; seldom while nothing happens."""
        self._every_s = every_s
        self._place = asyncio.Lock()
        self._bell = asyncio.Event()
        self._awake_until = time.monotonic()

    def ring(self) -> None:
        """Look at once, and often for a while: something was brought, or will be once it commits; or room was made."""
        self._awake_until = time.monotonic() + IDLE * self._every_s
        self._bell.set()

    async def found(self, claim: Callable[[], Awaitable[T | Nothing]]) -> T:
        """Return the next thing that `claim` gives to this worker, and let the next worker look."""
        await patiently(self._place.acquire)
        try:
            return await self._look(claim)
        finally:
            self._place.release()
            beat()

    async def _look(self, claim: Callable[[], Awaitable[T | Nothing]]) -> T:
        while True:
            self._bell.clear()
            thing = await claim()
            if not isinstance(thing, Nothing):
                return thing
            beat()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pause_s(thing)):
                    await self._bell.wait()

    def _pause_s(self, nothing: Nothing) -> float:
        longest = self._every_s if time.monotonic() < self._awake_until else IDLE * self._every_s
        return longest if nothing.for_s is None else min(longest, max(0.0, nothing.for_s))
