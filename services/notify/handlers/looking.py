"""How workers look for what is due: one of them at a time, so that many of them ask the database as often as one."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.loops import beat, patiently

T = TypeVar("T")


class Looking:
    """A place for one worker; the others wait behind it until it has found something."""

    def __init__(self, every_s: float) -> None:
        """Look every so many seconds while there is nothing."""
        self._every_s = every_s
        self._place = asyncio.Lock()

    async def found(self, claim: Callable[[], Awaitable[T | None]]) -> T:
        """Return the next thing that `claim` gives to this worker, and let the next worker look."""
        await patiently(self._place.acquire)
        try:
            while (thing := await claim()) is None:
                beat()
                await asyncio.sleep(self._every_s)
        finally:
            self._place.release()
        beat()
        return thing
