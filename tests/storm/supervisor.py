"""Starts again what has ended, as compose and `make run` do, and what runs and does not answer, as an operator does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from deploy.local.child import Child
from deploy.local.part import PartFailed, Silent
from tests.storm.site import Site

RESTART_S = 0.2  # between an end and the next start
SILENT_S = 45.0  # a server that runs and does not answer for so long is ended


@asynccontextmanager
async def supervised(it: Site) -> AsyncIterator[None]:
    """Start again what ends, as compose and `make run` do, until the context ends."""
    watching = [_keep_child(it, name, child, RESTART_S) for name, child in it.services.items()]
    watching += [_keep_server(it, name, RESTART_S) for name in it.servers.parts]
    tasks = [asyncio.create_task(watch) for watch in watching]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _keep_child(it: Site, name: str, child: Child, pause_s: float) -> None:
    while True:
        status = await child.ended()
        it.report(f"{name} ended ({status}), starts again")
        await asyncio.sleep(pause_s)
        await child.start()


async def _keep_server(it: Site, name: str, pause_s: float) -> None:
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                status = await it.server(name).ended()
                it.report(f"{name} ended ({status}), starts again")
        if it.server(name).pid is None:
            await asyncio.sleep(pause_s)
            try:
                await it.server(name).start()
            except PartFailed as failure:
                it.report(f"{name}: {failure.reason}")
        elif name not in it.frozen:
            await _restart_if_silent(it, name)


async def _restart_if_silent(it: Site, name: str) -> None:
    """Ask a server that runs; one that gives no proper answer for long is ended, so that it starts anew."""
    clock = asyncio.get_running_loop().time
    began, why = clock(), ""
    while clock() - began < SILENT_S:
        if name in it.frozen or it.server(name).pid is None:
            return
        try:
            await it.server(name).lives()
        except Silent as silence:
            why = str(silence)
        else:
            return
        await asyncio.sleep(1)
    it.report(f"{name} runs and does not answer for {SILENT_S:.0f} s ({why}): restarted")
    await it.server(name).kill()
