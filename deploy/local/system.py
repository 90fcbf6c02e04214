"""The whole of Amtsbote on one machine: the servers, then the services over them, then somebody to watch both."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from deploy.local import record
from deploy.local.part import Part, PartFailed
from deploy.local.programs import search_path
from deploy.local.server import LocalServer
from deploy.local.services import ROOT, Services
from deploy.local.stack import PARTS, LocalStack, Report
from deploy.local.watch import watch


@asynccontextmanager
async def system(folder: Path, settings: Mapping[str, str], report: Report) -> AsyncIterator[Mapping[str, str]]:
    """Run everything for as long as the context lasts; yields the settings for who talks to it.

    `settings` are the AMTSBOTE_* variables given by whoever runs us: a server they name is used, not started.
    Raises PartFailed.
    """
    async with AsyncExitStack() as exits:
        stack = await exits.enter_async_context(LocalStack(folder, (), settings=settings, report=report))
        stack.plan(*PARTS)
        recipe = Services(stack.folder, stack.environment, settings, search_path())
        services = LocalServer(recipe)
        exits.push_async_callback(_stop, services, report)
        await _start_together(stack, services, report)
        await _register_sample_partners(stack.folder, recipe.environment)
        parts = (*stack.parts, services)

        def note(name: str, state: str) -> None:
            report(name, state)
            record.write(stack.folder, parts, recipe.environment)

        record.write(stack.folder, parts, recipe.environment)
        await exits.enter_async_context(_watched(parts, note))
        yield recipe.environment


async def _start_together(stack: LocalStack, services: Part, report: Report) -> None:
    """Start the services beside their servers: they wait for each other, as they do after any outage."""
    starting = asyncio.create_task(_start(services, report))
    try:
        await stack.start(*PARTS)
    except BaseException:
        starting.cancel()
        await asyncio.wait([starting])
        raise
    await starting


async def _start(part: Part, report: Report) -> None:
    report(part.name, "starting")
    await part.start()
    report(part.name, "ready")


@asynccontextmanager
async def _watched(parts: Sequence[Part], report: Report) -> AsyncIterator[None]:
    """Start again what ends by itself, until the context ends."""
    watchers = [asyncio.create_task(watch(part, report)) for part in parts]
    try:
        yield
    finally:
        for watcher in watchers:
            watcher.cancel()
        await asyncio.wait(watchers)


async def _stop(part: Part, report: Report) -> None:
    report(part.name, "stopping")
    await part.stop()
    report(part.name, "stopped")


async def play(folder: Path, environment: Mapping[str, str], photos: Sequence[Path] = ()) -> int:
    """Play the main job over running services, on our own terminal; returns its exit status."""
    return await _demo(folder, environment, *(str(photo.absolute()) for photo in photos))


async def citizen_page(environment: Mapping[str, str]) -> str:
    """Return the address of the citizens' pages with a fresh activation code behind `#`; without, if there is none."""
    command = (sys.executable, "-m", "services", "codes", "new")
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **environment}, cwd=ROOT, stdout=PIPE)
    said, _ = await process.communicate()
    code = said.decode().strip()
    return f"{environment['AMTSBOTE_GATEWAY_URL']}/" + (f"#{code}" if code else "")


async def _register_sample_partners(folder: Path, environment: Mapping[str, str]) -> None:
    """Have the services know the demo's partners."""
    if await _demo(folder, environment, "--prepare"):
        remedy = "see the lines above; a broker of your own needs AMTSBOTE_RABBIT_MANAGEMENT_URL, too"
        raise PartFailed("the sample partners could not be registered", remedy)


async def _demo(folder: Path, environment: Mapping[str, str], *words: str) -> int:
    command = (sys.executable, "-m", "examples.demo", "--folder", str(folder / "demo"), *words)
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **environment}, cwd=ROOT)
    return await process.wait()
