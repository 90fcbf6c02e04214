"""What one service does so that no event is lost at the broker: journal, arrivals, comparison and marker together."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog

from shared.events.delivery import EventsAnnounced, EventsMissed
from shared.events.event import Event
from shared.ids import minute_at
from shared.messaging.arrivals import Arrivals
from shared.messaging.comparing import Comparing, Telling, Voice
from shared.messaging.journal import Journal
from shared.messaging.lease import Lease
from shared.messaging.looking import answers
from shared.messaging.marker import Marker
from shared.messaging.repeating import Repeating
from shared.settings import Connections
from shared.storage.documents import Database

log = structlog.get_logger()

ROUND_EVERY_S = 60.0
LOOK_EVERY_S = 10.0
FORGET_EVERY_S = 3600.0
LEASE = timedelta(minutes=2)
# A request may be for days of events.
ANSWERED_WITHIN_S = 900.0


class Delivery:
    """Knows what a service announced and what arrived at it, and has the difference announced again."""

    def __init__(
        self,
        database: Database,
        voice: Voice,
        connections: Connections,
        *,
        consumers: Mapping[str, Sequence[str]],
        declare: Callable[[], Awaitable[None]],
    ) -> None:
        """Serve the service that `voice` speaks for; `consumers` has its queues and their types once they are known."""
        self.journal = Journal(database, voice.source)
        self.arrivals = Arrivals(database, voice.clock)
        self.queue = voice.queue
        self._is_listening = False
        self._voice = voice
        self._kept = timedelta(days=connections.journal_days)
        self._remembered = timedelta(days=connections.inbox_days)
        self._lease = Lease(database.leases, "delivery", LEASE, voice.clock)
        telling = Telling(database, self.journal, voice, connections.missing_after_minutes)
        self._telling = telling
        self._comparing = Comparing(database, self.arrivals, voice, consumers)
        self._marker = Marker(database, voice, self.arrivals, telling, consumers=consumers, declare=declare)
        self._repeating = Repeating(voice.broker, self.journal)

    @property
    def is_listening(self) -> bool:
        """Whether this process is just handling what somebody said about deliveries."""
        return self._is_listening

    async def prepare(self) -> None:
        """Create what the journal needs, and remember since when each type is received."""
        await self.journal.prepare()
        await self._comparing.prepare()

    async def hear(self, event: Event[Any]) -> None:
        """Compare what another service announced with what arrived here, and answer whoever lacks events of ours."""
        self._is_listening = True
        try:
            match event.data:
                case EventsAnnounced() as told:
                    await self._comparing.hear(told)
                case EventsMissed() as missed if missed.publisher in {None, self._voice.source}:
                    await self._repeating.answer(missed)
        finally:
            self._is_listening = False

    async def round(self) -> None:
        """Tell what was announced, and ask for what is missing; by one process of the service at a time."""
        await self.arrivals.write_down()
        if await answers(self._voice.broker) and await self._lease.hold():
            await self._telling.round()
            await self._comparing.round()

    async def look(self) -> None:
        """See whether the broker still has its memory."""
        if await answers(self._voice.broker):
            await self._marker.look()

    async def forget(self) -> None:
        """Delete what need not be kept any longer."""
        before = minute_at(self._voice.clock() - self._kept)
        forgotten = await self.journal.forget(before), await self.arrivals.forget(self._remembered)
        await self._comparing.forget(before)
        if any(forgotten):
            log.info("journal.forgot", announced=forgotten[0], arrived=forgotten[1])
