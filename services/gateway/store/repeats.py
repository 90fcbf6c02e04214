"""Finds what was accepted and had no effect, and announces it again under the same event id."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from services.gateway.domain.documents import Document
from services.gateway.domain.pages import Page
from services.gateway.store.paging import AT_ONCE
from shared.clock import Clock
from shared.events.event import Fact, envelop
from shared.loops import attempt
from shared.messaging.ledger import Ledger
from shared.storage.documents import Collection, Database, again_on_conflict

# What a row says once more, and when it was said first.
Told = Callable[[dict[str, Any]], tuple[Fact, datetime]]
# Twice as long after each repetition, up to a day: a service that is away for a weekend must not be flooded.
LONGEST = timedelta(days=1)


class Repeats:
    """Knows which pages and documents are due: `repeat_at` has passed and their state is the first one."""

    def __init__(self, database: Database, ledger: Ledger, clock: Clock, *, tenant: str, after: timedelta) -> None:
        """Repeat what had no effect for `after`."""
        self._database = database
        self._ledger = ledger
        self._clock = clock
        self._tenant = tenant
        self._after = after

    async def documents(self) -> int:
        """Repeat the events of documents neither filed nor failed; return how many were due and went well."""
        return await self._repeat(self._database.documents, "received", _submitted)

    async def pages(self) -> int:
        """Repeat the events of pages not checked as they lie now; return how many were due and went well."""
        return await self._repeat(self._database.pages, "uploaded", _uploaded)

    async def _repeat(self, rows: Collection, state: str, fact_of: Told) -> int:
        waiting = {"state": state, "repeat_at": {"$lt": self._clock() - self._after}}
        found = await rows.find(waiting).sort("repeat_at", 1).limit(AT_ONCE).to_list(AT_ONCE)
        done = [await attempt(partial(self._again, rows, row, fact_of), "repeat") for row in found]
        return sum(done)  # a row that cannot be repeated must not keep the others from it

    async def _again(
        self,
        rows: Collection,
        row: dict[str, Any],
        fact_of: Told,
    ) -> None:
        fact, at = fact_of(row)
        event = envelop(fact, id=row["event_id"], time=at, source="gateway", tenant=self._tenant)
        pause = min(self._after * (2 ** row["repeats"]), LONGEST)
        unchanged = {name: row[name] for name in ("_id", "event_id", "state", "repeats")}
        next_time = {"$set": {"repeat_at": self._clock() + pause - self._after}, "$inc": {"repeats": 1}}

        async def step() -> None:
            async with self._ledger.begin() as work:
                changed = await rows.update_one(unchanged, next_time, session=work.session)
                if changed.modified_count:  # else it took effect, or another gateway repeats it
                    work.repeat(event)

        await again_on_conflict(step)


def _submitted(row: dict[str, Any]) -> tuple[Fact, datetime]:
    document = Document.model_validate(row)
    return document.submitted(), document.changed_at


def _uploaded(row: dict[str, Any]) -> tuple[Fact, datetime]:
    page = Page.model_validate(row)
    return page.announced(), page.changed_at
