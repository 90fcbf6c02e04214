"""How long a client is waited for: neither a byte at the last moment nor dripping makes the wait endless."""

import asyncio
import time

from starlette.types import Message, Receive

from services.gateway.domain.limits import Patience
from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.bodies import BEGIN_BYTES, Body


def dripping(size: int, every_s: float) -> Receive:
    """Return a client that sends so many bytes so often, without an end."""

    async def receive() -> Message:
        loop = asyncio.get_running_loop()
        piece: asyncio.Future[Message] = loop.create_future()
        loop.call_later(every_s, piece.set_result, {"type": "http.request", "body": bytes(size), "more_body": True})
        return await piece

    return receive


async def refused_of(body: Body) -> tuple[str, int]:
    """Read until it is refused; return why, and how many bytes came before."""
    size = 0
    try:
        async for piece in body.pieces():
            size += len(piece)
    except RefusedError as refused:
        return refused.code, size
    return "", size


async def test_a_byte_at_the_last_moment_does_not_undo_the_limit() -> None:
    """The time for a whole body is over, whatever came together with its end."""
    patience = Patience(silence_s=5, body_s=0.02)

    async def receive() -> Message:
        loop = asyncio.get_running_loop()
        byte: asyncio.Future[Message] = loop.create_future()
        loop.call_later(patience.body_s / 2, byte.set_result, {"type": "http.request", "body": b"a", "more_body": True})
        both_due = loop.time() + 2 * patience.body_s
        while loop.time() < both_due:  # the loop is busy with something else meanwhile
            pass
        return await byte

    assert (await refused_of(Body(receive, patience)))[0] == "request.too_slow"


async def test_dripping_ends_soon() -> None:
    """A client that drips loses its place long before the time for a whole body, and what came counts."""
    began = time.monotonic()
    body = Body(dripping(10, 0.02), Patience(silence_s=5, body_s=60, least_rate=8000, grace_s=0.2))
    await body.begin()
    code, size = await refused_of(body)
    assert (code, time.monotonic() - began < 5) == ("request.too_slow", True)
    assert size > 0


async def test_who_is_fast_enough_is_not_stopped() -> None:
    """A body that comes faster than the least rate goes on, long after the first seconds."""
    body = Body(dripping(4000, 0.005), Patience(silence_s=5, body_s=60, least_rate=8000, grace_s=0.3))
    size = 0
    async for piece in body.pieces():
        size += len(piece)
        if size > 500_000:
            break
    assert size > 500_000


async def test_what_we_do_with_the_bytes_is_not_the_clients_time() -> None:
    """A client whose bytes are here is not refused because our disk was slow."""
    sent = [{"type": "http.request", "body": bytes(10), "more_body": more} for more in (False, True, True)]

    async def receive() -> Message:
        return sent.pop()

    body = Body(receive, Patience(silence_s=5, body_s=0.05, least_rate=8000, grace_s=0.05))
    size = 0
    async for piece in body.pieces():
        size += len(piece)
        busy_until = time.monotonic() + 0.06
        while time.monotonic() < busy_until:
            pass
    assert size == 30


async def test_a_body_begins_when_bytes_are_here() -> None:
    """Nothing counts as under way before its first bytes have come."""
    body = Body(dripping(BEGIN_BYTES // 4, 0.01), Patience(silence_s=5, body_s=60))
    await body.begin()
    assert len(await anext(aiter(body.pieces()))) == BEGIN_BYTES // 4
