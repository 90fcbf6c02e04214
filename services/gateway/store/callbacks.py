"""Callbacks: wished for here, promised and kept by the callback service."""

from typing import Any

from services.gateway.domain.access import Answer, Ask
from services.gateway.domain.callbacks import Callback
from services.gateway.domain.paging import Cursor, Part
from services.gateway.domain.progress import CALLBACK, CallbackState, before
from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.timeline import Aside
from services.gateway.schemas.answered import CallbackKept, CallKept
from services.gateway.store.acts import Acts
from services.gateway.store.owners import Owners
from services.gateway.store.paging import part_of
from services.gateway.store.timeline import Entries
from shared.events.callback import CallbackDone, CallbackMissed, CallbackOverdue, CallbackPromised
from shared.events.gateway import CallReported
from shared.messaging.ledger import Work
from shared.storage.documents import Database, Session

CallbackFact = CallbackPromised | CallbackMissed | CallbackDone | CallbackOverdue


class Callbacks:
    """Keeps callbacks; every reader says whose they must be."""

    def __init__(self, database: Database, acts: Acts, timeline: Entries) -> None:
        """Keep callbacks in `database`."""
        self._callbacks = database.callbacks
        self._acts = acts
        self._owners = Owners(database)
        self._timeline = timeline

    async def prepare(self) -> None:
        """Create the index."""
        await self._callbacks.create_index([("citizen_id", 1), ("requested_at", -1), ("_id", -1)])

    async def request(self, ask: Ask, callback: Callback) -> Answer:
        """Keep a wish and announce it."""

        async def act(work: Work) -> Answer:
            fact = callback.requested()
            work.announce(fact)
            await self._callbacks.insert_one(callback.model_dump(by_alias=True), session=work.session)
            aside = Aside(by=callback.requested_by)
            await self._timeline.add(fact, callback.citizen_id, callback.requested_at, work.session, aside=aside)
            return Answer(202, CallbackKept.of(callback).model_dump(mode="json"), f"/v1/callbacks/{callback.id}")

        return await self._acts.once(ask, act)

    async def report(self, ask: Ask, fact: CallReported) -> Answer:
        """Announce how a call went."""

        async def act(work: Work) -> Answer:
            work.announce(fact)
            return Answer(202, CallKept(**fact.model_dump(include=set(CallKept.model_fields))).model_dump())

        return await self._acts.once(ask, act)

    async def of_citizen(self, callback_id: str, citizen_id: str) -> Callback:
        """Return a callback of this citizen.

        Raises:
            RefusedError: `callback.missing`; somebody else's is missing, too.
        """
        return await self._find({"_id": callback_id, "citizen_id": await self._owners.readable_by(citizen_id)})

    async def granted(self, callback_id: str) -> Callback:
        """Return a callback to whose reader access was granted before.

        Raises:
            RefusedError: `callback.missing`.
        """
        return await self._find({"_id": callback_id})

    async def _find(self, query: dict[str, Any]) -> Callback:
        row = await self._callbacks.find_one(query)
        if row is None:
            raise RefusedError("callback.missing")
        return Callback.model_validate(row)

    async def newest(self, citizen_id: str, cursor: Cursor | None) -> Part[Callback]:
        """Return callbacks of this citizen, newest first."""
        query = {"citizen_id": await self._owners.readable_by(citizen_id)}
        return await part_of(self._callbacks, query, cursor, Callback, by="requested_at")

    async def follow(self, fact: CallbackFact, session: Session) -> None:
        """Move a callback forward; the promised window replaces the wished one, attempts only grow."""
        state, always = _step_of(fact)
        theirs = {"_id": fact.callback_id}
        if always:
            await self._callbacks.update_one(theirs, always, session=session)
        forward_only = {**theirs, "state": {"$in": before(CALLBACK, state)}}
        await self._callbacks.update_one(forward_only, {"$set": {"state": state}}, session=session)


def _step_of(fact: CallbackFact) -> tuple[CallbackState, dict[str, Any]]:
    match fact:
        case CallbackPromised():
            # The office may have moved the window into its service hours.
            return "promised", {"$set": {"window_start": fact.window_start, "window_end": fact.window_end}}
        case CallbackMissed():
            return "missed", {"$max": {"attempts": fact.attempt}}
        case CallbackDone():
            return "done", {"$set": {"reached_at": fact.reached_at}}
        case CallbackOverdue():
            return "overdue", {}
