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
from services.gateway.routes.patience import Patience, heard, in_time

IN_MEMORY_BYTES = 1024**2


@dataclass(slots=True)
class Chunk:
    """Bytes on disk, and why there are no more of them if the client's silence or absence is the reason."""

    file: BinaryIO
    size_bytes: int = 0
    broken: RefusedError | None = None


@asynccontextmanager
async def chunk(request: Request, room: int, patience: Patience) -> AsyncIterator[Chunk]:
    """Read a body of at most `room` bytes.

    Raises:
        RefusedError: `upload.longer`; nothing of it is good then.
    """
    declared = request.headers.get("content-length", "0")  # a number: the server has read by it
    if int(declared) > room:
        raise RefusedError("upload.longer")
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as spooled:
        file = cast("BinaryIO", spooled)
        part = Chunk(file)
        try:
            async with in_time(patience):
                await _fill(part, request, room, patience)
        except ConnectionError:
            part.broken = RefusedError("request.too_slow")
        except RefusedError as refused:
            if refused.code != "request.too_slow":
                raise
            part.broken = refused
        file.seek(0)
        yield part


async def _fill(part: Chunk, request: Request, room: int, patience: Patience) -> None:
    target, more = UploadFile(part.file), True  # writes in a thread what is too large for memory
    while more:
        message = await heard(request.receive, patience)
        data = message.get("body", b"")
        if part.size_bytes + len(data) > room:
            raise RefusedError("upload.longer")
        await target.write(data)
        part.size_bytes += len(data)
        more = message.get("more_body", False)


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
