"""Sends a file from the object store as it is read there: never all of it in memory, and to a few at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from services.gateway.domain.pages import HEAD_BYTES, media_type_of
from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.head import is_head
from services.gateway.routes.parts import Parts
from shared.errors import PermanentError
from shared.storage.objects import Reading

log = structlog.get_logger()


class StoredFile(Response):
    """The answer that is an object: tagged by its hash, else as the store tags it.

    `then` is called once all of it was sent on a connection that still stood, even if the client left at once.
    """

    def __init__(
        self,
        parts: Parts,
        key: str,
        *,
        sha256: str | None,
        headers: Mapping[str, str],
        media_type: str | None = None,
        missing: RefusedError | None = None,
        then: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Send what is under `key`; if it is gone, `missing` is why. Without a media type its first bytes tell it."""
        super().__init__(headers=headers, media_type=media_type)
        self._parts = parts
        self._key = key
        self._sha256 = sha256
        self._missing = missing
        self._then = then
        if sha256:
            self.headers["etag"] = f'"{sha256}"'

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it.

        Raises:
            RefusedError: `downloads.too_many`, `server.unavailable`, or it is gone.
            PermanentError: `object.missing`, `object.altered`.
        """
        request = Request(scope, receive)
        with self._parts.downloads.one_of(request):
            if self._is_known_to(request):
                return await self._say_unchanged(send)
            async with self._opened() as reading:
                if reading.tag:
                    self.headers.setdefault("etag", f'"{reading.tag}"')
                if self._is_known_to(request):
                    return await self._say_unchanged(send)
                return await self._send(request, reading, send)

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Reading]:
        try:
            async with self._parts.stores.objects.open(self._key, sha256=self._sha256) as reading:
                yield reading
        except PermanentError as error:
            if self._missing is None or error.code != "object.missing":
                raise
            raise self._missing from error

    async def _send(self, request: Request, reading: Reading, send: Send) -> None:
        async with aclosing(reading.pieces()) as pieces:
            piece = await anext(pieces, b"")  # what is wrong is told before the answer begins
            await send(self._start(reading, piece))
            if is_head(request):
                await send(_body(b""))
                return
            async for following in pieces:
                await send(_body(piece, more=True))
                if await request.is_disconnected():
                    log.info("file.broken_off")
                    return
                piece = following
            await send(_body(b"", more=True))  # returns when what was sent before has left the server's buffer
            if await request.is_disconnected():
                log.info("file.broken_off")
                return
            await send(_body(piece))
        if self._then:
            await asyncio.shield(asyncio.ensure_future(self._then()))

    def _start(self, reading: Reading, first: bytes) -> Message:
        if self.media_type is None:
            self.headers["content-type"] = media_type_of(first[:HEAD_BYTES])
        self.headers["content-length"] = str(reading.size_bytes)
        return {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}

    def _is_known_to(self, request: Request) -> bool:
        known = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
        return "etag" in self.headers and ("*" in known or self.headers["etag"] in known)

    async def _say_unchanged(self, send: Send) -> None:
        del self.headers["content-length"]
        await send({"type": "http.response.start", "status": 304, "headers": self.raw_headers})
        await send(_body(b""))


def _body(data: bytes, *, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}
