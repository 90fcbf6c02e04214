"""Reads one uploaded file: to disk as it comes, never more than the limit, hashed and looked at before it is kept."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from services.gateway.domain.limits import Limits
from services.gateway.domain.pages import HEAD_BYTES, media_type_of
from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.bodies import Body
from services.gateway.routes.parts import Parts

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
async def received(request: Request, parts: Parts, limits: Limits | None = None) -> AsyncIterator[Received]:
    """Read the file of a form, within `limits` if they are others than usual; it is an upload under way until the end.

    Raises:
        RefusedError: no form, no file, empty, too large, no format of ours, too slow, or too many at once.
    """
    limits = limits or parts.limits
    _check_declared(request, limits)
    body = Body(request.receive, parts.patience)
    await body.begin()
    with parts.uploads.one_of(request):
        form = await _parsed(request, _bounded(body, limits))
        try:
            upload = form.get(FIELD)
            if not isinstance(upload, UploadFile):
                raise RefusedError("page.no_file")
            yield await asyncio.to_thread(_look_at, upload.file, limits)
        finally:
            await form.close()


async def _parsed(request: Request, pieces: AsyncGenerator[bytes, None]) -> FormData:
    try:
        return await MultiPartParser(request.headers, pieces, max_files=1, max_fields=4).parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise RefusedError("request.malformed") from error
    except ConnectionError as error:
        raise RefusedError("request.too_slow") from error


def _check_declared(request: Request, limits: Limits) -> None:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limits.file_bytes + FORM_BYTES:
        raise _too_large(limits)


async def _bounded(body: Body, limits: Limits) -> AsyncGenerator[bytes, None]:
    size = 0
    async for piece in body.pieces():
        size += len(piece)
        if size > limits.file_bytes + FORM_BYTES:
            raise _too_large(limits)
        yield piece


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
