"""Carries committed events from the outbox to the broker: at once after a commit, and after a crash by sweeping."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from faststream.rabbit import RabbitBroker
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.clock import Clock
from shared.errors import PublishError
from shared.events.event import CONTENT_TYPE
from shared.ids import first_id_of, new_id
from shared.messaging.publish import publish
from shared.messaging.topology import EXCHANGES
from shared.storage.documents import Database

log = structlog.get_logger()

Row = dict[str, Any]

IN_FLIGHT = 100
LEASE = timedelta(seconds=15)
SWEEP_EVERY_S = 1.0
# Younger rows are still in the hands of the process that committed them.
GRACE = timedelta(seconds=5)


class Relay:
    """Publishes outbox rows with confirms, and deletes what was confirmed.

    A row is one unit of work: `{_id: UUIDv7, messages: [{exchange, routing_key, body, event_id, ...}]}`. Rows may be
    published twice (a crash between confirm and delete); receivers drop the copy by its event id.
    """

    def __init__(self, database: Database, broker: RabbitBroker, clock: Clock) -> None:
        """Relay the outbox of `database` through `broker`."""
        self._outbox = database.outbox
        self._leases = database.leases
        self._broker = broker
        self._clock = clock
        self._fresh: asyncio.Queue[Row] = asyncio.Queue(maxsize=10 * IN_FLIGHT)
        self._held: set[str] = set()
        self._holder = new_id()
        self.ticked_at = datetime.now(UTC)

    def wake(self, row: Row) -> None:
        """Take over a row that was just committed; when too many wait, sweeping finds it instead."""
        with suppress(asyncio.QueueFull):
            self._fresh.put_nowait(row)
            self._held.add(row["_id"])

    async def run(self) -> None:
        """Relay until cancelled; no other exception ends it."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._for_ever(self._relay_fresh))
            tasks.create_task(self._for_ever(self._sweep))

    async def drain(self, timeout_s: float) -> None:
        """Publish what is still waiting, for at most `timeout_s` seconds; the rest stays in the outbox."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while not self._fresh.empty():
                    await self._relay_fresh()

    async def oldest_age_s(self) -> float:
        """Return the age in seconds of the oldest row not yet confirmed; 0 if there is none."""
        row = await self._outbox.find_one(sort=[("_id", 1)])
        return (self._clock() - row["at"]).total_seconds() if row else 0.0

    async def _for_ever(self, step: Any) -> None:
        while True:
            self.ticked_at = datetime.now(UTC)
            try:
                await step()
            except asyncio.CancelledError:
                if (task := asyncio.current_task()) and task.cancelling():
                    raise
                log.warning("relay.interrupted", reason="stray cancellation")
            except Exception as error:  # noqa: BLE001 - the relay must outlive every failure
                log.warning("relay.interrupted", reason=type(error).__name__)
                await asyncio.sleep(SWEEP_EVERY_S)

    async def _relay_fresh(self) -> None:
        rows = [await self._fresh.get()]
        while len(rows) < IN_FLIGHT and not self._fresh.empty():
            rows.append(self._fresh.get_nowait())
        try:
            await self._deliver(rows)
        finally:
            self._held.difference_update(row["_id"] for row in rows)

    async def _sweep(self) -> None:
        await asyncio.sleep(SWEEP_EVERY_S)
        bound = first_id_of(self._clock() - GRACE)
        found = await self._outbox.find({"_id": {"$lt": bound}}).sort("_id", 1).limit(IN_FLIGHT).to_list(IN_FLIGHT)
        rows = [row for row in found if row["_id"] not in self._held]
        if rows and await self._hold_lease():
            log.info("relay.swept", rows=len(rows), confirmed=await self._deliver(rows))

    async def _deliver(self, rows: Sequence[Row]) -> int:
        """Publish every message of the rows; delete and count the rows whose messages were all confirmed."""
        outcomes = await asyncio.gather(*(self._publish_row(row) for row in rows))
        confirmed = [row["_id"] for row, done in zip(rows, outcomes, strict=True) if done]
        if confirmed:
            await self._outbox.delete_many({"_id": {"$in": confirmed}})
        return len(confirmed)

    async def _publish_row(self, row: Row) -> bool:
        try:
            for message in row["messages"]:
                await publish(
                    self._broker,
                    message["body"],
                    exchange=EXCHANGES[message["exchange"]],
                    routing_key=message["routing_key"],
                    headers={"x-event-id": message["event_id"]},
                    content_type=CONTENT_TYPE,
                    correlation_id=message["correlation_id"],
                )
        except PublishError as error:
            log.warning("relay.postponed", row=row["_id"], reason=str(error))
            return False
        return True

    async def _hold_lease(self) -> bool:
        """Take or extend the lease that keeps two processes from sweeping the same rows."""
        now = self._clock()
        mine_or_over = {"_id": "relay", "$or": [{"holder": self._holder}, {"until": {"$lt": now}}]}
        mine = {"$set": {"holder": self._holder, "until": now + LEASE}}
        try:
            lease = await self._leases.find_one_and_update(
                mine_or_over, mine, upsert=True, return_document=ReturnDocument.AFTER
            )
        except DuplicateKeyError:
            return False  # somebody else holds it: the upsert met their document
        except PyMongoError as error:
            log.warning("relay.lease_unavailable", reason=type(error).__name__)
            return False
        return bool(lease and lease["holder"] == self._holder)
