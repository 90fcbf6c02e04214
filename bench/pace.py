"""The pace of all measurements of events: how many at once, and where published events end."""

import asyncio
from collections.abc import Awaitable, Callable

IN_FLIGHT = 100  # messages on their way to or from the broker
CLIENTS = 20  # requests or transactions at work
SINK = "bench.sink"  # a queue that nobody reads


async def side_by_side(one: Callable[[], Awaitable[None]], count: int, at_once: int) -> None:
    """Do `one` `count` times, `at_once` of them at any time."""
    left = iter(range(count))

    async def worker() -> None:
        for _ in left:
            await one()

    await asyncio.gather(*(worker() for _ in range(at_once)))
