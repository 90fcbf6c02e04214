"""What has arrived at a service's queues: took effect, waits for another try, or lies in a dead queue."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from faststream import BaseMiddleware, ContextRepo
from faststream.exceptions import AckMessage
from faststream.message import StreamMessage
from pydantic_core import from_json
from pymongo.errors import BulkWriteError

from shared.clock import Clock
from shared.events.event import TYPE_PREFIX, Event
from shared.ids import minute_at, minute_of
from shared.loops import attempt
from shared.messaging.minutes import Minute, delete_before
from shared.storage.deleting import delete_batches, delete_ids
from shared.storage.documents import Database, drop_indexes

Row = dict[str, Any]

# More than this is not remembered between two rounds; what was forgotten is only announced once more.
REMEMBERED = 10_000
_DUPLICATE = 11000


class Arrivals:
    """The inbox, which `Ledger` fills, and beside it what arrived without a row there: failed, or without effect.

    Notes of the second kind are written once a round, and lost with the process: then events are announced to us
    again, and the copies dropped.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        """Look at the inbox of `database`, and keep notes beside it."""
        self._inbox = database.inbox
        self._noted = database.arrivals
        self._state = database.delivery
        self._clock = clock
        self._notes: dict[str, Row] = {}
        self._in_hand: dict[str, int] = defaultdict(int)
        self._unrecorded: set[str] = set()

    async def prepare(self) -> None:
        """Create both collections with their indexes, and end the deletion by TTL of earlier versions."""
        for rows in (self._inbox, self._noted):
            await rows.create_index("minute", sparse=True)
        await drop_indexes(self._inbox, lambda index: "expireAfterSeconds" in index)

    def row(self, consumer: str, event: Event[Any]) -> Row:
        """Return the inbox row that says that `consumer` has handled an event."""
        row = _row(consumer, event.id, event.source, event.type)
        self._unrecorded.discard(row["_id"])
        return {**row, "at": self._clock()}

    def are_in_hand(self, queue: str) -> bool:
        """Tell whether this process is handling a message of a queue."""
        return self._in_hand[queue] > 0

    async def at(self, queue: str, minutes: Collection[int]) -> dict[Minute, set[str]]:
        """Return the ids of the events of some minutes that have arrived at a queue."""
        await self.write_down()
        found: dict[Minute, set[str]] = defaultdict(set)
        for rows in (self._inbox, self._noted):
            async for row in rows.find({"minute": {"$in": sorted(minutes)}}, {"source": True, "type": True}):
                consumer, _, event_id = row["_id"].rpartition(":")
                if consumer == queue and "type" in row:
                    found[Minute(row["source"], row["type"], minute_of(event_id))].add(event_id)
        return found

    async def settle(self) -> list[Row]:
        """Strike the notes of what failed and has had its effect since, as the inbox says that it arrived.

        Returns the others: what they speak of waits, or lies in a dead queue.
        """
        await self.write_down()
        failed = await self._noted.find({"failed": True}).to_list(None)
        handled = self._inbox.find({"_id": {"$in": [row["_id"] for row in failed]}}, {"_id": True})
        settled = {row["_id"] async for row in handled}
        await self.strike(settled)
        return [row for row in failed if row["_id"] not in settled]

    async def strike(self, ids: Iterable[str]) -> None:
        """Take notes back: what they speak of is at the broker no more."""
        await delete_ids(self._noted, ids)

    async def write_down(self) -> None:
        """Write the notes that this process has taken."""
        notes, self._notes = self._notes, {}
        if notes:
            try:
                await self._insert(list(notes.values()))
            except BaseException:
                self._notes = notes | self._notes  # what was noted meanwhile is newer
                raise

    async def _insert(self, notes: list[Row]) -> None:
        try:
            await self._noted.insert_many(notes, ordered=False)
        except BulkWriteError as error:
            if any(fault["code"] != _DUPLICATE for fault in (error.details or {})["writeErrors"]):
                raise

    async def forget(self, kept: timedelta) -> int:
        """Delete what is older than `kept`, by the event's id and by the time of its effect; return how many."""
        await self.settle()
        long_ago = self._clock() - kept
        deleted = await delete_before(self._inbox, minute_at(long_ago), {"at": {"$lt": long_ago}})
        deleted += await delete_before(self._noted, minute_at(long_ago), {})
        return deleted + await self._forget_first_form(long_ago)

    async def _forget_first_form(self, before: datetime) -> int:
        """Delete rows that earlier versions wrote, without a minute; it reads all of the inbox until none is left."""
        if await self._state.find_one({"_id": "inbox", "in_second_form": True}):
            return 0
        deleted = await delete_batches(self._inbox, {"minute": None, "at": {"$lt": before}})
        if not await self._inbox.find_one({"minute": None}, {"_id": True}):
            await self._state.update_one({"_id": "inbox"}, {"$set": {"in_second_form": True}}, upsert=True)
        return deleted

    async def watch(
        self, queue: str, call_next: Callable[[Any], Awaitable[Any]], msg: StreamMessage[Any], event_id: str
    ) -> Any:
        """Handle a message, and note its arrival where the inbox does not."""
        key = f"{queue}:{event_id}"
        if msg.raw_message.redelivered:  # it may have ended the process that had it, and may do so again
            self._note(key, msg, failed=True)
            await attempt(self.write_down, "arrivals.write_down")
        self._in_hand[queue] += 1
        self._unrecorded.add(key)
        try:
            result = await call_next(msg)
        except AckMessage:  # `Salvage` has put a copy elsewhere
            self._note(key, msg, failed=True)
            raise
        finally:
            self._in_hand[queue] -= 1
            unrecorded = key in self._unrecorded
            self._unrecorded.discard(key)
        if unrecorded:
            self._note(key, msg, failed=False)
        return result

    def _note(self, key: str, msg: StreamMessage[Any], *, failed: bool) -> None:
        consumer, _, event_id = key.rpartition(":")
        try:
            event = from_json(msg.body)
            row = _row(consumer, event_id, event["source"], event["type"])
        except (ValueError, KeyError, TypeError, AttributeError):
            return  # it is no event, and no publisher will miss it
        if len(self._notes) < REMEMBERED:
            self._notes[key] = {**row, "failed": failed, "at": self._clock()}


class Watching(BaseMiddleware[Any, Any]):
    """Lets `Arrivals` see each message that carries an event's id."""

    def __init__(self, msg: Any, /, *, context: ContextRepo, arrivals: Arrivals, unwatched: str) -> None:
        """Watch all queues but one."""
        super().__init__(msg, context=context)
        self._arrivals = arrivals
        self._unwatched = unwatched

    async def consume_scope(self, call_next: Callable[[Any], Awaitable[Any]], msg: StreamMessage[Any]) -> Any:
        """Handle `msg` under watch."""
        queue, event_id = self.context.get_local("handler_").queue.name, msg.headers.get("x-event-id")
        if queue == self._unwatched or not isinstance(event_id, str):
            return await call_next(msg)
        return await self._arrivals.watch(queue, call_next, msg, event_id)


def watching(arrivals: Arrivals, *, but: str) -> Any:
    """Return the middleware that watches every queue except `but`."""
    return partial(Watching, arrivals=arrivals, unwatched=but)


def _row(consumer: str, event_id: str, source: str, wire_type: str) -> Row:
    return {
        "_id": f"{consumer}:{event_id}",
        "source": source.rpartition("/")[2],
        "type": wire_type.removeprefix(TYPE_PREFIX),
        "minute": minute_of(event_id),
    }
