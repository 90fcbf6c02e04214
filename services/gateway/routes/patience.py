"""How long each side waits: a client for our servers, and we for a client's bytes."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.domain.limits import Limits, Patience
from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.bodies import Body
from services.gateway.routes.problems import unavailable

log = structlog.get_logger()

Refuse = Callable[[Request, RefusedError], Response]


class SmallBodies:
    """Reads JSON bodies up to the limit before the request goes on.

    `streamed` paths, and what lies below those that end in a slash, read theirs themselves.
    """

    def __init__(
        self, app: ASGIApp, refuse: Refuse, limits: Limits, patience: Patience, streamed: frozenset[str]
    ) -> None:
        """Guard `app`."""
        self._app = app
        self._refuse = refuse
        self._limits = limits
        self._patience = patience
        self._streamed = streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = str(scope["path"]).removeprefix(scope.get("root_path", ""))
        if path in self._streamed or path[: path.rfind("/") + 1] in self._streamed:
            return await self._app(scope, receive, send)
        try:
            body = await self._read(receive)
        except RefusedError as error:
            answer = self._refuse(Request(scope), error)
            return await answer(scope, receive, send)
        except ConnectionError:
            return None
        waiting = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return waiting.pop() if waiting else await receive()

        return await self._app(scope, again, send)

    async def _read(self, receive: Receive) -> bytes:
        body = bytearray()
        async for piece in Body(receive, self._patience).pieces():
            body += piece
            if len(body) > self._limits.json_bytes:
                raise RefusedError("request.too_large", max_bytes=self._limits.json_bytes)
        return bytes(body)


class Deadline:
    """Answers 503 when our own servers keep a request waiting; the time a client takes to send does not count.

    The work is left behind rather than awaited: letting go of a silent server takes long, too. A driver that lost its
    connection cancels the work: that is a server that did not answer, too.
    """

    def __init__(self, app: ASGIApp, refuse: Refuse, deadline_s: float) -> None:
        """Guard `app`."""
        self._app = app
        self._refuse = refuse
        self._deadline_s = deadline_s
        self._left: set[asyncio.Future[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        watch = _Watch(receive, send, self._deadline_s)
        work = asyncio.ensure_future(self._app(scope, watch.receive, watch.send))
        try:
            await asyncio.wait({work, watch.over}, return_when=asyncio.FIRST_COMPLETED)
            is_late = watch.over.done()  # whatever the work still said was kept back, also if it ended just now
            if not is_late and not (work.cancelled() and watch.is_silent):
                return work.result()
            if is_late:
                log.warning("request.deadline", seconds=self._deadline_s)
            answer = self._refuse(Request(scope), unavailable())
            await answer(scope, receive, send)
        finally:
            watch.stop()
            self._leave(work)

    def _leave(self, work: "asyncio.Future[None]") -> None:
        work.cancel()
        self._left.add(work)
        work.add_done_callback(self._forget)

    def _forget(self, work: "asyncio.Future[None]") -> None:
        self._left.discard(work)
        with suppress(asyncio.CancelledError, Exception):
            work.result()


class _Watch:
    """Runs while nobody else is awaited but our own servers; stops for good when an answer begins."""

    def __init__(self, receive: Receive, send: Send, limit_s: float) -> None:
        self._receive = receive
        self._send = send
        self._limit_s = limit_s
        self._loop = asyncio.get_running_loop()
        self._answering = False
        self.over: asyncio.Future[None] = self._loop.create_future()
        self._timer = self._start()

    def _start(self) -> asyncio.TimerHandle:
        return self._loop.call_later(self._limit_s, self._expire)

    def _expire(self) -> None:
        if not self.over.done():
            self.over.set_result(None)

    @property
    def is_silent(self) -> bool:
        """Whether no answer has begun."""
        return not self._answering

    def stop(self) -> None:
        self._timer.cancel()
        self._expire()

    async def receive(self) -> Message:
        self._timer.cancel()
        message = await self._receive()
        if not self._answering:
            self._timer = self._start()
        return message

    async def send(self, message: Message) -> None:
        if self.over.done() and not self._answering:
            return  # answered by somebody else
        self._answering = True
        self._timer.cancel()
        await self._send(message)
