"""Runs services in one process: starts them, serves HTTP, and shuts down in order."""

import asyncio
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack
from importlib import import_module
from typing import Annotated

import structlog
import typer
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.names import names
from shared.operations import live_checks, operations
from shared.service import Service
from shared.serving.server import HttpServer, PortTakenError
from shared.serving.settings import HttpSettings
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
    configure_logs(for_good=True)
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
        connections, settings, http = Connections(), ProcessSettings(), HttpSettings()
    except ValueError as error:
        raise SettingsError(explained(error)) from error
    await serve(load(chosen, connections), settings, http)


async def serve(services: Sequence[Service], settings: ProcessSettings, http: HttpSettings | None = None) -> None:
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
        await stack.enter_async_context(HttpServer(operations(services), settings.host, settings.operations_port, http))
        for service in services:
            if service.web and service.web_port:
                await stack.enter_async_context(HttpServer(service.web, settings.host, service.web_port, http))
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
