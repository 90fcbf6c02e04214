"""A message of ours that stays at the broker: when it is gone, the broker came back without its memory."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from aiormq.abc import AbstractChannel

from shared.events.delivery import MissedMinutes
from shared.ids import minute_at, minute_of
from shared.messaging.arrivals import Arrivals
from shared.messaging.comparing import Telling, Voice, ask
from shared.messaging.lease import Lease
from shared.messaging.looking import bare_channel, waiting_at
from shared.messaging.publish import publish
from shared.messaging.topology import quorum_queue
from shared.storage.documents import Database
from shared.telemetry.metrics import FORGOTTEN

log = structlog.get_logger()

TIMEOUT_S = 5.0
LEASE = timedelta(minutes=2)
WRITTEN_EVERY = timedelta(minutes=1)
# An event is this much older than its arrival at a queue, unless its publisher could not reach the broker for longer.
MARGIN = timedelta(minutes=15)


class Marker:
    """The marker of one service, and what follows when it is gone.

    The database keeps when the marker was last seen while nothing waited in the service's queues: whatever was
    confirmed before that has been handled, is noted as failed, or was lost earlier.
    """

    def __init__(
        self,
        database: Database,
        voice: Voice,
        arrivals: Arrivals,
        telling: Telling,
        *,
        consumers: Mapping[str, Sequence[str]],
        declare: Callable[[], Awaitable[None]],
    ) -> None:
        """Watch over `consumers`, the queues of this service and the types they receive; `declare` makes them anew."""
        self._state = database.delivery
        self._lease = Lease(database.leases, "marker", LEASE, voice.clock)
        self._arrivals = arrivals
        self._telling = telling
        self._voice = voice
        self._consumers = consumers
        self._declare = declare
        self._queue = quorum_queue(f"{voice.source}.marker")
        self._written: datetime | None = None

    async def look(self) -> None:
        """See whether the marker is there; if it is gone, ask for and tell of all that may have gone with it."""
        async with bare_channel(self._voice.broker) as channel:
            waiting = await waiting_at(channel, self._consumers)
            if waiting is None:
                return  # the driver has not declared our queues again yet
            is_there = await self._is_at(channel)
        busy = waiting or any(map(self._arrivals.are_in_hand, self._consumers))
        if is_there and not busy:
            await self._write(self._voice.clock())
        elif not is_there and await self._lease.hold():
            await self._replace()

    async def _replace(self) -> None:
        """Put a marker, after what may have gone with the last one is on its way."""
        last = await self._state.find_one({"_id": "marker"})
        if last:
            await self._recover(last["seen_at"])
        else:
            await self._write(self._voice.clock())
        await publish(self._voice.broker, b"", routing_key=self._queue.name)

    async def _recover(self, seen_at: datetime) -> None:
        FORGOTTEN.labels(self._voice.source).inc()
        log.error("broker.forgot", service=self._voice.source, seen_at=seen_at.isoformat())
        await self._declare()
        first, last = minute_at(seen_at - MARGIN), minute_at(self._voice.clock())
        unsettled = await self._arrivals.settle()
        for queue, types in self._voice.others(self._consumers):
            spans = [MissedMinutes(type=kind, first=first, last=last) for kind in types]
            failed = {(row["type"], minute_of(row["_id"].rpartition(":")[2])) for row in _at(queue, unsettled)}
            spans += [MissedMinutes(type=kind, first=minute, last=minute) for kind, minute in sorted(failed)]
            await ask(self._voice, queue, spans, reason="forgotten")
        await self._arrivals.strike(row["_id"] for row in unsettled)
        await self._telling.tell(range(first, last + 1))

    async def _is_at(self, channel: AbstractChannel) -> bool:
        arguments = dict(self._queue.arguments or {})
        declared = await channel.queue_declare(self._queue.name, durable=True, arguments=arguments, timeout=TIMEOUT_S)
        return bool(declared.message_count)

    async def _write(self, seen_at: datetime) -> None:
        if self._written is None or seen_at - self._written >= WRITTEN_EVERY:
            await self._state.update_one({"_id": "marker"}, {"$set": {"seen_at": seen_at}}, upsert=True)
            self._written = seen_at


def _at(queue: str, rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    return [row for row in rows if row["_id"].startswith(f"{queue}:")]
