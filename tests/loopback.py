"""HTTP on this machine alone: what clients of it need, and a server in the test's own process."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn

from tests.waiting import until

# Trusts nobody: to load the usual authorities takes 30 ms a client, and there are hundreds of clients.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def client(**options: Any) -> httpx.AsyncClient:
    """Return a client for servers on this machine."""
    return httpx.AsyncClient(verify=NO_TLS, trust_env=False, **options)


@asynccontextmanager
async def served(web: Any, port: int) -> AsyncIterator[None]:
    """Serve an ASGI application until the end."""
    config = uvicorn.Config(web, port=port, log_config=None, lifespan="off", timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())  # noqa: SLF001 - `serve` would take our signals
    try:
        await until(lambda: server.started, what=lambda: f"a server on port {port}")
        yield
    finally:
        server.should_exit = True
        await serving
