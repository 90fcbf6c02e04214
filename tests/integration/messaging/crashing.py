"""A process whose handler dies with one of its messages: `python -m tests.integration.messaging.crashing`.

`poison ID` ends the process whenever that event is handled; `open ID` leaves that event's transaction open and says so.
Other events have their effect. The broker's own limit of deliveries is off.
"""

import asyncio
import logging
import os
import sys

from services.run import ProcessSettings, serve
from shared.composition import compose
from shared.events.event import Event
from shared.ids import new_id
from shared.messaging import topology
from shared.settings import Connections
from shared.telemetry.logs import configure_logs
from tests.integration.messaging.facts import Happened

QUEUE = "tested.work"


async def main(how: str, event_id: str) -> None:
    """Run until told to stop, or until the message."""
    service = compose("tested", Connections())
    effects = service.database.effects

    async def prepare() -> None:
        if "effects" not in await service.database.list_collection_names():
            await service.database.create_collection("effects")

    async def handle(event: Event[Happened]) -> None:
        if how == "poison" and event.id == event_id:
            os._exit(9)
        async with service.ledger.once(QUEUE, event) as work:
            await effects.insert_one({"_id": new_id(), "event_id": event.id}, session=work.session)
            if how == "open" and event.id == event_id:
                sys.stdout.write("open\n")
                sys.stdout.flush()
                await asyncio.Event().wait()

    service.prepares.append(prepare)
    service.on("work", handle, Happened, prefetch=5)
    await serve([service], ProcessSettings())


if __name__ == "__main__":
    configure_logs(logging.WARNING)
    topology.DELIVERY_LIMIT = topology.NEVER
    asyncio.run(main(*sys.argv[1:]))
