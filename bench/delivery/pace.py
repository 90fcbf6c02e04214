"""Measures: many steps at a time until all are done, or messages as they are handled."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def seconds_for(count: int, step: Callable[[], Awaitable[object]], *, at_once: int) -> float:
    """Run `step` `count` times, `at_once` together; return the seconds it took."""
    left = iter(range(count))

    async def work() -> None:
        for _ in left:
            await step()

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(at_once)))
    return time.perf_counter() - started


class Handled:
    """Counts handled messages, from the first one on, so that the start of a consumer is not measured."""

    def __init__(self, count: int) -> None:
        """Expect `count` messages."""
        self._left = count
        self._count = count
        self._first = 0.0
        self._seconds: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def one(self) -> None:
        """Count one."""
        now = time.perf_counter()
        if self._left == self._count:
            self._first = now
        self._left -= 1
        if not self._left:
            self._seconds.set_result((now - self._first) * self._count / (self._count - 1))

    async def seconds(self) -> float:
        """Wait for the last one; return the seconds for all."""
        return await self._seconds
