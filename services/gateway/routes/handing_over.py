"""Sends something that is handed out only once, and tells whether all of it went out."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import structlog
from fastapi import Request
from starlette.background import BackgroundTask
from starlette.responses import StreamingResponse

log = structlog.get_logger()

CHUNK = 64 * 1024


def hand_over(
    request: Request, data: bytes, headers: Mapping[str, str], media_type: str, then: Callable[[], Awaitable[None]]
) -> StreamingResponse:
    """Return the answer that sends `data`, and calls `then` if all of it was sent, even if the client left at once.

    A client may close as soon as it has the last byte, and the server then ends the body early: what follows on it
    must not be part of the body. Nor must what follows be stopped with the request.
    """
    whole = asyncio.Event()

    async def finish() -> None:
        if whole.is_set():
            await asyncio.shield(asyncio.ensure_future(then()))
        else:
            log.info("packet.broken_off")

    body = _body(request, data, whole)
    sized = {**headers, "content-length": str(len(data))}
    return StreamingResponse(body, headers=sized, media_type=media_type, background=BackgroundTask(finish))


async def _body(request: Request, data: bytes, whole: asyncio.Event) -> AsyncIterator[bytes]:
    last = max(0, len(data) - 1) // CHUNK * CHUNK
    for start in range(0, last, CHUNK):
        yield data[start : start + CHUNK]
    yield b""  # returns when what was sent before has left the server's buffer
    if await request.is_disconnected():
        return
    whole.set()  # now, as nothing runs here again if the client closes with the last byte
    yield data[last:]
