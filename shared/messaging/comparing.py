"""Compares what was announced with what arrived, minute by minute, and asks for what is missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import inf
from typing import Any

import structlog
from faststream.rabbit import RabbitBroker
from pymongo.errors import DuplicateKeyError

from shared.clock import Clock
from shared.events.delivery import AT_ONCE, AnnouncedMinute, EventsAnnounced, EventsMissed, MissedMinutes
from shared.events.event import CONTENT_TYPE, Fact, envelop
from shared.ids import minute_at, new_id
from shared.messaging.arrivals import Arrivals
from shared.messaging.journal import Journal
from shared.messaging.looking import bare_channel, waiting_at
from shared.messaging.minutes import Minute, digest_of
from shared.messaging.publish import publish
from shared.messaging.topology import EVENTS
from shared.storage.deleting import delete_ids, parts_of
from shared.storage.documents import Database
from shared.telemetry.metrics import GIVEN_UP

log = structlog.get_logger()

Row = dict[str, Any]

# A minute is told of again when it is 4, 16, 64 and 256 times as old: what tells of it may be lost, too, and a minute
# may grow, since an event waits in the outbox while its broker is away. 5 minutes become 21 hours.
TOLD_AT = (1, 4, 16, 64, 256)
CATCH_UP = timedelta(days=2)
# First it may be on its way; then it is asked for after 1 minute, and after 2, 4, ... more.
SETTLING = timedelta(minutes=1)
TRIES = 6
LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class Voice:
    """Says facts about deliveries: straight to the broker, since nobody keeps them and all are said again."""

    broker: RabbitBroker
    source: str
    tenant: str
    clock: Clock

    @property
    def queue(self) -> str:
        """Where this service hears what others say."""
        return f"{self.source}.journal"

    def others(self, consumers: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, Sequence[str]]]:
        """Return the queues, with their types, that receive what is kept in a journal."""
        return [(queue, types) for queue, types in consumers.items() if queue != self.queue]

    async def say(self, fact: Fact) -> None:
        """Publish a fact to every service.

        Raises:
            PublishError: the broker did not confirm it.
        """
        event = envelop(fact, id=new_id(), time=self.clock(), source=self.source, tenant=self.tenant)
        await publish(
            self.broker,
            event.to_json(),
            exchange=EVENTS,
            routing_key=fact.type,
            headers={"x-event-id": event.id},
            content_type=CONTENT_TYPE,
            correlation_id=event.correlation_id,
        )


class Telling:
    """Tells receivers what this service has announced."""

    def __init__(self, database: Database, journal: Journal, voice: Voice, after_minutes: int) -> None:
        """Tell of a minute when it is `after_minutes` old, and a few times later; never if that is 0."""
        self._state = database.delivery
        self._journal = journal
        self._voice = voice
        self._after = after_minutes

    async def round(self) -> None:
        """Tell of the minutes that have come to an age at which they are told of, since the last round.

        If the last one was by a clock that was ahead, the rounds begin anew from now.
        """
        now = minute_at(self._voice.clock())
        state = await self._state.find_one({"_id": "told"})
        last = max(state["until"], now - int(CATCH_UP.total_seconds()) // 60) if state else now
        if self._after and last < now:
            due = {minute - age * self._after for minute in range(last, now) for age in TOLD_AT}
            await self.tell(sorted(due))
        if not state or last != now:
            await self._state.update_one({"_id": "told"}, {"$set": {"until": now}}, upsert=True)

    async def tell(self, minutes: Sequence[int]) -> None:
        """Tell what was announced in some minutes; nothing is said of those without events."""
        found = await self._journal.announced(minutes)
        for part in parts_of(sorted(found.items()), AT_ONCE):
            told = tuple(_told(minute, event_ids) for minute, event_ids in part)
            await self._voice.say(EventsAnnounced(round_id=new_id(), publisher=self._voice.source, minutes=told))


class Comparing:
    """Compares what others told with what arrived at this service's queues.

    What is missing is asked for again and again, with growing pauses and not for ever; and not while messages wait
    in the queue, for it may be among them.
    """

    def __init__(
        self, database: Database, arrivals: Arrivals, voice: Voice, consumers: Mapping[str, Sequence[str]]
    ) -> None:
        """Compare for `consumers`: the queues of this service, and which types they receive."""
        self._missing = database.missing
        self._state = database.delivery
        self._arrivals = arrivals
        self._voice = voice
        self._consumers = consumers

    async def prepare(self) -> None:
        """Remember since when each type is received; what was announced before is not missed."""
        now = minute_at(self._voice.clock())
        for queue, types in self._voice.others(self._consumers):
            since = {"$setOnInsert": {"since": now}}
            for kind in types:
                await _once(self._state.update_one({"_id": f"since:{queue}:{kind}"}, since, upsert=True))

    async def hear(self, told: EventsAnnounced) -> None:
        """Note the minutes of which something has not arrived."""
        for queue, types in self._voice.others(self._consumers):
            announced = [minute for minute in told.minutes if minute.type in types]
            if announced:
                await self._compare(queue, told.publisher, await self._since(queue, announced))

    async def _since(self, queue: str, announced: Sequence[AnnouncedMinute]) -> list[AnnouncedMinute]:
        """Return the minutes since this queue receives their type."""
        ids = [f"since:{queue}:{kind}" for kind in {minute.type for minute in announced}]
        since = {row["_id"]: row["since"] async for row in self._state.find({"_id": {"$in": ids}})}
        return [minute for minute in announced if minute.minute >= since.get(f"since:{queue}:{minute.type}", inf)]

    async def _compare(self, queue: str, publisher: str, announced: Sequence[AnnouncedMinute]) -> None:
        here = await self._arrivals.at(queue, {minute.minute for minute in announced})
        for minute in announced:
            key = Minute(publisher, minute.type, minute.minute)
            row = {"queue": queue, **key._asdict(), "count": minute.count, "digest": minute.digest}
            if _lacks(row, here.get(key, set())):
                first = {"asked": 0, "due": self._voice.clock() + SETTLING, "given_up": False}
                _id = {"_id": f"{queue}:{':'.join(map(str, key))}"}
                await _once(self._missing.update_one(_id, {"$set": row, "$setOnInsert": first}, upsert=True))

    async def round(self) -> None:
        """Ask for what is still missing and due, and forget what has arrived meanwhile."""
        rows = await self._missing.find({"given_up": False}).limit(LOOKED_AT).to_list(LOOKED_AT)
        due = [row for row in rows if row["due"] <= self._voice.clock()]
        for queue in sorted({row["queue"] for row in due}):
            await self._pursue(queue, [row for row in due if row["queue"] == queue])

    async def _pursue(self, queue: str, rows: Sequence[Row]) -> None:
        here = await self._arrivals.at(queue, {row["minute"] for row in rows})
        missing = [row for row in rows if _lacks(row, here.get(_key(row), set()))]
        arrived = [row["_id"] for row in rows if row not in missing]
        await delete_ids(self._missing, arrived)
        if not missing or await self._is_busy(queue):
            return
        given_up = [row for row in missing if row["asked"] >= TRIES]
        asked = [row for row in missing if row["asked"] < TRIES]
        await self._give_up(queue, given_up)
        for publisher in sorted({row["source"] for row in asked}):
            await self._ask(queue, publisher, [row for row in asked if row["source"] == publisher])

    async def _is_busy(self, queue: str) -> bool:
        """Tell whether something is in hand or waits in the queue, which may be what is missing."""
        async with bare_channel(self._voice.broker) as channel:
            return self._arrivals.are_in_hand(queue) or await waiting_at(channel, [queue]) != 0

    async def _ask(self, queue: str, publisher: str, rows: Sequence[Row]) -> None:
        spans = [MissedMinutes(type=row["type"], first=row["minute"], last=row["minute"]) for row in rows]
        await ask(self._voice, queue, spans, reason="missing", publisher=publisher)
        log.warning("events.missing", queue=queue, publisher=publisher, minutes=len(rows))
        for row in rows:
            due = self._voice.clock() + SETTLING * 2 ** (row["asked"] + 1)
            await self._missing.update_one({"_id": row["_id"]}, {"$set": {"due": due}, "$inc": {"asked": 1}})

    async def _give_up(self, queue: str, rows: Sequence[Row]) -> None:
        if rows:
            GIVEN_UP.labels(queue).inc(len(rows))
            log.error("events.given_up", queue=queue, minutes=sorted({row["minute"] for row in rows}))
            ids = [row["_id"] for row in rows]
            await self._missing.update_many({"_id": {"$in": ids}}, {"$set": {"given_up": True}})

    async def forget(self, before: int) -> None:
        """Forget what was given up before a minute."""
        await self._missing.delete_many({"given_up": True, "minute": {"$lt": before}})


async def ask(
    voice: Voice, queue: str, spans: Iterable[MissedMinutes], *, reason: Any, publisher: str | None = None
) -> None:
    """Ask one publisher, or every one, to put events into a queue of ours again."""
    for part in parts_of(spans, AT_ONCE):
        await voice.say(
            EventsMissed(request_id=new_id(), queue=queue, publisher=publisher, reason=reason, spans=tuple(part))
        )


def _told(minute: Minute, event_ids: set[str]) -> AnnouncedMinute:
    return AnnouncedMinute(type=minute.type, minute=minute.minute, count=len(event_ids), digest=digest_of(event_ids))


def _lacks(row: Row, event_ids: set[str]) -> bool:
    """Tell whether some of what was announced is not among what arrived.

    Who has more than was announced lacks nothing as far as can be told: its publisher has not written all down yet.
    """
    return len(event_ids) <= int(row["count"]) and digest_of(event_ids) != str(row["digest"])


def _key(row: Row) -> Minute:
    return Minute(row["source"], row["type"], row["minute"])


async def _once(upsert: Any) -> None:
    """Carry out an upsert that another process may carry out at the same time."""
    try:
        await upsert
    except DuplicateKeyError:
        return
