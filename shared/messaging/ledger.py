"""Inbox and outbox in one MongoDB transaction: an event takes effect once, and what follows from it is announced."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from faststream.rabbit import RabbitExchange
from pymongo.errors import DuplicateKeyError

from shared.clock import Clock
from shared.errors import AlreadyHandledError
from shared.events.event import Event, Fact, envelop
from shared.ids import new_id
from shared.loops import Step, attempt
from shared.messaging.arrivals import Arrivals
from shared.messaging.relay import Relay, Row
from shared.messaging.topology import EVENTS
from shared.storage.documents import Database, Session, drop_indexes


@dataclass(slots=True)
class Work:
    """One unit of work: pass `session` to every store call, announce what happened; all of it commits, or nothing."""

    session: Session
    source: str
    tenant: str
    clock: Clock
    cause: Event[Any] | None = None
    traceparent: str | None = None
    messages: list[Row] = field(default_factory=list)
    afterwards: list[Step] = field(default_factory=list)

    def announce(self, fact: Fact, *, exchange: RabbitExchange = EVENTS, routing_key: str | None = None) -> str:
        """Announce a fact to every subscriber, or to one exchange and key; return the event's id."""
        event = envelop(
            fact,
            id=new_id(),
            time=self.clock(),
            source=self.source,
            tenant=self.cause.tenant if self.cause else self.tenant,
            correlation_id=self.cause.correlation_id if self.cause else None,
            causation_id=self.cause.id if self.cause else None,
            traceparent=self.cause.traceparent if self.cause else self.traceparent,
        )
        self.repeat(event, exchange=exchange, routing_key=routing_key)
        return event.id

    def repeat(self, event: Event[Any], *, exchange: RabbitExchange = EVENTS, routing_key: str | None = None) -> None:
        """Announce an event under the id it has; whoever handled it before drops the copy."""
        self.messages.append(
            {
                "exchange": exchange.name,
                "routing_key": routing_key or event.data.type,
                "event_id": event.id,
                "mandatory": not event.data.unread,
                "correlation_id": event.correlation_id,
                "body": event.to_json(),
            }
        )

    def after_commit(self, step: Step) -> None:
        """Take a step that is no part of the transaction once it is committed; if it fails, that is only told."""
        self.afterwards.append(step)


class Ledger:
    """Opens units of work on one service's database."""

    def __init__(
        self, database: Database, relay: Relay, arrivals: Arrivals, *, source: str, tenant: str, clock: Clock
    ) -> None:
        """Keep inbox and outbox in `database`; `relay` is woken after each commit that announces something."""
        self._database = database
        self._relay = relay
        self._arrivals = arrivals
        self._source = source
        self._tenant = tenant
        self._clock = clock

    async def prepare(self) -> None:
        """Create the collections and indexes; a transaction cannot create them by itself."""
        await self._arrivals.prepare()
        await self._database.outbox.create_index("due_at", sparse=True)  # makes the collection; few rows have the field
        await drop_indexes(self._database.outbox, lambda index: index["key"] == [("at", 1)])

    @asynccontextmanager
    async def once(self, consumer: str, event: Event[Any]) -> AsyncIterator[Work]:
        """Open the unit of work in which `consumer` handles `event`, unless it already has.

        Raises:
            AlreadyHandledError: this event's effect is recorded; let it pass, the message is then acknowledged.
        """
        async with self.begin(cause=event) as work:
            try:
                await self._database.inbox.insert_one(self._arrivals.row(consumer, event), session=work.session)
            except DuplicateKeyError as error:
                raise AlreadyHandledError(event.id) from error
            yield work

    @asynccontextmanager
    async def once_each(
        self, consumer: str, events: Sequence[Event[Any]]
    ) -> AsyncIterator[list[tuple[Event[Any], Work]]]:
        """Open one unit of work in which `consumer` handles those of several events that it has not handled yet.

        All of them take effect, or none. They come in their order, each once and with a `Work` that announces in its
        name. Should another process record one of them meanwhile, all fail: handle each by `once` then.
        """
        async with self.begin() as work:
            entries = {event.id: self._arrivals.row(consumer, event) for event in events}
            known = {"_id": {"$in": [entry["_id"] for entry in entries.values()]}}
            async for row in self._database.inbox.find(known, {"_id": True}, session=work.session):
                del entries[row["_id"].rpartition(":")[2]]
            if entries:
                await self._database.inbox.insert_many(entries.values(), session=work.session)
            fresh = {event.id: event for event in events if event.id in entries}
            yield [(event, replace(work, cause=event)) for event in fresh.values()]

    @asynccontextmanager
    async def begin(self, *, cause: Event[Any] | None = None, traceparent: str | None = None) -> AsyncIterator[Work]:
        """Open a unit of work that no event brought: a request, or a date that came; `cause` is what led to it."""
        row: Row | None = None
        async with await self._database.client.start_session() as session, session.start_transaction():
            work = Work(session, self._source, self._tenant, self._clock, cause, traceparent)
            yield work
            if work.messages:
                row = {"_id": new_id(), "at": self._clock(), "messages": work.messages}
                await self._database.outbox.insert_one(row, session=session)
        if row:
            self._relay.wake(row)
        for step in work.afterwards:
            await attempt(step, f"{self._source}.after_commit")
