"""How long a client is waited for: no byte that comes at the last moment makes the wait for a body endless."""

import asyncio

import pytest
from starlette.types import Message

from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.patience import Patience, heard, in_time

PATIENCE = Patience(silence_s=5, body_s=0.02)


async def receive() -> Message:
    """Return a byte that comes in the very moment in which the whole body's time is over, a little before it."""
    loop = asyncio.get_running_loop()
    byte: asyncio.Future[Message] = loop.create_future()
    loop.call_later(PATIENCE.body_s / 2, byte.set_result, {"type": "http.request", "body": b"a", "more_body": True})
    both_due = loop.time() + 2 * PATIENCE.body_s
    while loop.time() < both_due:  # the loop is busy with something else meanwhile
        pass
    return await byte


async def read_body() -> None:
    """Read a body as the gateway does, which goes on waiting after each byte."""
    async with in_time(PATIENCE):
        await heard(receive, PATIENCE)
        await heard(receive, PATIENCE)


async def test_a_byte_at_the_last_moment_does_not_undo_the_limit() -> None:
    """The time for a whole body is over, whatever came together with its end."""
    with pytest.raises(RefusedError) as refused:
        await read_body()
    assert refused.value.code == "request.too_slow"
