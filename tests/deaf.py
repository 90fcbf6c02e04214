"""Work that does not end when it is cancelled: what drivers do that say goodbye to a server that is silent."""

import asyncio
from contextlib import suppress


async def deaf(go_on: asyncio.Event, for_s: float = 20) -> None:
    """Wait, and go on waiting when cancelled; `for_s` seconds at most, so that a test that fails does not hang."""
    loop = asyncio.get_running_loop()
    until = loop.time() + for_s
    while not go_on.is_set() and (left := until - loop.time()) > 0:
        with suppress(asyncio.CancelledError, TimeoutError):
            async with asyncio.timeout(left):
                await go_on.wait()
