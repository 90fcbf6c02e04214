"""Work that does not end when it is cancelled: what drivers do that say goodbye to a server that is silent."""

import asyncio


async def deaf(go_on: asyncio.Event) -> None:
    """Wait, and go on waiting when cancelled, as a driver does that says goodbye to a server that is silent."""
    while not go_on.is_set():
        try:
            await go_on.wait()
        except asyncio.CancelledError:
            continue
