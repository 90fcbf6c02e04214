"""Keeps a running stack running: a part that ends without being asked, or answers nothing, is started again."""

import asyncio

from deploy.local.part import Part, PartFailed, Silent
from deploy.local.stack import Report

LONGEST_PAUSE = 30.0  # seconds between two tries to start a part that keeps ending
CALM = 60.0  # seconds a part has to last until we call it healthy again
GREET_EVERY = 15.0
GREETED_WITHIN = 10.0
SHOWN = 120  # characters of what a server answered instead
MOST_SILENT = 4  # greetings without an answer: alive, and useless


async def watch(part: Part, report: Report, *, greet_every: float = GREET_EVERY) -> None:
    """Start a part again whenever it ends, or is of no use any more, with growing pauses; runs until cancelled."""
    clock = asyncio.get_running_loop().time
    pause = 1.0
    while True:
        began = clock()
        what = await _fails(part, greet_every)
        pause = 1.0 if clock() - began > CALM else pause
        _say(report, part.name, f"{what}, starting again in {pause:.0f} s")
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
        try:
            await part.start()
        except PartFailed as failure:
            _say(report, part.name, f"{failure.reason}; {failure.remedy}")
        except OSError as error:  # a full disk: no log, no configuration, no child
            _say(report, part.name, f"it could not be started ({error.strerror})")
        else:
            _say(report, part.name, "ready")


async def _fails(part: Part, greet_every: float) -> str:
    """Wait until a part ends, or end it once it is of no use any more; return what was the matter."""
    ending = asyncio.create_task(part.ended())
    silent = 0
    try:
        while True:
            done, _ = await asyncio.wait((ending,), timeout=greet_every)
            if done:
                return f"ended by itself (status {ending.result()})"
            reason = await _silence(part)
            silent = silent + 1 if reason else 0
            if silent >= MOST_SILENT:
                await part.kill()
                return f"ended by us: it gives no answer ({reason})"
    finally:
        ending.cancel()


async def _silence(part: Part) -> str | None:
    if part.pid is None:
        return None  # somebody else's, or just ending
    try:
        async with asyncio.timeout(GREETED_WITHIN):
            await part.lives()
    except Silent as silence:
        return str(silence)[:SHOWN]
    except TimeoutError:
        return "silence"
    return None


def _say(report: Report, name: str, state: str) -> None:
    """Report, even if what is to be written down with it cannot be: who watches goes on."""
    try:
        report(name, state)
    except OSError:
        return
