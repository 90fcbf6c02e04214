"""An HTTP server in this event loop, and the port it listens on."""

import asyncio
import os
import resource
import socket
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from shared.serving.protocol import BoundedProtocol, Bounds
from shared.serving.proxied import RequestsAtOnce
from shared.serving.settings import HttpSettings

UNSENT_BYTES = 128 * 1024
"""What the kernel takes of an answer beyond what is on its way; the rest waits here, where it is watched."""
OTHER_FILES = 500
"""Files a process has open apart from clients' connections: a rough bound."""


class PortTakenError(Exception):
    """A port we must listen on is somebody else's."""


class HttpServer:
    """One HTTP server in this event loop; leaving it waits for open requests, 5 seconds at most.

    Entering it raises `PortTakenError` if its port is taken.
    """

    def __init__(self, web: ASGIApp, host: str, port: int, limits: HttpSettings | None = None) -> None:
        """Serve `web` at a port, within `limits`."""
        self._limits = limits or HttpSettings()
        self._address = (host, port)
        self._server = uvicorn.Server(_config(RequestsAtOnce(web, self._limits), self._limits))
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        """Listen."""
        _allow_files(self._limits.connections + OTHER_FILES)
        listening = _listen(*self._address)
        # `serve` would take over our signals.
        self._task = asyncio.create_task(self._server._serve(sockets=[listening]))  # noqa: SLF001

    async def __aexit__(self, *_: object) -> None:
        """Stop listening, and wait."""
        self._server.should_exit = True
        if self._task:
            await self._task


def _config(web: ASGIApp, limits: HttpSettings) -> uvicorn.Config:
    config = uvicorn.Config(
        web,
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_keep_alive=limits.idle_s,
        timeout_graceful_shutdown=5,
    )
    trusted = ProxyHeadersMiddleware(_as_uvicorn(web), config.forwarded_allow_ips).trusted_hosts
    config.http = _as_uvicorn(partial(BoundedProtocol, bounds=Bounds(limits, trusted)))
    return config


def _as_uvicorn(ours: Any) -> Any:
    """Return the same: uvicorn names its types otherwise."""
    return ours


def _allow_files(number: int) -> None:
    """Let the process have so many files open, as far as the machine allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = number if hard == resource.RLIM_INFINITY else min(number, hard)
    if resource.RLIM_INFINITY != soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def _listen(host: str, port: int) -> socket.socket:
    """Take the port ourselves: uvicorn would end the process without a word.

    What is set here holds for every connection. Without TCP_NODELAY, which asyncio sets on other sockets only, the
    body of an answer waits 40 ms until the client acknowledges its head.
    """
    try:
        listening = socket.create_server((host, port), backlog=2048)
    except OSError as error:
        raise PortTakenError(f"cannot listen on {host}:{port} ({os.strerror(error.errno or 0)})") from error
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
    return listening
