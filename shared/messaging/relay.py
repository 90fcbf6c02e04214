"""Carries committed events from the outbox to the broker: at once after a commit, and after a crash by sweeping."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog
from faststream.rabbit import RabbitBroker

from shared.clock import Clock
from shared.errors import NotTakenError
from shared.events.event import CONTENT_TYPE
from shared.ids import first_id_of
from shared.loops import Pulse, beat, for_ever
from shared.messaging.journal import Journal
from shared.messaging.lease import Lease
from shared.messaging.publish import publish
from shared.messaging.topology import EXCHANGES
from shared.storage.deleting import delete_ids
from shared.storage.documents import Database

log = structlog.get_logger()

Row = dict[str, Any]

IN_FLIGHT = 100
# Moving costs the database as much as a commit, so rows are moved by the batch, while others are published.
CLEAR_EVERY_S = 1.0
LEASE = timedelta(seconds=15)
SWEEP_EVERY_S = 3.0
# Younger rows are still in the hands of the process that committed them.
GRACE = timedelta(seconds=5)
# Between two tries of what the broker does not take. Each try is one more copy for those queues that do take it.
SHORTEST_PAUSE = timedelta(seconds=3)
LONGEST_PAUSE = timedelta(hours=1)


class Relay:
    """Publishes outbox rows with confirms, and moves what was confirmed to the journal.

    A row is one unit of work: `{_id: UUIDv7, messages: [{exchange, routing_key, body, event_id, ...}]}`; its messages
    are published in their order. Rows may be published twice (a crash between confirm and delete); receivers drop the
    copy by its event id. Of a row with a message that the broker did not take, that message alone stays, as often
    `refused` and not tried again before `due_at`.
    """

    def __init__(self, database: Database, broker: RabbitBroker, clock: Clock, journal: Journal) -> None:
        """Relay the outbox of `database` through `broker`; `journal` keeps what it confirmed."""
        self._outbox = database.outbox
        self._journal = journal
        self._lease = Lease(database.leases, "relay", LEASE, clock)
        self._broker = broker
        self._clock = clock
        self._fresh: asyncio.Queue[Row] = asyncio.Queue(maxsize=10 * IN_FLIGHT)
        self._held: set[str] = set()
        self._confirmed: dict[str, Row] = {}
        self._carrying, self._clearing, self._sweeping = (
            Pulse(f"relay.{name}") for name in ("carry", "clear", "sweep")
        )

    @property
    def pulses(self) -> tuple[Pulse, ...]:
        """The signs of life of the relay's loops."""
        return self._carrying, self._clearing, self._sweeping

    def wake(self, row: Row) -> None:
        """Take over a row that was just committed; when too many wait, sweeping finds it instead."""
        with suppress(asyncio.QueueFull):
            self._fresh.put_nowait(row)
            self._held.add(row["_id"])

    async def run(self) -> None:
        """Relay until cancelled; no other exception ends it."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(for_ever(self._carry, self._carrying, pause_s=0))
            tasks.create_task(for_ever(self._clear, self._clearing, pause_s=CLEAR_EVERY_S))
            tasks.create_task(for_ever(self._sweep, self._sweeping, pause_s=SWEEP_EVERY_S))

    async def drain(self, timeout_s: float) -> None:
        """Wait at most `timeout_s` seconds until what was taken over is published; the rest stays in the outbox."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self._held:
                    await asyncio.sleep(0.02)
                    await self._clear()
                await self._lease.give_back()

    async def oldest_age_s(self) -> float:
        """Return the age in seconds of the oldest row not yet confirmed; 0 if there is none."""
        row = await self._outbox.find_one(projection={"at": True}, sort=[("_id", 1)])
        return (self._clock() - row["at"]).total_seconds() if row else 0.0

    async def _carry(self) -> None:
        """Publish what was committed meanwhile; come back at least once a second to show that the loop lives."""
        rows: list[Row] = []
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    rows.append(await self._fresh.get())
            while rows and len(rows) < IN_FLIGHT and not self._fresh.empty():
                rows.append(self._fresh.get_nowait())
            confirmed = await self._publish(rows)
            self._confirmed.update(confirmed)  # of now: what there was before publishing may have been moved meanwhile
        finally:
            self._held.difference_update({row["_id"] for row in rows}.difference(self._confirmed))

    async def _clear(self) -> None:
        """Move what was confirmed to the journal; what cannot be moved is swept, as a copy."""
        confirmed, self._confirmed = self._confirmed, {}
        try:
            await self._move(confirmed)
        finally:
            self._held.difference_update(confirmed)

    async def _sweep(self) -> None:
        """Deliver what a crash or an absent broker left behind, page by page, past rows that cannot be delivered."""
        last = ""
        while (rows := await self._left_behind(after=last)) and await self._lease.hold():
            confirmed = await self._publish([row for row in rows if row["_id"] not in self._held])
            await self._move(confirmed)
            log.info("relay.swept", rows=len(rows), confirmed=len(confirmed))
            if not (confirmed or await self._broker.ping(0.1)):
                return
            last = rows[-1]["_id"]
            beat()

    async def _left_behind(self, *, after: str) -> list[Row]:
        now = self._clock()
        old = {"$gt": after, "$lt": first_id_of(now - GRACE)}
        due = {"_id": old, "due_at": {"$not": {"$gt": now}}}  # most have no such time
        return await self._outbox.find(due).sort("_id", 1).limit(IN_FLIGHT).to_list(IN_FLIGHT)

    async def _publish(self, rows: Sequence[Row]) -> dict[str, Row]:
        """Publish every message of the rows; return the rows whose messages were all confirmed, by their ids."""
        outcomes = await asyncio.gather(*(self._publish_row(row) for row in rows), return_exceptions=True)
        failed = [str(outcome) or type(outcome).__name__ for outcome in outcomes if outcome is not None]
        if failed:
            log.warning("relay.postponed", rows=len(failed), reason=failed[0])
        return {row["_id"]: row for row, outcome in zip(rows, outcomes, strict=True) if outcome is None}

    async def _move(self, rows: Mapping[str, Row]) -> None:
        """Keep rows in the journal, then delete them, many at a time."""
        if rows:
            await self._journal.keep(rows.values())
            await delete_ids(self._outbox, rows)

    async def _publish_row(self, row: Row) -> None:
        taken: list[Row] = []
        refused: NotTakenError | None = None
        for message in row["messages"]:
            try:
                await self._publish_message(message)
                taken.append(message)
            except NotTakenError as error:
                refused = error
        if refused:
            await self._postpone(row, taken)
            raise refused

    async def _postpone(self, row: Row, taken: Sequence[Row]) -> None:
        """Keep of a row what was not taken, for later; the longer it is refused, the more seldom it is tried."""
        await self._journal.keep([{"messages": taken}])
        refused = row.get("refused", 0)
        later = {
            "messages": [message for message in row["messages"] if message not in taken],
            "refused": refused + 1,
            "due_at": self._clock() + min(SHORTEST_PAUSE * 2 ** min(refused, 16), LONGEST_PAUSE),
        }
        await self._outbox.update_one({"_id": row["_id"]}, {"$set": later})

    async def _publish_message(self, message: Row) -> None:
        await publish(
            self._broker,
            message["body"],
            exchange=EXCHANGES[message["exchange"]],
            routing_key=message["routing_key"],
            mandatory=message.get("mandatory", True),
            headers={"x-event-id": message["event_id"]},
            content_type=CONTENT_TYPE,
            correlation_id=message["correlation_id"],
        )
