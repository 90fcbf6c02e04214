"""Reads one uploaded file: to disk as it comes, never more than the limit, hashed and looked at before it is kept."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from services.gateway.domain.limits import Limits
from services.gateway.domain.pages import HEAD_BYTES, media_type_of
from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.patience import Patience, heard, in_time

FIELD = "file"
# What the form adds around the file.
FORM_BYTES = 16 * 1024


def openapi_of(media_type: str) -> dict[str, Any]:
    """Describe a form with one file."""
    fields = {FIELD: {"type": "string", "contentMediaType": media_type}}
    schema = {"type": "object", "required": [FIELD], "properties": fields}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


OPENAPI = openapi_of("image/jpeg")


@dataclass(frozen=True, slots=True)
class Received:
    """A complete file, on disk until it is kept."""

    file: BinaryIO
    sha256: str
    size_bytes: int
    media_type: str


@asynccontextmanager
async def received(request: Request, limits: Limits, patience: Patience) -> AsyncIterator[Received]:
    """Read the file of a form.

    Raises:
        RefusedError: no form, no file, empty, too large, no format of ours, or the client is too slow.
    """
    parser = MultiPartParser(request.headers, _body(request, limits, patience), max_files=1, max_fields=4)
    try:
        async with in_time(patience):
            form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise RefusedError("request.malformed") from error
    except ConnectionError as error:
        raise RefusedError("request.too_slow") from error
    try:
        upload = form.get(FIELD)
        if not isinstance(upload, UploadFile):
            raise RefusedError("page.no_file")
        yield await asyncio.to_thread(_look_at, upload.file, limits)
    finally:
        await form.close()


async def _body(request: Request, limits: Limits, patience: Patience) -> AsyncGenerator[bytes, None]:
    declared = request.headers.get("content-length", "")
    size, more = int(declared) if declared.isdecimal() else 0, True
    if size > limits.file_bytes + FORM_BYTES:
        raise _too_large(limits)
    size = 0
    while more:
        message = await heard(request.receive, patience)
        size += len(message.get("body", b""))
        if size > limits.file_bytes + FORM_BYTES:
            raise _too_large(limits)
        more = message.get("more_body", False)
        yield message.get("body", b"")


def _look_at(file: BinaryIO, limits: Limits) -> Received:
    file.seek(0)
    head = file.read(HEAD_BYTES)
    media_type = media_type_of(head)
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type] # a spooled file has `readinto`
    size_bytes = file.tell()
    if size_bytes > limits.file_bytes:
        raise _too_large(limits)
    file.seek(0)
    return Received(file, digest, size_bytes, media_type)


def _too_large(limits: Limits) -> RefusedError:
    return RefusedError("page.too_large", max_mb=limits.file_bytes // 1024**2)
