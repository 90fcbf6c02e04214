"""Reads the bytes of a part to disk as they come; when the connection breaks, what came until then is still good."""

import asyncio
import hashlib
import hmac
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

from fastapi import Request
from starlette.datastructures import UploadFile

from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.transfers import Checksum
from services.gateway.routes.bodies import Body
from services.gateway.routes.parts import Parts

IN_MEMORY_BYTES = 1024**2


@dataclass(slots=True)
class Chunk:
    """Bytes on disk, and why there are no more of them if the client's silence or absence is the reason."""

    file: BinaryIO
    size_bytes: int = 0
    broken: RefusedError | None = None


@asynccontextmanager
async def chunk(request: Request, room: int, parts: Parts) -> AsyncIterator[Chunk]:
    """Read a body of at most `room` bytes; it is an upload under way until the end.

    Raises:
        RefusedError: `upload.longer`, or too many at once; nothing of it is good then.
    """
    declared = request.headers.get("content-length", "0")  # a number: the server has read by it
    if int(declared) > room:
        raise RefusedError("upload.longer")
    body = Body(request.receive, parts.patience)
    await body.begin()
    with parts.uploads.one_of(request), tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as spooled:
        file = cast("BinaryIO", spooled)
        part = Chunk(file)
        try:
            await _fill(part, body, room)
        except ConnectionError:
            part.broken = RefusedError("request.too_slow")
        except RefusedError as refused:
            if refused.code != "request.too_slow":
                raise
            part.broken = refused
        file.seek(0)
        yield part


async def _fill(part: Chunk, body: Body, room: int) -> None:
    target = UploadFile(part.file)  # writes in a thread what is too large for memory
    async for piece in body.pieces():
        if part.size_bytes + len(piece) > room:
            raise RefusedError("upload.longer")
        await target.write(piece)
        part.size_bytes += len(piece)


async def check(part: Chunk, wanted: Checksum | None) -> None:
    """Compare a part with its announced hash; a broken one has none of its own.

    Raises:
        RefusedError: `upload.checksum`, or why it is broken.
    """
    if wanted is None:
        return
    if part.broken:
        raise part.broken
    digest = await asyncio.to_thread(hashlib.file_digest, part.file, wanted.algorithm)  # type: ignore[arg-type] # a spooled file has `readinto`
    part.file.seek(0)
    if not hmac.compare_digest(digest.digest(), wanted.digest):
        raise RefusedError("upload.checksum")
