"""Keeps a running stack running: a part that ends without being asked is started again."""

import asyncio

from deploy.local.part import Part, PartFailed
from deploy.local.stack import Report

LONGEST_PAUSE = 30.0  # seconds between two tries to start a part that keeps ending
CALM = 60.0  # seconds a part has to last until we call it healthy again


async def watch(part: Part, report: Report) -> None:
    """Start a part again whenever it ends, with growing pauses; runs until cancelled."""
    clock = asyncio.get_running_loop().time
    pause = 1.0
    while True:
        began = clock()
        status = await part.ended()
        pause = 1.0 if clock() - began > CALM else pause
        report(part.name, f"ended by itself (status {status}), starting again in {pause:.0f} s")
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
        try:
            await part.start()
        except PartFailed as failure:
            report(part.name, f"{failure.reason}; {failure.remedy}")
        else:
            report(part.name, "ready")
