"""Our side: what is accepted is committed with its event, and takes effect through the ledger."""

import asyncio
import logging
import signal

from bench.delivery.fact import Measured
from bench.delivery.ours import running
from bench.neighbours.side import ACCEPTED, AT_ONCE, EFFECTS, READY, effect_row, run
from shared.composition import compose
from shared.events.event import Event
from shared.ids import new_id
from shared.messaging.ledger import Work
from shared.settings import Connections
from shared.storage.documents import again_on_conflict
from shared.telemetry.logs import configure_logs

SIDE = "ours"


def main() -> None:
    """Accept events, or handle them, until ended."""
    configure_logs(logging.ERROR)  # Dramatiq has no line for each event either
    run({"accept": lambda: asyncio.run(_accept()), "handle": lambda: asyncio.run(_handle())})


async def _accept() -> None:
    service = compose(SIDE, Connections())

    async def accept() -> None:
        event_id = new_id()
        async with service.ledger.begin() as work:
            await service.database[ACCEPTED].insert_one({"_id": event_id}, session=work.session)
            work.announce(Measured(thing_id=event_id))

    over = _asked_to_end()

    async def repeat() -> None:
        while not over.is_set():
            await again_on_conflict(accept)

    async with running(service):
        await asyncio.gather(*(repeat() for _ in range(AT_ONCE)))


async def _handle() -> None:
    service = compose(SIDE, Connections())

    async def effect(event: Event[Measured], work: Work) -> None:
        await service.database[EFFECTS].insert_one(effect_row(event.data.thing_id, new_id()), session=work.session)

    service.once("take", effect, Measured)
    async with running(service):
        await service.database[READY].insert_one({"_id": new_id()})
        await _asked_to_end().wait()


def _asked_to_end() -> asyncio.Event:
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    return over


if __name__ == "__main__":
    main()
