"""Runs services in one process: starts them, serves HTTP, and shuts down in order."""

import asyncio
import os
import signal
import socket
from collections.abc import Sequence
from contextlib import AsyncExitStack
from importlib import import_module
from typing import Annotated

import structlog
import typer
import uvicorn
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from starlette.types import ASGIApp

from services.names import names
from shared.operations import live_checks, operations
from shared.service import Service
from shared.settings import Connections, explained
from shared.telemetry.logs import configure_logs, where
from shared.watchdog import ENDED_ITSELF, UnwellError, Watchdog, end_within

log = structlog.get_logger()

# Longer than an orderly stop may take: one that hangs is ended.
STOP_S = 45.0


class ProcessSettings(BaseSettings):
    """Where this process answers its operator, from `AMTSBOTE_*` variables."""

    model_config = SettingsConfigDict(env_prefix="AMTSBOTE_", frozen=True)

    host: Annotated[str, Field(description="the address to listen on")] = "127.0.0.1"
    operations_port: Annotated[int, Field(description="/live, /ready and /metrics; not for the public")] = 8081
    unwell_s: Annotated[
        float, Field(gt=0, description="a process that has not been live for so many seconds ends itself")
    ] = 120


class SettingsError(Exception):
    """A service cannot be composed with the settings there are; the text names the setting."""


class PortTakenError(Exception):
    """A port we must listen on is somebody else's."""


def load(chosen: Sequence[str], connections: Connections) -> list[Service]:
    """Compose the chosen services; nothing is connected yet.

    Raises:
        SettingsError: a setting is missing or wrong.
    """
    try:
        return [import_module(f"services.{name}.app").app(connections) for name in chosen]
    except ValueError as error:
        raise SettingsError(explained(error)) from error


def run_services(
    services: Annotated[list[str] | None, typer.Argument(help="Which services; all of them if none is named.")] = None,
) -> None:
    """Run services in one process until interrupted."""
    chosen = services or names()
    if unknown := sorted(set(chosen) - set(names())):
        raise typer.BadParameter(f"no service named {', '.join(unknown)}; there are {', '.join(names())}")
    configure_logs()
    try:
        asyncio.run(run(chosen))
    except PortTakenError as error:
        typer.echo(f"{error}; free it, or set AMTSBOTE_OPERATIONS_PORT or AMTSBOTE_GATEWAY_PORT", err=True)
        raise typer.Exit(1) from None
    except SettingsError as error:
        typer.echo(f"a setting is missing or wrong: {error}", err=True)
        raise typer.Exit(2) from None
    except UnwellError:
        raise typer.Exit(ENDED_ITSELF) from None  # the log has said why


async def run(chosen: Sequence[str]) -> None:
    """Run the chosen services until SIGTERM or SIGINT.

    Raises:
        SettingsError: a setting is missing or wrong.
        UnwellError: the process has not been live for too long.
    """
    try:
        connections, settings = Connections(), ProcessSettings()
    except ValueError as error:
        raise SettingsError(explained(error)) from error
    await serve(load(chosen, connections), settings)


async def serve(services: Sequence[Service], settings: ProcessSettings) -> None:
    """Run composed services until SIGTERM or SIGINT; ends within `shared.messaging.broker.GRACE_S` and 15 seconds.

    HTTP ends first, so that nothing new is accepted; then all services together finish what they have in hand.

    Raises:
        UnwellError: the process has not been live for too long.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(_stop_together, services)
        for service in services:
            await service.start()
        await stack.enter_async_context(_Server(operations(services), settings.host, settings.operations_port))
        for service in services:
            if service.web and service.web_port:
                await stack.enter_async_context(_Server(service.web, settings.host, service.web_port))
        log.info("process.started", services=[s.name for s in services], operations_port=settings.operations_port)
        try:
            await _until_stopped_or_unwell(stop, services, settings)
        finally:
            end_within(STOP_S)
            log.info("process.stopping")
            for service in services:
                service.stopping.set()  # answers without an end, as live events, end now


async def _until_stopped_or_unwell(stop: asyncio.Event, services: Sequence[Service], settings: ProcessSettings) -> None:
    with Watchdog(live_checks(services), settings.unwell_s) as watchdog:
        watching, stopping = asyncio.create_task(watchdog.run()), asyncio.create_task(stop.wait())
        await asyncio.wait((watching, stopping), return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            await watching
        watching.cancel()


async def _stop_together(services: Sequence[Service]) -> None:
    for ended in await asyncio.gather(*(service.stop() for service in services), return_exceptions=True):
        if isinstance(ended, BaseException):
            log.error("process.stopped_badly", error=type(ended).__name__, where=where(ended))


class _Server:
    """One HTTP server in this event loop; leaving it waits for open requests."""

    def __init__(self, web: ASGIApp, host: str, port: int) -> None:
        config = uvicorn.Config(web, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=5)
        self._address = (host, port)
        self._server = uvicorn.Server(config)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        listening = _listen(*self._address)
        # `serve` would take over our signals.
        self._task = asyncio.create_task(self._server._serve(sockets=[listening]))  # noqa: SLF001

    async def __aexit__(self, *_: object) -> None:
        self._server.should_exit = True
        if self._task:
            await self._task


def _listen(host: str, port: int) -> socket.socket:
    """Take the port ourselves: uvicorn would end the process without a word."""
    try:
        return socket.create_server((host, port), backlog=2048)
    except OSError as error:
        raise PortTakenError(f"cannot listen on {host}:{port} ({os.strerror(error.errno or 0)})") from error
