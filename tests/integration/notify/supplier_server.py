"""A supplier's server on loopback that answers as told and keeps what it was sent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Answer = int | Callable[[], Awaitable[int]]


@dataclass(slots=True)
class SupplierServer:
    """Answers 204, or first with what is in `answers`, one after the other."""

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, requests: int, timeout_s: float = 90) -> None:
        """Return when so many requests have come."""
        async with asyncio.timeout(timeout_s), self._news:
            await self._news.wait_for(lambda: len(self.received) >= requests)

    @property
    def message_ids(self) -> list[str]:
        """The `webhook-id` of each request."""
        return [headers["webhook-id"] for headers, _ in self.received]

    async def _receive(self, request: Request) -> Response:
        body = await request.body()
        async with self._news:
            self.received.append((dict(request.headers), body))
            self._news.notify_all()
        answer = self.answers.pop(0) if self.answers else 204
        status = answer if isinstance(answer, int) else await answer()
        return Response(status_code=status, headers={"location": self.url} if status in (302, 307) else None)

    @asynccontextmanager
    async def serving(self, certificate: Path | None = None) -> AsyncIterator["SupplierServer"]:
        """Serve on a free port; by TLS with a certificate, whose file holds its key as well."""
        web = Starlette(routes=[Route("/hook", self._receive, methods=["POST"])])
        config = uvicorn.Config(
            web, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=1, ssl_certfile=certificate
        )
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        sockets = [config.bind_socket()]
        config.load()
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{sockets[0].getsockname()[1]}/hook"
        task = asyncio.create_task(server._serve(sockets))  # noqa: SLF001 - `serve` would take over our signals
        try:
            yield self
        finally:
            server.should_exit = True
            await task
