"""A client's body as it comes: at least so fast, and within so long, or it is not waited for."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from starlette.types import Receive

from services.gateway.domain.limits import Patience
from services.gateway.domain.refusal import RefusedError

BEGIN_BYTES = 16 * 1024
"""Bytes of a body that are here before it takes a place among those under way; or all, if it has less."""


class Body:
    """Reads one body. Only the time in which we wait for the client counts: what we do with the bytes does not."""

    def __init__(self, receive: Receive, patience: Patience) -> None:
        """Read what `receive` brings."""
        self._receive = receive
        self._patience = patience
        self._received = 0
        self._waited_s = 0.0
        self._early: deque[bytes] = deque()
        self._complete = False
        self._broken: Exception | None = None

    async def begin(self) -> None:
        """Wait until `BEGIN_BYTES` are here, the body is complete, or it breaks off: `pieces` tells of that."""
        try:
            while self._received < BEGIN_BYTES and not self._complete:
                self._early.append(await self._next())
        except (RefusedError, ConnectionError) as error:
            self._broken = error

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield all bytes, in pieces.

        Raises:
            RefusedError: `request.too_slow`.
            ConnectionError: the client is gone.
        """
        while self._early:
            yield self._early.popleft()
        if self._broken:
            raise self._broken
        while not self._complete:
            yield await self._next()

    async def _next(self) -> bytes:
        loop = asyncio.get_running_loop()
        since = loop.time()
        try:
            async with asyncio.timeout(min(self._patience.silence_s, self._left_s())):
                message = await self._receive()
        except TimeoutError as error:
            raise RefusedError("request.too_slow") from error
        self._waited_s += loop.time() - since
        if message["type"] == "http.disconnect":
            raise ConnectionError
        if self._left_s() < 0:
            raise RefusedError("request.too_slow")
        piece: bytes = message.get("body", b"")
        self._received += len(piece)
        self._complete = not message.get("more_body", False)
        return piece

    def _left_s(self) -> float:
        """Return how much longer the client may take for its next bytes."""
        earned_s = self._patience.grace_s + self._received / self._patience.least_rate
        return min(self._patience.body_s, earned_s) - self._waited_s
